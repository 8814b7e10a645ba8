using System.Security;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.RegularExpressions;
using ApeTest.Runs.Records;
using ApeTest.Scenarios.Data;
using ApeTest.Scenarios.Model;
using ApeTest.Scenarios.Model.Journeys;

namespace ApeTest.Observability.Reports.Replays;

/// <summary>The requests of a journey's steps as its scenario says, with the values that a session had.</summary>
internal sealed partial class JourneySteps
{
    // As the record of a step has it (JourneyReport).
    private const int MostPath = 256;

    private static readonly JsonSerializerOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly Dictionary<string, RequestSpec> _requests = new(StringComparer.Ordinal);
    private readonly Scenario _scenario;

    private JourneySteps(Scenario scenario, JourneySpec journey)
    {
        _scenario = scenario;
        Gather(journey.Setup);
        Gather(journey.Steps);
    }

    /// <summary>The steps of the journey that is called so; null where there is none, as for a goal.</summary>
    public static JourneySteps? Of(Scenario scenario, string journey) => scenario.Journeys.FirstOrDefault(each => each.Name == journey) is { } found
        ? new JourneySteps(scenario, found) : null;

    /// <summary>Method and path of a step alone, where its scenario cannot be read; null for what was not sent.</summary>
    public static CurlRequest? Bare(ActionRecord action, Scenario? scenario) =>
        action.Args.ValueKind is JsonValueKind.Object && Text(action, "method") is { Length: > 0 } method && Text(action, "path") is { } path
            ? new CurlRequest(method, Absolute(path, scenario?.Target.Url)) { Missing = Cut(path) ?? (method is "GET" or "HEAD" ? null : "headers and body are those of the step in the scenario") }
            : null;

    /// <summary>The request of a step, with the values of earlier answers.</summary>
    public CurlRequest? Request(ActionRecord action, IReadOnlyDictionary<string, string> known)
    {
        if (!_requests.TryGetValue(action.Tool, out var spec) || Bare(action, _scenario) is not { } bare)
        {
            return null;
        }
        KeyValuePair<string, string>[] Filled(IEnumerable<KeyValuePair<string, string>> pairs) => [.. pairs.Select(pair => new KeyValuePair<string, string>(pair.Key, Fill(pair.Value, known)))];
        var type = spec.Body switch
        {
            // curl makes up the boundary, and so the type.
            null or { Multipart.IsEmpty: false } => null,
            { ContentType: { } own } => own,
            { Json: not null } or { GraphQl: not null } => "application/json",
            { Xml: not null } => "application/xml",
            { Text: not null } => "text/plain; charset=utf-8",
            _ => null,
        };
        return bare with
        {
            Headers = [.. Filled(spec.Headers), .. type is null ? Array.Empty<KeyValuePair<string, string>>() : [new KeyValuePair<string, string>("Content-Type", type)]],
            Body = spec.Body switch
            {
                { Json: { } json } => FillJson(json, known),
                { GraphQl: { } query } body => $"{{\"query\":{FillJson(JsonSerializer.Serialize(query, Readable), known)}{(body.Variables is { } variables ? $",\"variables\":{FillJson(variables, known)}" : "")}}}",
                { Xml: { } xml } => Fill(xml, known, static value => SecurityElement.Escape(value)),
                { Text: { } text } => Fill(text, known),
                _ => null,
            },
            Form = Filled(spec.Body?.Form ?? []),
            Parts = Filled((spec.Body?.Multipart ?? []).Where(static part => part.Text is not null).Select(static part => new KeyValuePair<string, string>(part.Name, part.Text!))),
            Missing = spec.Body?.Bytes is not null || spec.Body?.Multipart.Any(static part => part.Bytes is not null || part.FileName is not null) == true ? "the content of files is not here" : Cut(bare.Url),
        };
    }

    private static string Absolute(string path, Uri? target) => Uri.TryCreate(path, UriKind.Absolute, out var url) && url.Scheme is "http" or "https" ? path
        : $"{target?.AbsoluteUri.TrimEnd('/') ?? "{{target}}"}{path}";

    private static string? Text(ActionRecord action, string name) =>
        action.Args.TryGetProperty(name, out var value) && value.ValueKind is JsonValueKind.String ? value.GetString() : null;

    // What the record has no room for is cut off there.
    private static string? Cut(string path) => path.Length >= MostPath ? "the end of a path this long is not kept" : null;

    // A value that was redacted stays a placeholder.
    private static string Fill(string template, IReadOnlyDictionary<string, string> known, Func<string, string>? escape = null) => Placeholder().Replace(template, match =>
        Value(match, known) is { } value ? escape?.Invoke(value) ?? value : match.Value);

    private static string? Value(Match match, IReadOnlyDictionary<string, string> known) =>
        known.TryGetValue(match.Groups["name"].Value, out var value) && !RedactedText.IsIn(value) && !value.Contains("{{", StringComparison.Ordinal) ? value : null;

    // A value stands in a string of the document, or is one by itself.
    private static string FillJson(string template, IReadOnlyDictionary<string, string> known) => Fill(
        Whole().Replace(template, match => Value(match, known) ?? $"{{{{{match.Groups["name"].Value}}}}}"), known, static value => JsonSerializer.Serialize(value, Readable)[1..^1]);

    private void Gather(IEnumerable<StepSpec> steps)
    {
        foreach (var step in steps)
        {
            if (step.Request is { } request)
            {
                _requests.TryAdd(step.Operation(), request);
            }
            Gather(step.Steps);
            Gather(step.If?.Then ?? []);
            Gather(step.If?.Else ?? []);
            Gather(step.Loop?.Steps ?? []);
        }
    }

    [GeneratedRegex(@"\{\{\s*(?<name>[A-Za-z0-9_.\-]+)(:[a-z]+)?\s*\}\}")]
    private static partial Regex Placeholder();

    // A JSON string that is nothing but a value of its own kind.
    [GeneratedRegex("\"\\{\\{\\s*(?<name>[^{}\"]+?):json\\s*\\}\\}\"")]
    private static partial Regex Whole();
}
