using System.Collections.Frozen;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace ApeTest.LlmProxy.Providers.Builtin.Planner;

/// <summary>Listings and searches: which to call for a thing, and with which filters. Narrow first, then wider, then page by page.</summary>
internal sealed partial class Lookups(PlanContext context, ArgumentFinder arguments)
{
    private const int Widest = 2;
    private const int LastPage = 8;

    private static readonly FrozenSet<string> Search = Words.Set("q query search term keyword keywords text filter contains phrase s");
    private static readonly FrozenSet<string> Named = Words.Set("name title label");
    private static readonly FrozenSet<string> Kinds = Words.Set("category genre type kind tag topic brand subject section department class style specialty speciality cuisine language color colour make model area field");
    private static readonly FrozenSet<string> Makers = Words.Set("author artist writer director performer brand speaker vendor seller");
    private static readonly FrozenSet<string> Places = Words.Set("city location venue place destination origin town country region station airport to from arrival departure");
    private static readonly FrozenSet<string> Page = Words.Set("page pageNumber");
    private static readonly FrozenSet<string> Cursors = Words.Set("cursor after continuation token pagetoken marker next");
    private static readonly FrozenSet<string> Size = Words.Set("limit size take top count per max");
    private static readonly FrozenSet<string> Sort = Words.Set("sort order ordering orderby sortby");
    private static readonly FrozenSet<string> Direction = Words.Set("direction dir asc desc");
    private static readonly FrozenSet<string> Free = Words.Set("available stock availability bookable open");
    private static readonly FrozenSet<string> SearchPaths = Words.Set("search available list find all query browse mine");
    private static readonly FrozenSet<string> Least = Words.Set("min minimum from above over");

    /// <summary>The next call worth making, or nothing when <paramref name="fitting"/> has something after the calls made, or all is tried.</summary>
    public Found Next(Parameter parameter, string noun, Phrase phrase, Step step, int depth, bool canBeMade, Func<Choice?> fitting)
    {
        foreach (var operation in Candidates(parameter, noun, phrase, step, canBeMade))
        {
            for (var level = 0; level <= Widest; level++)
            {
                var (end, call) = NextPage(operation, noun, phrase, step, level, depth, fitting);
                if (end is LookupEnd.Call or LookupEnd.Found)
                {
                    return call is null ? Found.Nothing : Found.Need(call);
                }

                if (end == LookupEnd.Impossible)
                {
                    break;
                }
            }
        }

        return Found.Nothing;
    }

    private (LookupEnd End, Planned? Call) NextPage(Operation operation, string noun, Phrase phrase, Step step, int level, int depth, Func<Choice?> fitting)
    {
        Planned? before = null;
        var cursor = operation.Parameters.FirstOrDefault(IsCursor);
        var offset = operation.Parameters.FirstOrDefault(IsOffset);
        for (var page = 1; page <= LastPage; page++)
        {
            var (filled, obstacle) = Fill(operation, noun, phrase, step, level, page, depth);
            if (before is not null && cursor is not null && context.Knowledge.Cursor(before.Key) is { } next)
            {
                filled[cursor.Name] = Values.Typed(next, cursor.Type);
            }
            else if (before is not null && offset is not null && !operation.Parameters.Any(IsPage))
            {
                filled[offset.Name] = (before.Arguments[offset.Name] is JsonValue start && int.TryParse(start.ToString(), CultureInfo.InvariantCulture, out var from) ? from : 0) + context.Knowledge.Count(before.Key);
            }

            if (obstacle.Ends)
            {
                return obstacle.Call is { } first ? (LookupEnd.Call, first) : (LookupEnd.Impossible, null);
            }

            var call = new Planned(operation, filled, step, noun);
            if (!context.Knowledge.WasMade(call.Key))
            {
                return (LookupEnd.Call, call);
            }

            // Which is cheapest shows only once all are seen, unless the API sorts; a better match may be on a later page.
            var choice = fitting();
            var sorted = operation.Parameters.Any(parameter => parameter.Is(Sort) && filled.ContainsKey(parameter.Name));
            var enough = choice is { Full: true } && (sorted || phrase.Order is not { Fields.Count: > 0 });
            before = call;
            var more = (cursor is not null ? context.Knowledge.Cursor(call.Key) is not null : offset is not null || operation.Parameters.Any(IsPage))
                && (context.Knowledge.HasMore(call.Key) ?? (level == Widest && choice is null && context.Knowledge.Count(call.Key) > 0));
            if (enough || !more)
            {
                break;
            }
        }

        return (fitting() is null ? LookupEnd.Nothing : LookupEnd.Found, null);
    }

    /// <summary>Whether the API itself can say that nothing of that description exists.</summary>
    public bool CanFilter(Parameter parameter, string noun, Phrase phrase) =>
        phrase.Tokens.Any(token => token.Kind is TokenKind.Literal or TokenKind.Id or TokenKind.Email)
        || Candidates(parameter, noun, phrase, null, false).Any(operation => operation.Parameters.Any(other => other.Is(Search) || other.Is(Kinds) || other.Is(Named)));

