using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace ApeTest.LlmProxy.Providers.Builtin.Planner.Browsing;

/// <summary>A page as an observation tells it: <c>{"title","text","links","forms"}</c>.</summary>
internal sealed partial class Page
{
    public string Title { get; private init; } = "";

    public string Text { get; private init; } = "";

    public IReadOnlyList<(string Text, string Href)> Links { get; private init; } = [];

    public IReadOnlyList<PageForm> Forms { get; private init; } = [];

    /// <summary>The page of an answer; null when it is none.</summary>
    public static Page? Read(JsonElement body)
    {
        if (body.ValueKind != JsonValueKind.Object || !body.TryGetProperty("links", out var links) || links.ValueKind != JsonValueKind.Array
            || !body.TryGetProperty("forms", out var forms) || forms.ValueKind != JsonValueKind.Array)
        {
            return null;
        }

        return new Page
        {
            Title = String(body, "title"),
            Text = String(body, "text"),
            Links = [.. links.EnumerateArray().Select(link => (String(link, "text"), String(link, "href"))).Where(link => link.Item2.Length > 0)],
            Forms = [.. forms.EnumerateArray().Select(PageForm.Read)],
        };
    }

    /// <summary>The first number behind a link's text, which in a list is its price; null when there is none before the next link.</summary>
    public decimal? NumberBehind(string link)
    {
        var at = link.Length == 0 ? -1 : Text.IndexOf(link, StringComparison.Ordinal);
        var match = at < 0 ? Number().Match(link) : Number().Match(Text, at + link.Length);
        if (!match.Success || (at >= 0 && Links.Any(other => other.Text.Length > 0 && other.Text != link
            && Text.IndexOf(other.Text, at + link.Length, StringComparison.Ordinal) is >= 0 and var next && next < match.Index)))
        {
            return null;
        }

        return decimal.Parse(match.Value.Replace(",", ".", StringComparison.Ordinal), CultureInfo.InvariantCulture);
    }

    internal static string String(JsonElement value, string name) =>
        value.ValueKind == JsonValueKind.Object && value.TryGetProperty(name, out var text) && text.ValueKind == JsonValueKind.String ? text.GetString()! : "";

    [GeneratedRegex(@"\d+(?:[.,]\d+)?", RegexOptions.CultureInvariant)]
    private static partial Regex Number();
}
