using System.Text;
using ApeTest.Runs.Records;

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

    /// <summary>The command.</summary>
    public string Command(ShellText shell)
    {
        var command = new StringBuilder();
        if (Missing is not null)
        {
            command.Append("# ").Append(Missing).Append('\n');
        }
        command.Append("curl -sS -i -b \"$jar\" -c \"$jar\"");
        command.Append(Method == "HEAD" ? " -I" : $" -X {shell.Word(Method)}").Append(" --globoff ").Append(shell.Word(Url));
        foreach (var (name, value) in Headers)
        {
            command.Append(" \\\n  -H ").Append(shell.Word($"{name}: {value}"));
        }
        if (Body is not null)
        {
            command.Append(" \\\n  --data-raw ").Append(shell.Word(Body));
        }
        foreach (var (name, value) in Form)
        {
            command.Append(" \\\n  --data-urlencode ").Append(shell.Word($"{name}={value}"));
        }
        foreach (var (name, value) in Parts)
        {
            command.Append(" \\\n  --form-string ").Append(shell.Word($"{name}={value}"));
        }
        return command.ToString();
    }
}
