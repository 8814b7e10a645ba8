using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using ApeTest.Targets.Tools;

namespace ApeTest.Cli.Commands.Init.Survey;

/// <summary>
/// Makes goals of a GraphQL schema: queries that need nothing, or the id of something that another query lists. Each is played once; what was answered
/// without errors and with a value is suggested. Mutations are left out: what they do is only seen by doing it.
/// </summary>
internal sealed partial class QueryGoals(ToolCatalog catalog, GoalTrial trial)
{
    private const int Most = 6;
    private const int MostTried = 20;
    private const int MostWalked = 3;

    /// <summary>Goals, lists that hold something first; empty where no query answers.</summary>
    public async Task<IReadOnlyList<SuggestedGoal>> SuggestAsync(CancellationToken cancellationToken)
    {
        var changing = catalog.ChangingNames.ToHashSet(StringComparer.Ordinal);
        var fields = catalog.ActionSpecs.Where(spec => !changing.Contains(spec.Name)).Select(Read).OfType<QueryField>()
            .OrderBy(static field => field.Argument is null ? 0 : 1).ThenBy(static field => field.IsList ? 0 : 1).Take(MostTried).ToList();
        var found = new List<Found>();
        try
        {
            foreach (var field in fields)
            {
                if (found.Count(static each => each.Worth == 0) < Most && await TryAsync(field, changing, cancellationToken) is { } each && !found.Exists(known => known.Goal.Name == each.Goal.Name))
                {
                    found.Add(each);
                }
            }
            found = [.. found.OrderBy(static each => each.Worth)];
            if (await WalkAsync(found, changing, cancellationToken) is { } walk)
            {
                return [walk, .. found.Select(static each => each.Goal).Take(Most - 1)];
            }
        }
        catch (OperationCanceledException) when (found.Count > 0)
        {
            // The time is over: what was seen to work until then.
        }
        return [.. found.OrderBy(static each => each.Worth).Select(static each => each.Goal).Take(Most)];
    }

    private async Task<Found?> TryAsync(QueryField field, HashSet<string> changing, CancellationToken cancellationToken)
    {
        foreach (var phrase in Phrases(field).Distinct(StringComparer.Ordinal))
        {
            var text = $"{GoalSuggester.Capital(phrase)}.";
            var calls = await trial.PlayAsync(text, tool => !changing.Contains(tool), cancellationToken);
            // The query must be what the goal is about, not a look-up on the way of another one.
            if (calls is [.., { } last] && Proof(field, last) is var (condition, worth))
            {
                return new Found(field, phrase, new SuggestedGoal(GoalSuggester.NameOf(phrase), text) { Conditions = [condition] }, worth);
            }
        }
        return null;
    }

    /// <summary>Some of them one after another: a session of several actions is what a run measures best. Null where that does not work.</summary>
    private async Task<SuggestedGoal?> WalkAsync(List<Found> found, HashSet<string> changing, CancellationToken cancellationToken)
    {
        for (var count = Math.Min(MostWalked, found.Count); count > 1; count--)
        {
            var stops = found[..count];
            var text = $"{GoalSuggester.Capital(string.Join(", then ", stops.Select(static stop => stop.Phrase)))}.";
            if (await trial.PlayAsync(text, tool => !changing.Contains(tool), cancellationToken) is not { } calls)
            {
                continue;
            }
            var proven = 0;
            foreach (var call in calls)
            {
                proven += proven < count && Proof(stops[proven].Field, call) is not null ? 1 : 0;
            }
            if (proven == count)
            {
                return new SuggestedGoal("browse", text) { Conditions = [.. stops.SelectMany(static stop => stop.Goal.Conditions)] };
            }
        }
        return null;
    }

