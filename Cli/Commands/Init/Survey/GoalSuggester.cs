using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using ApeTest.Scenarios.Model;
using ApeTest.Scenarios.Success;
using ApeTest.Targets.OpenApi;
using ApeTest.Targets.Oracles.Derivation;
using ApeTest.Targets.Tools;

namespace ApeTest.Cli.Commands.Init.Survey;

/// <summary>
/// Makes goals of a target's operations: what a user does there that changes something. Only goals from which an oracle is derived, and of exactly
/// the operation that was meant: what is suggested can be judged.
/// </summary>
internal sealed partial class GoalSuggester(ToolCatalog catalog, LoginForm? login, LoginForm? registration, bool hasUser = false)
{
    private const int Most = 6;
    private const int LongestName = 40;

    /// <summary>Goals, the best first; empty where nothing fits.</summary>
    public IReadOnlyList<SuggestedGoal> Suggest()
    {
        var goals = new List<SuggestedGoal>();
        foreach (var operation in catalog.Operations.Where(IsOffered).OrderBy(Cost).ThenBy(operation => catalog.Operations.IndexOf(operation)))
        {
            if (goals.Count < Most && OfOperation(operation) is { } goal && !goals.Exists(known => known.Name == goal.Name))
            {
                goals.Add(goal);
            }
        }
        return goals.Count > 0 ? goals : Reads();
    }

    private SuggestedGoal? OfOperation(OperationSpec operation)
    {
        var phrases = Phrases(operation).Distinct(StringComparer.OrdinalIgnoreCase).ToList();
        return phrases.Select(phrase => Checked(phrase, Compose(operation, phrase), operation)).FirstOrDefault(static goal => goal is not null);
    }

    private List<SuggestedGoal> Reads() => [.. catalog.Operations
        .Where(static operation => operation.Method == HttpMethod.Get && !operation.Path.Contains('{', StringComparison.Ordinal))
        .Select(operation => (Operation: operation, Phrase: Phrases(operation).First()))
        .Select(pair => Checked(pair.Phrase, Compose(pair.Operation, pair.Phrase), pair.Operation)).OfType<SuggestedGoal>().Take(Most)];

    /// <summary>The goal, if an oracle is derived from it that is about this operation and no other.</summary>
    private SuggestedGoal? Checked(string phrase, string text, OperationSpec operation)
    {
        var name = NameOf(phrase);
        var derivation = OracleDeriver.Derive(new GoalSpec { Name = name, Goal = text }, catalog);
        // A registration that comes first is an intent of its own.
        return derivation.IsDerived && derivation.Intents[^1].Operation == operation && derivation.Intents.SkipLast(1).All(intent => intent.Operation == registration?.Operation)
            ? new SuggestedGoal(name, text) { Proof = string.Join(", then ", derivation.Conditions.Select(ConditionWords.Of)) }
            : null;
    }

    private string Compose(OperationSpec operation, string phrase)
    {
        if (operation.Security is SecurityKind.None or SecurityKind.ApiKey || (operation.Security is SecurityKind.Undeclared && login is null))
        {
            return $"{Capital(phrase)}.";
        }
        if (login is not null && (hasUser || login.HasExamples || registration is null))
        {
            return $"{login.Words}, {phrase}, then log out.";
        }
        return registration is null ? $"{Capital(phrase)}." : $"Register, {phrase}, then log out.";
    }

    /// <summary>Ways to say what the operation does: its summary, the words of its name, what it makes.</summary>
    private static IEnumerable<string> Phrases(OperationSpec operation)
    {
        if (operation.Summary is { Length: > 0 and <= 80 } summary)
        {
            var sentence = Ends().Split(summary)[0].Trim().TrimEnd('.');
            yield return Small(sentence);
        }
        var words = Words(operation.Name);
        if (words is [var verb, ..] && words.Count > 1)
        {
            var rest = string.Join(' ', words.Skip(1));
            yield return $"{verb} {Article(rest)} {rest}";
            yield return $"{verb} the {rest}";
        }
        var collection = operation.Path.Split('/', StringSplitOptions.RemoveEmptyEntries).LastOrDefault(static segment => segment[0] != '{');
        if (collection is not null)
        {
            var one = string.Join(' ', Words(collection)) is var noun && noun.EndsWith('s') ? noun[..^1] : noun;
            yield return $"create {Article(one)} {one}";
        }
    }

    private bool IsOffered(OperationSpec operation) =>
        operation.IsChanging && operation.Method != HttpMethod.Delete && !operation.Destructive && operation != login?.Operation && operation != registration?.Operation
        && operation.Body is not { Kind: BodyKind.File or BodyKind.Raw or BodyKind.Multipart }
        && !NotForUsers().IsMatch($"{operation.Name} {operation.Path}");

    /// <summary>How much the operation needs that nobody has told, and how little it proves: the cheapest is suggested first.</summary>
    private int Cost(OperationSpec operation)
    {
        var cost = operation.Method == HttpMethod.Post ? 0 : 4;
        cost += 3 * operation.Path.Count(static c => c == '{');
        cost += operation.SuccessStatuses.Contains(201) ? 0 : 1;
        var schema = operation.Tool.InputSchema;
        if (schema.TryGetProperty("required", out var required) && schema.TryGetProperty("properties", out var properties))
        {
            cost += required.EnumerateArray().Select(static name => name.GetString()!)
                .Count(name => properties.TryGetProperty(name, out var property) && !IsKnown(name, property)) * 2;
        }
        else if (operation.Body is null)
        {
            // Nothing to say and nothing to choose: it needs what went before, as a checkout needs a cart.
            cost += 5;
        }
        return cost;
    }

    private static bool IsKnown(string name, JsonElement schema) => name.EndsWith("id", StringComparison.OrdinalIgnoreCase)
        || LoginFinder.Example(schema) is not null || schema.TryGetProperty("enum", out _);

    private static string NameOf(string phrase)
    {
        var name = NoName().Replace(phrase.ToLowerInvariant(), "-").Trim('-');
        return name.Length is 0 ? "goal" : name[..Math.Min(name.Length, LongestName)].TrimEnd('-');
    }

    private static List<string> Words(string name) =>
        [.. WordBreak().Split(name).Where(static word => word.Length > 0).Select(static word => word.ToLower(CultureInfo.InvariantCulture))];

    private static string Article(string noun) => "aeiou".Contains(noun[0], StringComparison.Ordinal) ? "an" : "a";

    private static string Small(string text) => text.Length > 1 && char.IsLower(text[1]) ? char.ToLowerInvariant(text[0]) + text[1..] : text;

    private static string Capital(string text) => char.ToUpperInvariant(text[0]) + text[1..];

    [GeneratedRegex("[.;:(]\\s|[.;:]$|\\s\\(")]
    private static partial Regex Ends();

    [GeneratedRegex("[^a-z0-9]+")]
    private static partial Regex NoName();

    [GeneratedRegex("[^A-Za-z0-9]+|(?<=[a-z0-9])(?=[A-Z])")]
    private static partial Regex WordBreak();

    [GeneratedRegex("admin|internal|webhook|callback|import|bulk|reset|health|debug|log.?(in|out|off)|sign.?(in|out|up)|refresh|token|password|_shop|cancel|reject|close|archive", RegexOptions.IgnoreCase)]
    private static partial Regex NotForUsers();
}
