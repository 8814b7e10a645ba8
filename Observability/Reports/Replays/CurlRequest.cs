using System.Text;
using ApeTest.Runs.Records;
using ApeTest.Scenarios.Data;
using ApeTest.Scenarios.Loading.Resolved;
using ApeTest.Scenarios.Model;

namespace ApeTest.Observability.Reports.Replays;

/// <summary>One request as a curl command. Texts may hold placeholders.</summary>
internal sealed record CurlRequest(string Method, string Url)
{
    public IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; } = [];

    /// <summary>Body as it is; null for none.</summary>
    public string? Body { get; init; }

    /// <summary>Fields of a form, escaped by curl; empty: none.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Form { get; init; } = [];

    /// <summary>Parts of a multipart body; empty: none.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Parts { get; init; } = [];

    /// <summary>What is missing, for a comment; null for nothing.</summary>
    public string? Missing { get; init; }

    /// <summary>A request that was kept as it was sent.</summary>
    public static CurlRequest Of(RequestRecord request) => new(request.Method, request.Url)
    {
        Headers =
        [
            .. request.ContentType is { } type ? [new KeyValuePair<string, string>("Content-Type", type)] : Array.Empty<KeyValuePair<string, string>>(),
            .. request.Authorized ? [new KeyValuePair<string, string>("Authorization", "Bearer {{token}}")] : Array.Empty<KeyValuePair<string, string>>(),
        ],
        Body = request.Body,
        Missing = request is { Body: null, BodyBytes: > 0 } ? $"a body of {request.BodyBytes} bytes was not kept" : null,
    };

    /// <summary>The same with the headers that the scenario gives every request to its target; credentials as variables.</summary>
    public CurlRequest To(TargetSpec? target) => target is null || !Url.StartsWith(target.Url.GetLeftPart(UriPartial.Authority), StringComparison.OrdinalIgnoreCase) ? this : this with
    {
        Headers = [.. Headers, .. target.Headers.Where(header => !Has(header.Key)).Select(header => target.SecretHeaders.Contains(header.Key) ? KeyValuePair.Create(header.Key, RedactedText.Mark) : header)],
    };

    /// <summary>The command.</summary>
    public string Command(ShellText shell)
    {
        var command = new StringBuilder();
        if (Missing is not null)
        {
            command.Append("# ").Append(Missing).Append('\n');
        }
        command.Append("curl -sS -i -b \"$jar\" -c \"$jar\" --globoff --path-as-is");
        command.Append(Method == "HEAD" ? " -I" : $" -X {shell.Word(Method)}").Append(" --url ").Append(shell.Word(Url));
        foreach (var (name, value) in Headers)
        {
            // Without a value curl takes the header away; with a semicolon in the colon's place it sends it empty.
            command.Append(" \\\n  -H ").Append(shell.Word(value.Length == 0 ? $"{name};" : $"{name}: {Known(name, value)}"));
        }
        if (Body is not null)
        {
            // curl has a content type of its own for a body that has none.
            command.Append(Has("Content-Type") ? "" : " \\\n  -H 'Content-Type:'").Append(" \\\n  --data-raw ").Append(shell.Word(Body));
        }
        foreach (var (name, value) in Form)
        {
            // curl escapes the value, not the name.
            command.Append(" \\\n  --data-urlencode ").Append(shell.Word($"{Uri.EscapeDataString(name)}={value}"));
        }
        foreach (var (name, value) in Parts)
        {
            command.Append(" \\\n  --form-string ").Append(shell.Word($"{name}={value}"));
        }
        return command.ToString();
    }

    private bool Has(string name) => Headers.Any(header => header.Key.Equals(name, StringComparison.OrdinalIgnoreCase));

    // What stands for a secret says nothing; as a variable it has the header's name.
    private static string Known(string name, string value)
    {
        var variable = $"{{{{header {name}}}}}";
        return value == ResolvedScenario.Redacted ? variable : value.Replace(RedactedText.Mark, variable, StringComparison.Ordinal);
    }
}
