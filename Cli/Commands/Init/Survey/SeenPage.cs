using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace ApeTest.Cli.Commands.Init.Survey;

/// <summary>A page as a session of a run sees it: what a target says is data here, and goes into a scenario only where it is plain.</summary>
internal sealed partial record SeenPage
{
    private const int LongestMarker = 120;

    private SeenPage(string path, string html) => (Path, Html) = (path, html);

    /// <summary>Its path on the target.</summary>
    public string Path { get; }

    /// <summary>Its HTML, the first 1 MiB.</summary>
    public string Html { get; }

    /// <summary>Its links, as far as an observation tells of them.</summary>
    public ImmutableArray<(string Text, string Href)> Links { get; private init; } = [];

    /// <summary>Its forms, as an observation tells of them.</summary>
    public ImmutableArray<JsonElement> Forms { get; private init; } = [];

    /// <summary>The page that a call was answered with; null where that is none, or not with 200.</summary>
    /// <param name="path">Path that was asked for.</param>
    /// <param name="call">The call.</param>
    /// <param name="target">The target: what it redirects to elsewhere is no page of it.</param>
    public static SeenPage? Of(string path, TrialCall call, Uri target)
    {
        if (!call.IsOk || call.Answer is not { Status: 200 } answer || answer.Header("Content-Type")?.Contains("html", StringComparison.OrdinalIgnoreCase) != true
            || answer.Url is not { } url || url.Scheme != target.Scheme || url.Authority != target.Authority)
        {
            return null;
        }
        using var observation = JsonDocument.Parse(call.Result.Observation);
        // Characters of another charset become U+FFFD, which no marker may hold.
        var page = new SeenPage(path, Encoding.UTF8.GetString(answer.Body.Span));
        return observation.RootElement.TryGetProperty("body", out var body) && body.ValueKind == JsonValueKind.Object
            ? page with
            {
                Links = [.. List(body, "links").Select(static link => (Text(link, "text"), Text(link, "href")))],
                Forms = [.. List(body, "forms").Select(static form => form.Clone())],
            }
            : page;
    }

    /// <summary>A text that this page holds and the others do not: its title as it stands in the HTML, else its first heading. Null where it cannot be told from them.</summary>
    public string? Marker(IEnumerable<SeenPage> others) => new[] { Title().Match(Html), Heading().Match(Html) }
        .Where(static match => match.Success && match.Groups["text"].Value.Trim().Length > 0 && IsPlain(match.Value)).Select(static match => match.Value)
        .FirstOrDefault(marker => others.All(other => other.Path == Path || !other.Html.Contains(marker, StringComparison.Ordinal)));

    /// <summary>A string of a map; empty for none.</summary>
    public static string Text(JsonElement map, string name) =>
        map.ValueKind == JsonValueKind.Object && map.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";

    /// <summary>A list of a map; empty for none.</summary>
    public static IEnumerable<JsonElement> List(JsonElement map, string name) =>
        map.ValueKind == JsonValueKind.Object && map.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Array ? value.EnumerateArray() : [];

    // What a scenario would fill in or a terminal obey is left out, and what cannot be one line.
    private static bool IsPlain(string text) => text.Length <= LongestMarker && !text.Contains("{{", StringComparison.Ordinal) && !text.Contains("${", StringComparison.Ordinal)
        && text.All(static c => !char.IsControl(c) && !char.IsSurrogate(c) && c is not ('\u2028' or '\u2029' or '\ufffd'));

    [GeneratedRegex("<title[^<>]*>(?<text>[^<>]*)</title>", RegexOptions.IgnoreCase)]
    private static partial Regex Title();

    [GeneratedRegex("<h1[^<>]*>(?<text>[^<>]*)</h1>", RegexOptions.IgnoreCase)]
    private static partial Regex Heading();
}