    /// <summary>Arguments of a listing.</summary>
    public (JsonObject Arguments, Found Obstacle) Fill(Operation operation, string noun, Phrase phrase, Step step, int level, int page, int depth)
    {
        var filled = new JsonObject();
        var words = Filters(operation, noun, phrase);
        // Who made it and where it is are asked for in their own places, and not in the title too.
        var placed = level > 0 ? [] : operation.Parameters.Where(parameter => parameter.Noun is null && (parameter.Is(Makers) || parameter.Is(Places)))
            .Select(parameter => Filter(parameter, operation, phrase, words, step, level)?.ToString()).OfType<string>().ToList();
        words = [.. words.Where(word => !placed.Exists(value => value.Contains(word.Text, StringComparison.OrdinalIgnoreCase)))];
        var sorted = false;
        foreach (var parameter in operation.Parameters.Where(parameter => parameter.Required))
        {
            if (parameter.Is(Search) && words.Count > 0)
            {
                filled[parameter.Name] = Text(words);
                continue;
            }

            var found = arguments.Find(parameter, operation, step, true, depth + 1);
            if (found.Ends)
            {
                return (filled, found);
            }

            if (found.Value is { } value)
            {
                filled[parameter.Name] = value.DeepClone();
            }
        }

        foreach (var parameter in operation.Parameters.Where(parameter => !parameter.Required && level < Widest))
        {
            if (Filter(parameter, operation, phrase, words, step, level) is { } value)
            {
                filled[parameter.Name] = value;
                sorted |= parameter.Is(Sort);
            }
        }

        // Without sorting, which is cheapest shows only once all are seen.
        foreach (var parameter in operation.Parameters.Where(parameter => !parameter.Required && parameter.Noun is null))
        {
            if (IsPage(parameter) && page > 1)
            {
                filled[parameter.Name] = page;
            }
            else if (parameter.Is(Size) && parameter.Type is "integer" or "number" && !sorted && (phrase.Order is not null || level > 0)
                && !IsPage(parameter) && !parameter.Tokens.Contains("pric"))
            {
                filled[parameter.Name] = Most(parameter);
            }
        }

        return (filled, Found.Nothing);
    }

    private List<Operation> Candidates(Parameter parameter, string noun, Phrase phrase, Step? step, bool canBeMade)
    {
        List<(Operation Operation, double Score)> scored = [];
        var hasOwn = context.Tools.Operations.Any(operation => operation.IsCollection && operation.Noun == noun);
        foreach (var operation in context.Tools.Operations)
        {
            if (!operation.IsRead || operation == step?.Operation && !operation.IsCollection)
            {
                continue;
            }

            var score = operation.IsCollection && operation.Noun == noun ? 5
                : operation.IsCollection && SearchPaths.Contains(operation.Noun) && operation.PathTokens.Contains(noun) ? 4.5
                : hasOwn ? 0
                : operation.IsCollection && Words.Related(operation.Noun, noun) ? 3
                : operation.IsCollection && operation.NameTokens.Contains(noun) ? 2.5
                : operation.IsCollection && operation.SummaryTokens.Contains(noun) && !operation.Parameters.Any(other => other.Required) ? 2.2
                : !canBeMade && operation.IsCollection && phrase.Content.Any(token => Words.Related(operation.Noun, token.Stem)) ? 1.5
                : 0;
            if (score == 0)
            {
                continue;
            }

            score += operation.Parameters.Any(other => other.Is(Search)) ? 0.3 : 0;
            score -= 0.4 * operation.Parameters.Count(other => other.Required);
            score += operation.Parameters.Any(other => other.InPath && other.Noun is { } outer && step is not null
                && step.Intent.Tokens.Any(token => Words.Related(token.Stem, outer))) ? 0.6 : 0;
            scored.Add((operation, score));
        }

        if (scored.Count == 0 && !canBeMade)
        {
            // Perhaps a thing's own page lists its parts: GET /events/{id} with its seats.
            var outer = context.Tools.Operations.Where(operation => operation is { IsRead: true, EndsWithParameter: true }
                && step is not null && step.Operation != operation
                && step.Operation.Parameters.Any(other => other != parameter && other.Noun is not null && other.Noun == operation.Noun));
            scored.AddRange(outer.Select(operation => (operation, 1.0)));
        }

        return [.. scored.OrderByDescending(entry => entry.Score).ThenBy(entry => entry.Operation.PathTokens.Length).Select(entry => entry.Operation).Take(3)];
    }

    private JsonNode? Filter(Parameter parameter, Operation operation, Phrase phrase, List<GoalToken> words, Step step, int level)
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
                : Behind(step.Intent, "in") ?? Behind(step.Intent, "at");
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
    private static List<GoalToken> Filters(Operation operation, string noun, Phrase phrase)
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
    private static JsonValue Text(List<GoalToken> words)
    {
        if (words[0].Kind == TokenKind.Literal)
        {
            return JsonValue.Create(words[0].Text);
        }

        var names = Naming.ProperNames(words);
        return JsonValue.Create(names.Count > 0 ? string.Join(' ', names) : Singular(words[^1].Text));
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

    private static bool IsPage(Parameter parameter) => parameter.Type is "integer" or "number" && parameter.Is(Page) && !parameter.Is(Size);

    private static bool IsCursor(Parameter parameter) => parameter is { Required: false, InPath: false } && parameter.Type is "string" or "" && parameter.Is(Cursors);

    private static bool IsOffset(Parameter parameter) => parameter is { Required: false, InPath: false, Type: "integer" or "number" } && parameter.Tokens is ["offset" or "skip" or "start"];

    private static int Most(Parameter parameter) =>
        parameter.Schema.ValueKind == JsonValueKind.Object && parameter.Schema.TryGetProperty("maximum", out var maximum) && maximum.TryGetInt32(out var most)
            ? Math.Min(most, 100) : 100;

    [GeneratedRegex(@"[-+]?\b[A-Za-z][A-Za-z_]*(?:[:_.](?:asc|desc))?\b", RegexOptions.CultureInvariant)]
    private static partial Regex SortWord();
}

/// <summary>How a look through one listing ended.</summary>
internal enum LookupEnd
{
    /// <summary>A call is to be made first.</summary>
    Call,

    /// <summary>What was listed has something that fits.</summary>
    Found,

    /// <summary>All was listed, and nothing fits.</summary>
    Nothing,

    /// <summary>This listing needs what cannot be found.</summary>
    Impossible,
}
