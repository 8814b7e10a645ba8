using System.Text.Json;
using System.Text.RegularExpressions;
using ApeTest.Targets.OpenApi;
using ApeTest.Targets.Tools;

namespace ApeTest.Cli.Commands.Init.Survey;

/// <summary>
/// Chooses the operations that a goal may be about: those that any user can do at any time. Only the document is asked, so what needs a state that it does
/// not show (a loan to renew, a full cart), or moves money, is left out.
/// </summary>
internal sealed partial class OperationChoice(ToolCatalog catalog)
{
    /// <summary>Whether a user can do it at any time with what the target lists.</summary>
    public bool Fits(OperationSpec operation) =>
        operation.Method == HttpMethod.Post && !operation.Destructive
        && operation.Body is not { Kind: BodyKind.File or BodyKind.Raw or BodyKind.Multipart }
        && IsForUsers(operation) && !Cart().IsMatch(operation.Path)
        && !Conditional().IsMatch(operation.Summary ?? "") && !Unusual().IsMatch(operation.Tool.Description)
        && (IsCheckout(operation) ? Thing(operation) is not null : MakesSomething(operation));

    /// <summary>Whether it is there for users of the application, not for those who run it, and is no part of logging in.</summary>
    public static bool IsForUsers(OperationSpec operation) => !NotForUsers().IsMatch($"{operation.Name} {operation.Path}");

    /// <summary>How much it needs that nobody has told, and how little it proves: the cheapest is suggested first.</summary>
    public int Cost(OperationSpec operation)
    {
        var cost = 3 * Placeholders(operation).Count();
        cost += operation.SuccessStatuses.Contains(201) ? 0 : 1;
        cost += 2 * Required(operation).Count(static field => !NamesAThing(field.Name) && !IsKnown(field.Schema));
        // A purchase is what a shop is there for, but it takes more steps than what is put in.
        return IsCheckout(operation) ? cost + 1 : cost;
    }

    /// <summary>The thing that is taken: <c>product</c> of <c>productId</c>; null for none. Of a checkout, what is put into its cart.</summary>
    public string? Thing(OperationSpec operation)
    {
        var from = IsCheckout(operation)
            ? catalog.Operations.FirstOrDefault(static other => other.Method == HttpMethod.Post && Cart().IsMatch(other.Path) && Required(other).Any(static field => NamesAThing(field.Name)))
            : operation;
        return from is null ? null : Required(from).Where(static field => NamesAThing(field.Name)).Select(static field => Noun(field.Name)).FirstOrDefault(IsListed);
    }

    /// <summary>Whether it buys what was gathered before.</summary>
    public static bool IsCheckout(OperationSpec operation) => operation.Body is null && !Placeholders(operation).Any() && Buys().IsMatch($"{operation.Name} {operation.Summary}");

    private bool MakesSomething(OperationSpec operation)
    {
        // Below a thing of a path, only what documents that something is made: `POST /loans/{id}/renewals` answering 200 changes what must be there.
        if (Placeholders(operation).Any() && (!operation.SuccessStatuses.Contains(201) || operation.Path.EndsWith('}')))
        {
            return false;
        }
        return (operation.Body is not null || Placeholders(operation).Any())
            && Required(operation).All(field => NamesAThing(field.Name) ? IsListed(Noun(field.Name)) : !Money().IsMatch(field.Name));
    }

    /// <summary>Whether the target lists such things, below another one or not: <c>GET /events/{eventId}/seats</c>.</summary>
    private bool IsListed(string noun) => catalog.Operations.Any(operation => operation.Method == HttpMethod.Get && !operation.Path.EndsWith('}')
        && operation.Path.Split('/')[^1] is { Length: > 0 } last && Names(last, noun));

    private static bool Names(string collection, string noun) => collection.Replace("-", "", StringComparison.Ordinal).Replace("_", "", StringComparison.Ordinal) is var plain
        && (plain.Equals(noun, StringComparison.OrdinalIgnoreCase) || plain.Equals(noun + "s", StringComparison.OrdinalIgnoreCase) || plain.Equals(noun + "es", StringComparison.OrdinalIgnoreCase)
            || (noun.EndsWith('y') && plain.Equals(noun[..^1] + "ies", StringComparison.OrdinalIgnoreCase)));

    /// <summary>Required fields of the body.</summary>
    private static IEnumerable<(string Name, JsonElement Schema)> Required(OperationSpec operation)
    {
        var schema = operation.Tool.InputSchema;
        if (!schema.TryGetProperty("required", out var required) || !schema.TryGetProperty("properties", out var properties))
        {
            yield break;
        }
        var path = Placeholders(operation).ToHashSet(StringComparer.Ordinal);
        foreach (var name in required.EnumerateArray().Select(static name => name.GetString()!))
        {
            if (!path.Contains(name) && properties.TryGetProperty(name, out var property))
            {
                yield return (name, property);
            }
        }
    }

    private static IEnumerable<string> Placeholders(OperationSpec operation) => Placeholder().Matches(operation.Path).Select(static match => match.Groups[1].Value);

    private static bool NamesAThing(string field) => Id().IsMatch(field);

    private static string Noun(string field) => Id().Replace(field, "").Replace("_", "", StringComparison.Ordinal).Replace("-", "", StringComparison.Ordinal).ToLowerInvariant();

    private static bool IsKnown(JsonElement schema) => LoginFinder.Example(schema) is not null || schema.TryGetProperty("enum", out _);

    [GeneratedRegex(@"\{([^}]+)\}")]
    private static partial Regex Placeholder();

    [GeneratedRegex("(?<=[a-z])(Ids?|_ids?|-ids?)$")]
    private static partial Regex Id();

    [GeneratedRegex("cart|basket|bag", RegexOptions.IgnoreCase)]
    private static partial Regex Cart();

    [GeneratedRegex("check.?out|place.*order|purchase|\\bbuy", RegexOptions.IgnoreCase)]
    private static partial Regex Buys();

    [GeneratedRegex("amount|balance|^(sum|total)$", RegexOptions.IgnoreCase)]
    private static partial Regex Money();

    // "Reserve a book that is out on loan".
    [GeneratedRegex(@"\b(that|which|who|whose|if|when)\b", RegexOptions.IgnoreCase)]
    private static partial Regex Conditional();

    // "Queues the member for a book of which no copy is available."
    [GeneratedRegex(@"\b(of|for) which\b|\bonly (if|when|while|after|for)\b|\bunless\b|\bmust (already|first|have)\b", RegexOptions.IgnoreCase)]
    private static partial Regex Unusual();

    [GeneratedRegex("admin|internal|webhook|callback|import|bulk|reset|health|debug|log.?(in|out|off)|sign.?(in|out|up)|refresh|token|password|_shop|cancel|reject|close|archive", RegexOptions.IgnoreCase)]
    private static partial Regex NotForUsers();
}
