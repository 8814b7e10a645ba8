using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace ApeTest.Cli.Commands.Init.Survey;

/// <summary>
/// Finds a search among pages: a form that is sent with GET, has one field for words, says by the field's type or name or by its address that it searches, and
/// has nothing about it that sounds like a change. It is tried with words that a page shows, and with some that nobody has: only an answer that tells the
/// two apart proves that something was searched for.
/// </summary>
internal sealed partial class SearchForm(GoalTrial trial, Uri target)
{
    private const int MostTried = 3;
    private const string Nonsense = "qzxvkw";

    /// <summary>The page with the form, and its answer; null where no search can be proven.</summary>
    public async Task<(Stop From, Stop Result)?> FindAsync(IReadOnlyList<SeenPage> pages, CancellationToken cancellationToken)
    {
        var everywhere = pages[0].Links.Select(static link => link.Href).ToHashSet(StringComparer.Ordinal);
        var forms = pages.SelectMany(static page => page.Forms.Select(form => (Page: page, Fields: Read(form), Action: SeenPage.Text(form, "action")))).Where(static each => each.Fields is not null);
        foreach (var (page, fields, action) in forms.Take(MostTried))
        {
            // What stands on this page and not on every one: "Red roses", and not "Home".
            var words = page.Links.Where(link => !everywhere.Contains(link.Href)).Select(static link => link.Text).FirstOrDefault(static text => Searchable().IsMatch(text));
            if (words is not null && page.Marker(pages) is { } marker && await AnswerAsync(Path(action, fields!, words), cancellationToken) is { } found && found.Html.Contains(words, StringComparison.Ordinal)
                && await AnswerAsync(Path(action, fields!, Nonsense), cancellationToken) is { } none && !none.Html.Contains(words, StringComparison.Ordinal))
            {
                return (new Stop(page.Path, marker), new Stop(found.Path, words));
            }
        }
        return null;
    }

    private async Task<SeenPage?> AnswerAsync(string path, CancellationToken cancellationToken) =>
        Query().IsMatch(path) ? SeenPage.Of(path, await trial.CallAsync("http_get", new JsonObject { ["path"] = path }, trial.Session(), cancellationToken), target) : null;

    private static string Path(string action, IReadOnlyList<(string Name, string? Value)> fields, string words) =>
        $"{action}?{string.Join('&', fields.Select(field => $"{Uri.EscapeDataString(field.Name)}={Uri.EscapeDataString(field.Value ?? words)}"))}";

    /// <summary>What is sent, null for the value that is searched for; null for a form that is no search.</summary>
    private static List<(string Name, string? Value)>? Read(JsonElement form)
    {
        var action = SeenPage.Text(form, "action");
        if (!SeenPage.Text(form, "method").Equals("GET", StringComparison.OrdinalIgnoreCase) || !Action().IsMatch(action) || ChangeWords.IsIn(action))
        {
            return null;
        }
        var isSearch = Searches().IsMatch(action);
        var fields = new List<(string Name, string? Value)>();
        foreach (var field in SeenPage.List(form, "fields"))
        {
            var (name, type, value) = (SeenPage.Text(field, "name"), SeenPage.Text(field, "type"), SeenPage.Text(field, "value"));
            // A button is not sent, and tells what the form is for; what stands in a field for words is replaced.
            if (ChangeWords.IsIn(name) || (type is not ("search" or "text") && ChangeWords.IsIn(value)))
            {
                return null;
            }
            if (name.Length == 0 || type is "submit" or "button" or "reset" or "image" or "checkbox")
            {
                continue;
            }
            if (type == "hidden" && Forgery().IsMatch(name))
            {
                // Another value for each session, and none for a scenario.
                return null;
            }
            if (type is "search" or "text")
            {
                isSearch |= type == "search" || SearchName().IsMatch(name);
                fields.Add((name, null));
            }
            else if (value.Length > 0 && type is "hidden" or "select" or "radio")
            {
                fields.Add((name, value));
            }
            else if (field.TryGetProperty("required", out var required) && required.ValueKind == JsonValueKind.True)
            {
                return null;
            }
        }
        return isSearch && fields.Count(static field => field.Value is null) == 1 ? fields : null;
    }

    [GeneratedRegex("(?<![a-z])(search|find|lookup)(?![a-z])", RegexOptions.IgnoreCase)]
    private static partial Regex Searches();

    [GeneratedRegex("^(q|s|query|search|term|keywords?|find|(search|query)[_-]?(term|text|string|query|words?|for)|.*[_-](q|query|search))$", RegexOptions.IgnoreCase)]
    private static partial Regex SearchName();

    [GeneratedRegex("csrf|xsrf|token|nonce|session", RegexOptions.IgnoreCase)]
    private static partial Regex Forgery();

    [GeneratedRegex("^(/[A-Za-z0-9_~-][A-Za-z0-9_.~-]*)*/?$(?<=.)")]
    private static partial Regex Action();

    // As the planner reads a path with a query in a goal.
    [GeneratedRegex(@"^[/A-Za-z0-9_.~-]+\?[A-Za-z0-9_=&%+-]+$")]
    private static partial Regex Query();

    [GeneratedRegex("^[A-Za-z][A-Za-z0-9 ]{2,39}$")]
    private static partial Regex Searchable();
}
