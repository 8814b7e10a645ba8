using ApeTest.Scenarios.Loading;

namespace ApeTest.Targets.Policy;

/// <summary>One thing wrong with the options.</summary>
/// <param name="Field">Path of the field: <c>targets[0].url</c>.</param>
/// <param name="Rule">What must hold.</param>
/// <param name="Fix">What to write instead.</param>
public sealed record OptionError(string Field, string Rule, string Fix)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Field}: {Rule}; {Fix}";
}

/// <summary>Checks a gateway file; returns every error, not only the first.</summary>
public static class TargetOptionsValidator
{
    private static readonly string[] Reserved = ["metrics", "health", "mcp"];

    /// <summary>All errors; empty where the file is valid.</summary>
    public static IReadOnlyList<OptionError> Validate(GatewayFile file)
    {
        var errors = new List<OptionError>();
        if (file.Targets.Count == 0)
        {
            errors.Add(new OptionError("targets", "at least one target is needed", "write {\"name\":\"shop\",\"url\":\"http://127.0.0.1:5080\"}"));
        }
        var names = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        for (var i = 0; i < file.Targets.Count; i++)
        {
            ValidateTarget(file.Targets[i], $"targets[{i}]", names, errors);
        }
        if (file.Limits.RequestBudget <= 0)
        {
            errors.Add(new OptionError("limits.requestBudget", "must be above 0", "write null for no limit"));
        }
        if (file.Limits.BodyBytes <= 0)
        {
            errors.Add(new OptionError("limits.bodyBytes", "must be above 0", "write 10485760 for 10 MiB"));
        }
        return errors;
    }

    /// <summary>A time limit of one request: above 0, at most a day.</summary>
    internal static bool TryParseTimeout(string? text, out TimeSpan timeout)
    {
        timeout = default;
        return text is not null && Durations.TryParse(text, out timeout) && timeout > TimeSpan.Zero && timeout <= TimeSpan.FromDays(1);
    }

    private static void ValidateTarget(TargetOptions target, string at, HashSet<string> names, List<OptionError> errors)
    {
        if (string.IsNullOrEmpty(target.Name) || target.Name.Length > 64 || !target.Name.All(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_'))
        {
            errors.Add(new OptionError($"{at}.name", "must be 1 to 64 letters, digits, '-' or '_'", "write \"shop\""));
        }
        else if (Reserved.Contains(target.Name, StringComparer.OrdinalIgnoreCase))
        {
            errors.Add(new OptionError($"{at}.name", $"'{target.Name}' is a path of the gateway itself", $"choose another than {string.Join(", ", Reserved)}"));
        }
        else if (!names.Add(target.Name))
        {
            errors.Add(new OptionError($"{at}.name", $"'{target.Name}' is used twice", "give each target its own name"));
        }
        if (!Uri.TryCreate(target.Url, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https") || url.Host.Length == 0)
        {
            errors.Add(new OptionError($"{at}.url", $"'{target.Url}' is not an absolute http or https URL", "write \"http://127.0.0.1:5080\""));
        }
        else if (url.Query.Length > 0 || url.Fragment.Length > 0 || url.UserInfo.Length > 0)
        {
            errors.Add(new OptionError($"{at}.url", "may not hold user info, query or fragment", "put credentials in `headers` and leave the rest away"));
        }
        if (!TryParseTimeout(target.Timeout, out _))
        {
            errors.Add(new OptionError($"{at}.timeout", $"'{target.Timeout}' is not a duration above 0 and up to 24h", "write \"30s\", \"500ms\" or \"2m\""));
        }
        for (var i = 0; i < target.Hosts.Count; i++)
        {
            if (!HostRule.TryParse(target.Hosts[i], out _))
            {
                errors.Add(new OptionError($"{at}.hosts[{i}]", $"'{target.Hosts[i]}' is not a host or host:port", "write \"static.example.com\" or \"10.0.0.7:8080\""));
            }
        }
        foreach (var (name, value) in target.Headers)
        {
            if (!HttpText.IsToken(name))
            {
                errors.Add(new OptionError($"{at}.headers", $"'{name}' is not a header name", "use letters, digits and '-'"));
            }
            else if (!HttpText.IsFieldValue(value))
            {
                errors.Add(new OptionError($"{at}.headers.{name}", "the value holds a line break or a control character", "write it on one line"));
            }
        }
        ValidateRules(target.Deny, $"{at}.deny", errors);
        ValidateRules(target.Allow, $"{at}.allow", errors);
    }

    private static void ValidateRules(IList<string> rules, string at, List<OptionError> errors)
    {
        for (var i = 0; i < rules.Count; i++)
        {
            if (!RequestRule.TryParse(rules[i], out _))
            {
                errors.Add(new OptionError($"{at}[{i}]", $"'{rules[i]}' is neither `METHOD /path/glob` nor an operationId", "write \"DELETE /orders/*\" or \"deleteOrder\""));
            }
        }
    }
}
