using System.Collections.Frozen;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace ApeTest.LlmProxy.Providers.Builtin.Planner;

/// <summary>What a listing's own parameters are given: search words, kinds, makers, places, order, page.</summary>
internal static partial class ListingFilters
{
    public static readonly FrozenSet<string> Search = Words.Set("q query search term keyword keywords text filter contains phrase s");
    public static readonly FrozenSet<string> Named = Words.Set("name title label");
    public static readonly FrozenSet<string> Kinds = Words.Set("category genre type kind tag topic brand subject section department class style specialty speciality cuisine language color colour make model area field");
    public static readonly FrozenSet<string> Makers = Words.Set("author artist writer director performer brand speaker vendor seller");
    public static readonly FrozenSet<string> Places = Words.Set("city location venue place destination origin town country region station airport to from arrival departure");
    public static readonly FrozenSet<string> Size = Words.Set("limit size take top count per max");
    public static readonly FrozenSet<string> Sort = Words.Set("sort order ordering orderby sortby");

    private static readonly FrozenSet<string> Towns = Words.Set("city town country region");
    private static readonly FrozenSet<string> Page = Words.Set("page pageNumber");
    private static readonly FrozenSet<string> Cursors = Words.Set("cursor after continuation token pagetoken marker next");
    private static readonly FrozenSet<string> Direction = Words.Set("direction dir asc desc");
    private static readonly FrozenSet<string> Free = Words.Set("available stock availability bookable open");
    private static readonly FrozenSet<string> Least = Words.Set("min minimum from above over");

    /// <summary>What a parameter of a listing is given; null for nothing.</summary>
    public static JsonNode? Value(Parameter parameter, Operation operation, Phrase phrase, List<GoalToken> words, Step step, int level)
    {
        if (parameter.Is(Sort) || parameter.Is(Direction))
        {
            return phrase.Order is { Fields.Count: > 0 } order ? SortValue(parameter, order, operation) : null;
        }

        if (IsPage(parameter) || IsCursor(parameter) || IsOffset(parameter) || parameter.Is(Size))
        {
            return null;
        }

        if (parameter.Is(Free) && step.Intent.Kind is IntentKind.Buy or IntentKind.Create && level == 0)
        {
            return parameter.Type == "boolean" ? JsonValue.Create(true)
                : parameter.Enum.FirstOrDefault(value => Words.Split(value).Any(Free.Contains)) is { } free ? JsonValue.Create(free) : null;
        }

        if (parameter.Type is not ("string" or "integer" or "number" or ""))
        {
            return null;
        }

        if (parameter.Enum.Length > 0)
        {
            return level > 0 ? null : parameter.Enum.FirstOrDefault(value => phrase.Content.Concat(words).Any(word => word.Text.Equals(value, StringComparison.OrdinalIgnoreCase)
                || Words.Split(value).SequenceEqual([word.Stem]))) is { } named ? JsonValue.Create(named) : null;
        }

        if (parameter.Is(Search))
        {
            return words.Count > 0 ? Text(words) : null;
        }

        if (level > 0)
        {
            return null;
        }

        if (parameter.Tokens.Contains("pric") && parameter.Type is "integer" or "number")
        {
            var bound = phrase.Tokens.FirstOrDefault(token => token.Kind is TokenKind.Number or TokenKind.Money && phrase.Preposition is "under" or "below" or "over" or "above");
            return bound is not null && parameter.Is(Least) == phrase.Preposition is "over" or "above" ? GoalValues.Number(bound, parameter) : null;
        }

        var hasSearch = operation.Parameters.Any(other => other.Is(Search));
        if (parameter.Is(Makers))
        {
            return Behind(step.Intent, "by");
        }

        if (parameter.Is(Places) && parameter.Noun is null)
        {
            return parameter.Tokens.Contains("from") || parameter.Tokens.Contains("origin") || parameter.Tokens.Contains("departur") ? Behind(step.Intent, "from")
                : parameter.Tokens.Contains("to") || parameter.Tokens.Contains("destination") || parameter.Tokens.Contains("arrival") ? Behind(step.Intent, "to")
                : Behind(step.Intent, "in") ?? (parameter.Is(Towns) ? null : Behind(step.Intent, "at"));
        }

        if (parameter.Format is "date" || parameter.Tokens.Contains("date"))
        {
            return step.Intent.Tokens.FirstOrDefault(token => token.Kind == TokenKind.Date) is { } date ? JsonValue.Create(date.Text) : null;
        }

        if (hasSearch || words.Count == 0 || parameter.Type != "string")
        {
            return null;
        }

        var hasName = operation.Parameters.Any(other => other.Is(Named));
        var literal = words.Find(word => word.Kind == TokenKind.Literal);
        return parameter.Is(Named) && (literal is not null || !operation.Parameters.Any(other => other.Is(Kinds))) ? Text(words)
            : parameter.Is(Kinds) && literal is null ? Text(words)
            : !hasName && literal is not null && parameter.Is(Kinds) ? JsonValue.Create(literal.Text) : null;
    }

