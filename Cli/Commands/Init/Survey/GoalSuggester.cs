using System.Globalization;
using System.Text.RegularExpressions;
using ApeTest.Scenarios.Model;
using ApeTest.Scenarios.Success;
using ApeTest.Targets.OpenApi;
using ApeTest.Targets.Oracles.Derivation;
using ApeTest.Targets.Tools;

namespace ApeTest.Cli.Commands.Init.Survey;

/// <summary>
/// Makes goals of a target's operations: what a user does there that makes something. Only goals from which an oracle is derived, and of exactly
/// the operation that was meant, in words that say what is taken: what is suggested can be judged, and be done by rules. Where nothing can be made
/// (a bank, whose every change is an amount), what a user may look at.
/// </summary>
internal sealed partial class GoalSuggester(ToolCatalog catalog, LoginForm? login, LoginForm? registration, bool hasUser = false)
{
    private const int Most = 6;
    private const int LongestName = 40;

    private readonly OperationChoice _choice = new(catalog);

    /// <summary>Goals, the best first; empty where nothing fits.</summary>
    public IReadOnlyList<SuggestedGoal> Suggest()
    {
        var goals = new List<SuggestedGoal>();
        var fitting = catalog.Operations.Where(operation => operation != login?.Operation && operation != registration?.Operation && _choice.Fits(operation));
        foreach (var operation in fitting.OrderBy(_choice.Cost).ThenBy(operation => catalog.Operations.IndexOf(operation)))
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
        .Where(static operation => operation.Method == HttpMethod.Get && !operation.Path.Contains('{', StringComparison.Ordinal) && OperationChoice.IsForUsers(operation))
        .Select(OfOperation).OfType<SuggestedGoal>().Take(Most)];

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
    private IEnumerable<string> Phrases(OperationSpec operation)
    {
        var thing = operation.IsChanging ? _choice.Thing(operation) : null;
        if (OperationChoice.IsCheckout(operation))
        {
            yield return $"buy {Article(thing!)} {thing}";
        }
        if (operation.Summary is { Length: > 0 and <= 80 } summary)
        {
            yield return WithThing(Small(Ends().Split(summary)[0].Trim().TrimEnd('.')), thing);
        }
        var words = Words(operation.Name);
        if (operation.Method == HttpMethod.Get)
        {
            // "get an account" would be to open one.
            yield return $"look at the {string.Join(' ', words.Count > 1 ? words.Skip(1) : words)}";
            yield break;
        }
        if (words is [var verb, ..] && words.Count > 1)
        {
            var rest = string.Join(' ', words.Skip(1));
            if (NoObject().IsMatch($"{verb} {rest} "))
            {
                yield return WithThing($"{verb} {rest}", thing);
                yield break;
            }
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

    /// <summary>"add to the cart" does not say what: "add a product to the cart".</summary>
    private static string WithThing(string phrase, string? thing) => thing is null ? phrase : NoObject().Replace(phrase, $"$1 {Article(thing)} {thing} $2 ", 1);

    /// <summary>A name in a scenario, of what a goal says.</summary>
    public static string NameOf(string phrase)
    {
        var name = NoName().Replace(phrase.ToLowerInvariant(), "-").Trim('-');
        return name.Length is 0 ? "goal" : name[..Math.Min(name.Length, LongestName)].TrimEnd('-');
    }

    /// <summary>The words that a name is made of, in lower case.</summary>
    public static List<string> Words(string name) =>
        [.. WordBreak().Split(name).Where(static word => word.Length > 0).Select(static word => word.ToLower(CultureInfo.InvariantCulture))];

    /// <summary><c>a</c> or <c>an</c>.</summary>
    public static string Article(string noun) => "aeiou".Contains(noun[0], StringComparison.Ordinal) ? "an" : "a";

    private static string Small(string text) => text.Length > 1 && char.IsLower(text[1]) ? char.ToLowerInvariant(text[0]) + text[1..] : text;

    /// <summary>The text with a large first letter.</summary>
    public static string Capital(string text) => char.ToUpperInvariant(text[0]) + text[1..];

    [GeneratedRegex("[.;:(]\\s|[.;:]$|\\s\\(")]
    private static partial Regex Ends();

    [GeneratedRegex("^([a-z]+) (to|into|onto|in|on|from|with) ")]
    private static partial Regex NoObject();

    [GeneratedRegex("[^a-z0-9]+")]
    private static partial Regex NoName();

    [GeneratedRegex("[^A-Za-z0-9]+|(?<=[a-z0-9])(?=[A-Z])")]
    private static partial Regex WordBreak();
}