    /// <summary>The condition, and how good it is: 0 for a list with something in it.</summary>
    private static (string Condition, int Worth)? Proof(QueryField field, TrialCall call)
    {
        if (call.Tool != field.Tool || call.Answer.Status != 200)
        {
            return null;
        }
        try
        {
            using var answer = JsonDocument.Parse(call.Answer.Body, new JsonDocumentOptions { MaxDepth = 128 });
            if (answer.RootElement.ValueKind != JsonValueKind.Object || !answer.RootElement.TryGetProperty("data", out var data)
                || data.ValueKind != JsonValueKind.Object || !data.TryGetProperty(field.Name, out var value))
            {
                return null;
            }
            (string Holds, int Worth)? proof = value.ValueKind switch
            {
                JsonValueKind.Array => value.GetArrayLength() > 0 ? ("count: { min: 1 }", field.Argument is null ? 0 : 1) : ("count: { min: 0 }", 3),
                JsonValueKind.Object => ("not: null", field.Argument is null ? 1 : 2),
                JsonValueKind.Null or JsonValueKind.Undefined => null,
                _ => ("not: null", 4),
            };
            return proof is var (holds, worth)
                ? (string.Create(CultureInfo.InvariantCulture, $"{{ operation: {field.Tool}, status: 200, json: {{ $.data.{field.Name}: {{ {holds} }} }} }}"), worth)
                : null;
        }
        catch (JsonException)
        {
            // Cut at 1 MiB, or no JSON: what cannot be read proves nothing.
            return null;
        }
    }

    private static IEnumerable<string> Phrases(QueryField field)
    {
        var words = GoalSuggester.Words(field.Name);
        var thing = string.Join(' ', words.Count > 1 && Looks().IsMatch(words[0]) ? words.Skip(1) : words);
        switch (field.Argument)
        {
            case null:
                yield return $"look at the {thing}";
                yield return $"list the {thing}";
                yield return $"get the {string.Join(' ', words)}";
                break;
            case "":
                yield return $"look at {GoalSuggester.Article(thing)} {thing}";
                break;
            default:
                yield return $"look at the {thing} of {GoalSuggester.Article(field.Argument)} {field.Argument}";
                yield return $"look at the {thing}";
                break;
        }
    }

    /// <summary>The query; null for one that needs more than an id, or does not look like a read.</summary>
    private static QueryField? Read(ToolSpec spec)
    {
        if (Described().Match(spec.Description) is not { Success: true } told || ChangeWords.Begins(told.Groups["name"].Value))
        {
            return null;
        }
        var required = spec.InputSchema.TryGetProperty("required", out var names) ? names.EnumerateArray().Select(static name => name.GetString()!).ToList() : [];
        var isList = Listed().IsMatch(spec.Description);
        return required switch
        {
            [] => new QueryField(spec.Name, told.Groups["name"].Value, isList, null),
            [var only] when Id().Match(only) is { Success: true } id => new QueryField(spec.Name, told.Groups["name"].Value, isList, string.Join(' ', GoalSuggester.Words(only[..id.Index]))),
            _ => null,
        };
    }

    /// <summary>A query that works, and how good it is as a goal: 0 is best.</summary>
    private sealed record Found(QueryField Field, string Phrase, SuggestedGoal Goal, int Worth);

    /// <param name="Tool">Name of its tool.</param>
    /// <param name="Name">Name in the schema.</param>
    /// <param name="IsList">Whether it answers a list.</param>
    /// <param name="Argument">What its one argument is the id of: <c>topic</c>; empty for its own thing; null for no argument.</param>
    private sealed record QueryField(string Tool, string Name, bool IsList, string? Argument);

    // As the importer describes a query.
    [GeneratedRegex(@"^query (?<name>\w+) - ")]
    private static partial Regex Described();

    [GeneratedRegex(@"Returns \[\S+\.$")]
    private static partial Regex Listed();

    [GeneratedRegex("^(id|ID)$|(?<=[a-z0-9])(Id|ID|_id)$")]
    private static partial Regex Id();

    [GeneratedRegex("^(get|list|fetch|find|all|load|read|query|show)$")]
    private static partial Regex Looks();
}