    // What the phrase says beyond the kind of thing itself.
    public static List<GoalToken> Telling(Operation operation, string noun, Phrase phrase)
    {
        List<GoalToken> literals = [.. phrase.Tokens.Where(token => token.Kind is TokenKind.Literal)];
        if (literals.Count > 0)
        {
            return literals;
        }

        var words = phrase.Content.Where(token => token.Stem != noun && token.Stem != operation.Noun && !operation.NameTokens.Contains(token.Stem)).ToList();
        var narrow = words.Where(token => !Words.Related(token.Stem, noun) && !Words.Related(token.Stem, operation.Noun)).ToList();
        return narrow.Count > 0 ? narrow : [];
    }

    // Proper names together; otherwise the last word, which is the noun: "dark roast coffee".
    public static JsonValue Text(List<GoalToken> words)
    {
        if (words[0].Kind == TokenKind.Literal)
        {
            return JsonValue.Create(words[0].Text);
        }

        var names = Naming.ProperNames(words);
        return JsonValue.Create(names.Count > 0 ? names[0] : Singular(words[^1].Text));
    }

    private static string Singular(string word) =>
        word.Length > 3 && word.EndsWith("ies", StringComparison.OrdinalIgnoreCase) ? word[..^3] + "y"
        : word.Length > 3 && word[^1] == 's' && word[^2] is not ('s' or 'u' or 'i') ? word[..^1] : word;

    private static JsonValue? Behind(Intent intent, string preposition)
    {
        var phrase = intent.Phrases.FirstOrDefault(phrase => phrase.Preposition == preposition);
        var literal = phrase?.Tokens.FirstOrDefault(token => token.Kind == TokenKind.Literal);
        var names = phrase?.Content.Where(token => token.IsCapital).ToList() ?? [];
        return literal is not null ? JsonValue.Create(literal.Text) : names.Count > 0 ? JsonValue.Create(string.Join(' ', names.Select(token => token.Text))) : null;
    }

    private static JsonValue? SortValue(Parameter parameter, Order order, Operation operation)
    {
        string[] options = parameter.Enum.Length > 0 ? parameter.Enum
            : [.. SortWord().Matches(parameter.Description).Select(match => match.Value)];
        if (options.Length > 0 && options.All(option => Words.Split(option) is ["asc" or "desc" or "ascend" or "descend"]))
        {
            return JsonValue.Create(options.FirstOrDefault(option => IsDescending(option) == order.Descending));
        }

        var matching = options.Where(option => Words.Split(option).Any(order.Fields.Contains)).ToList();
        var wanted = matching.Find(option => IsDescending(option) == order.Descending && IsExplicit(option))
            ?? matching.Find(option => IsDescending(option) == order.Descending);
        // {sort: price, order: desc} says the direction elsewhere.
        wanted ??= operation.Parameters.Any(other => other != parameter && (other.Is(Direction) || other.Is(Sort))) ? matching.FirstOrDefault() : null;
        return wanted is null ? null : JsonValue.Create(wanted);
    }

    private static bool IsDescending(string option) => option.StartsWith('-') || Words.Split(option).Any(word => word.StartsWith("desc", StringComparison.Ordinal));

    private static bool IsExplicit(string option) => option[0] is '-' or '+' || Words.Split(option).Any(word => word.StartsWith("asc", StringComparison.Ordinal));

    public static bool IsPage(Parameter parameter) => parameter.Type is "integer" or "number" && parameter.Is(Page) && !parameter.Is(Size);

    public static bool IsCursor(Parameter parameter) => parameter is { Required: false, InPath: false } && parameter.Type is "string" or "" && parameter.Is(Cursors);

    public static bool IsOffset(Parameter parameter) => parameter is { Required: false, InPath: false, Type: "integer" or "number" } && parameter.Tokens is ["offset" or "skip" or "start"];

    public static int Most(Parameter parameter) =>
        parameter.Schema.ValueKind == JsonValueKind.Object && parameter.Schema.TryGetProperty("maximum", out var maximum) && maximum.TryGetInt32(out var most)
            ? Math.Min(most, 100) : 100;

    [GeneratedRegex(@"[-+]?\b[A-Za-z][A-Za-z_]*(?:[:_.](?:asc|desc))?\b", RegexOptions.CultureInvariant)]
    private static partial Regex SortWord();
}
