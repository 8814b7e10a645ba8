using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using ApeTest.Cli.Commands.Try;
using ApeTest.Targets.Sessions;

namespace ApeTest.Cli.Commands.Init.Survey;

/// <summary>
/// Makes goals of a target's pages: its start page, and those of its own that it links to; a search where one of them has a form for it. Reads at most
/// <see cref="MostRead"/> of them with GET, follows nothing that leads elsewhere or sounds like a change (<see cref="ChangeWords"/>), and sends no form that is not a search.
/// What proves a page is its status and a text that none of the others has. A page that cannot be told from another is not suggested.
/// </summary>
/// <param name="target">The target.</param>
/// <param name="trial">Asks it.</param>
/// <param name="reading">Ends the reading of pages, so that time is left to try what was read.</param>
internal sealed partial class PageGoals(Uri target, GoalTrial trial, CancellationToken reading)
{
    /// <summary>Most pages that are read to choose from.</summary>
    public const int MostRead = 12;

    private const string Get = "http_get";
    private const int MostWalked = 4;
    private const int Most = 6;

    /// <summary>Goals, a walk through several pages first; empty where the start page is none or does not answer 200. Cancelled later on: what was seen to work until then.</summary>
    public async Task<IReadOnlyList<SuggestedGoal>> SuggestAsync(CancellationToken cancellationToken)
    {
        var state = trial.Session();
        if (await ReadAsync("/", state, cancellationToken) is not { } start)
        {
            return [];
        }
        List<SeenPage> read = [start];
        try
        {
            using var either = CancellationTokenSource.CreateLinkedTokenSource(reading, cancellationToken);
            await ReadBehindAsync(read, state, either.Token);
        }
        catch (OperationCanceledException)
        {
            // The site is slow: what was read until then is tried.
        }
        var stops = read.Select(page => new Stop(page.Path, page.Marker(read))).Where(static stop => stop.Marker is not null || stop.Path == "/").ToList();
        if (await WalkAsync([.. stops.Take(MostWalked)], cancellationToken) is not { } walk)
        {
            return [];
        }
        List<SuggestedGoal> goals = [walk];
        try
        {
            await AddAsync(goals, read, stops, cancellationToken);
        }
        catch (OperationCanceledException)
        {
            // The time is over: what was seen to work until then.
        }
        return goals;
    }

    private async Task AddAsync(List<SuggestedGoal> goals, List<SeenPage> read, List<Stop> stops, CancellationToken cancellationToken)
    {
        if (await new SearchForm(trial, target).FindAsync(read, cancellationToken) is { } search && await GoalAsync([search.From, search.Result], "search", cancellationToken) is (var searches, true))
        {
            goals.Add(searches);
        }
        foreach (var stop in stops.Skip(1))
        {
            if (goals.Count < Most && await GoalAsync([stop], $"open-{stop.Path}", cancellationToken) is (var goal, true) && !goals.Exists(known => known.Name == goal.Name))
            {
                goals.Add(goal);
            }
        }
    }

    /// <summary>Adds the pages that the first one links to.</summary>
    private async Task ReadBehindAsync(List<SeenPage> read, SessionState state, CancellationToken cancellationToken)
    {
        var links = read[0].Links.Where(static link => !ChangeWords.IsIn($"{link.Text} {link.Href}")).Select(static link => link.Href);
        foreach (var path in links.Where(static href => href != "/" && Plain().IsMatch(href) && !IsFile(href)).Distinct(StringComparer.Ordinal).Take(MostRead - 1))
        {
            if (await ReadAsync(path, state, cancellationToken) is { } page)
            {
                read.Add(page);
            }
        }
    }

    private async Task<SeenPage?> ReadAsync(string path, SessionState state, CancellationToken cancellationToken) =>
        SeenPage.Of(path, await trial.CallAsync(Get, new JsonObject { ["path"] = path }, state, cancellationToken), target);

    /// <summary>
    /// The start page and some behind it. A text that was not there again (a counter in a title) is let go of, and its page with it; the start page's status
    /// remains. Cancelled: the pages that were there again until then, else the start page, which was read.
    /// </summary>
    private async Task<SuggestedGoal?> WalkAsync(List<Stop> stops, CancellationToken cancellationToken)
    {
        List<Stop> sure = [stops[0] with { Marker = null }];
        while (true)
        {
            var kept = new List<Stop>();
            IReadOnlyList<SeenPage?>? pages;
            try
            {
                pages = await PlayAsync(stops, cancellationToken);
            }
            catch (OperationCanceledException)
            {
                return Walk(sure);
            }
            if (pages is null)
            {
                return null;
            }
            foreach (var (stop, page) in stops.Zip(pages))
            {
                if (page is not null && stop.IsOn(page))
                {
                    kept.Add(stop);
                }
                else if (page is not null && stop.Path == "/")
                {
                    kept.Add(stop with { Marker = null });
                }
            }
            if (kept.Count == 0)
            {
                return null;
            }
            if (kept.SequenceEqual(stops))
            {
                return Walk(stops);
            }
            stops = sure = kept;
        }
    }

    private async Task<(SuggestedGoal Goal, bool Works)> GoalAsync(List<Stop> stops, string name, CancellationToken cancellationToken) =>
        (Goal(stops, name), await PlayAsync(stops, cancellationToken) is { } pages && stops.Zip(pages).All(static pair => pair.Second is { } page && pair.First.IsOn(page)));

    /// <summary>The pages that a walk is answered with, in its order, null for what is none; null where the planner does not walk so.</summary>
    private async Task<IReadOnlyList<SeenPage?>?> PlayAsync(List<Stop> stops, CancellationToken cancellationToken) =>
        await trial.PlayAsync(Words(stops), static tool => tool == Get, cancellationToken) is { } calls && calls.Count == stops.Count
            ? [.. stops.Zip(calls).Select(pair => SeenPage.Of(pair.First.Path, pair.Second, target))]
            : null;

    private static SuggestedGoal Walk(List<Stop> stops) => Goal(stops, stops.Count == 1 ? "open-the-start-page" : "browse");

    private static SuggestedGoal Goal(List<Stop> stops, string name) => new(GoalSuggester.NameOf(name), Words(stops)) { Conditions = [.. stops.Select(Condition)] };

    private static string Words(List<Stop> stops) => $"Open {string.Join(", then open ", stops.Select(static stop => stop.Path))}.";

    // A language model may as well click, or fill in the form.
    private static string Condition(Stop stop)
    {
        var answer = stop.Marker is null ? "status: 200" : $"status: 200, text: {YamlText.Of(stop.Marker)}";
        string[] tools = stop.Path.Contains('?', StringComparison.Ordinal) ? [Get, "page_follow", "page_submit"] : [Get, "page_follow"];
        return $"any: [ {string.Join(", ", tools.Select(tool => $"{{ operation: {tool}, {answer} }}"))} ]";
    }

    private static bool IsFile(string path) => Extension().Match(path) is { Success: true } match && !PageExtension().IsMatch(match.Value);

    // What can stand in a goal and be read there as a path: no query, no escapes, nothing that ends a sentence.
    [GeneratedRegex(@"^(/[A-Za-z0-9_~-][A-Za-z0-9_.~-]*)+/?$(?<!\.)")]
    private static partial Regex Plain();

    [GeneratedRegex(@"\.[A-Za-z0-9]{1,5}$")]
    private static partial Regex Extension();

    [GeneratedRegex("^[.](x?html?|php|aspx?|jspx?|cgi|do)$", RegexOptions.IgnoreCase)]
    private static partial Regex PageExtension();
}
