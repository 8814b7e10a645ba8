using ApeTest.Scenarios.Loading;
using ApeTest.Targets.Auth;
using ApeTest.Targets.Faults;
using ApeTest.Targets.Resilience;
using ApeTest.Targets.Tools;

namespace ApeTest.Targets.Policy;

/// <summary>One thing wrong with the options.</summary>
/// <param name="Field">Path of the field: <c>targets[0].url</c>; empty for the whole file.</param>
/// <param name="Rule">What must hold.</param>
/// <param name="Fix">What to write instead.</param>
public sealed record OptionError(string Field, string Rule, string Fix)
{
    /// <inheritdoc/>
    public override string ToString() => $"{(Field.Length == 0 ? "the file" : $"{Field}:")} {Rule}; {Fix}";
}

/// <summary>Checks a gateway file; returns every error, not only the first.</summary>
public static class TargetOptionsValidator
{
    private static readonly string[] Reserved = ["admin", "health", "mcp", "metrics"];

    /// <summary>All errors; empty where the file is valid.</summary>
    /// <param name="file">The file.</param>
    /// <param name="written">What the user wrote, by field, where variables were filled in: errors quote that. Null: nowhere.</param>
    public static IReadOnlyList<OptionError> Validate(GatewayFile file, IReadOnlyDictionary<string, string>? written = null)
    {
        var errors = new OptionErrors(written);
        errors.Check(file.Targets.Count > 0, "targets", "at least one target is needed", "write {\"name\":\"shop\",\"url\":\"http://127.0.0.1:5080\"}");
        var names = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        for (var i = 0; i < file.Targets.Count; i++)
        {
            ValidateTarget(file.Targets[i], $"targets[{i}]", names, errors);
        }
        FaultOptionsValidator.Validate(file.Faults, [.. file.Targets.Select(static target => target.Name)], errors);
        errors.Check(file.Limits.RequestBudget is not <= 0, "limits.requestBudget", "must be above 0", "write null for no limit");
        errors.Check(file.Limits.BodyBytes > 0, "limits.bodyBytes", "must be above 0", "write 10485760 for 10 MiB");
        return errors.All;
    }

    /// <summary>All errors of faults that are switched on for a gateway with these targets, as <c>faults[0].share</c>; empty where they are valid.</summary>
    public static IReadOnlyList<OptionError> ValidateFaults(IList<FaultOptions> faults, IReadOnlyCollection<string> targets)
    {
        var errors = new OptionErrors(written: null);
        FaultOptionsValidator.Validate(faults, targets, errors);
        return errors.All;
    }

    /// <summary>A time limit of one request: above 0, at most a day.</summary>
    internal static bool TryParseTimeout(string? text, out TimeSpan timeout)
    {
        timeout = default;
        return text is not null && Durations.TryParse(text, out timeout) && timeout > TimeSpan.Zero && timeout <= TimeSpan.FromDays(1);
    }

    private static bool IsEndpoint(TargetOptions target) =>
        !Uri.TryCreate(target.Url, UriKind.Absolute, out var url) // which is an error of its own
        || TargetReference.Read(target.GraphQl!, url, out _) is not null;

    private static void ValidateTarget(TargetOptions target, string at, HashSet<string> names, OptionErrors errors)
    {
        ValidateName(target.Name, $"{at}.name", names, errors);
        ValidateUrl(target.Url, $"{at}.url", errors);
        errors.Check(TryParseTimeout(target.Timeout, out _), $"{at}.timeout",
            $"{errors.Quoted($"{at}.timeout", target.Timeout)} is not a duration above 0 and up to 24h", "write \"30s\", \"500ms\" or \"2m\"");
        errors.Check(target.OpenApi is not { Length: 0 }, $"{at}.openapi", "is empty", "write \"/openapi/v1.json\", a URL or a file; or null");
        errors.Check(target.GraphQl is null || IsEndpoint(target), $"{at}.graphql",
            $"{errors.Quoted($"{at}.graphql", target.GraphQl ?? "")} is not a path on the target or an http URL", "write \"/graphql\"; or null");
        for (var i = 0; i < target.Hosts.Count; i++)
        {
            errors.Check(HostRule.TryParse(target.Hosts[i], out _), $"{at}.hosts[{i}]",
                $"{errors.Quoted($"{at}.hosts[{i}]", target.Hosts[i])} is not a host or host:port", "write \"static.example.com\" or \"10.0.0.7:8080\"");
        }
        foreach (var (name, value) in target.Headers)
        {
            errors.CheckHeader($"{at}.headers.{name}", $"{at}.headers.{name}", name, value);
        }
        AuthOptionsValidator.Validate(target.Auth, $"{at}.auth", errors);
        ResilienceOptionsValidator.Validate(target.Retry, $"{at}.retry", errors);
        ResilienceOptionsValidator.Validate(target.CircuitBreaker, $"{at}.circuitBreaker", errors);
        for (var i = 0; i < target.Deny.Count; i++)
        {
            errors.CheckRule($"{at}.deny[{i}]", target.Deny[i]);
        }
        for (var i = 0; i < target.Allow.Count; i++)
        {
            errors.CheckRule($"{at}.allow[{i}]", target.Allow[i]);
        }
    }

    private static void ValidateName(string name, string at, HashSet<string> names, OptionErrors errors)
    {
        if (string.IsNullOrEmpty(name) || name.Length > 64 || !name.All(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_'))
        {
            errors.Add(at, "must be 1 to 64 letters, digits, '-' or '_'", "write \"shop\"");
        }
        else if (Reserved.Contains(name, StringComparer.OrdinalIgnoreCase))
        {
            errors.Add(at, $"{errors.Quoted(at, name)} is a path of the gateway itself", $"choose another than {string.Join(", ", Reserved)}");
        }
        else if (!names.Add(name))
        {
            errors.Add(at, $"{errors.Quoted(at, name)} is used twice", "give each target its own name");
        }
    }

    private static void ValidateUrl(string text, string at, OptionErrors errors)
    {
        if (string.IsNullOrEmpty(text))
        {
            errors.Add(at, "is missing", "write \"http://127.0.0.1:5080\"");
        }
        else if (!Uri.TryCreate(text, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https") || url.Host.Length == 0)
        {
            errors.Add(at, $"{errors.Quoted(at, text)} is not an absolute http or https URL", "write \"http://127.0.0.1:5080\"");
        }
        else if (url.Query.Length > 0 || url.Fragment.Length > 0 || url.UserInfo.Length > 0)
        {
            errors.Add(at, "may not hold user info, query or fragment", "put credentials in `auth` and leave the rest away");
        }
    }
}
