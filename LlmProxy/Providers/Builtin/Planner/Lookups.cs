using System.Collections.Frozen;
using System.Globalization;
using System.Text.Json.Nodes;

namespace ApeTest.LlmProxy.Providers.Builtin.Planner;

/// <summary>Listings and searches: which to call for a thing, and with which filters. Narrow first, then wider, then page by page.</summary>
internal sealed class Lookups(PlanContext context, ArgumentFinder arguments)
{
    private const int Widest = 2;
    private const int LastPage = 8;

    private static readonly FrozenSet<string> SearchPaths = Words.Set("search available list find all query browse mine");

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
        var cursor = operation.Parameters.FirstOrDefault(ListingFilters.IsCursor);
        var offset = operation.Parameters.FirstOrDefault(ListingFilters.IsOffset);
        for (var page = 1; page <= LastPage; page++)
        {
            var (filled, obstacle) = Fill(operation, noun, phrase, step, level, page, depth);
            if (before is not null && cursor is not null && context.Knowledge.Cursor(before.Key) is { } next)
            {
                filled[cursor.Name] = Values.Typed(next, cursor.Type);
            }
            else if (before is not null && offset is not null && !operation.Parameters.Any(ListingFilters.IsPage))
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
            var sorted = operation.Parameters.Any(parameter => parameter.Is(ListingFilters.Sort) && filled.ContainsKey(parameter.Name));
            var enough = choice is { Full: true } && (sorted || phrase.Order is not { Fields.Count: > 0 });
            before = call;
            var more = (cursor is not null ? context.Knowledge.Cursor(call.Key) is not null : offset is not null || operation.Parameters.Any(ListingFilters.IsPage))
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
        || Candidates(parameter, noun, phrase, null, false).Any(operation => operation.Parameters.Any(other => other.Is(ListingFilters.Search) || other.Is(ListingFilters.Kinds) || other.Is(ListingFilters.Named)));

    /// <summary>Arguments of a listing.</summary>
    public (JsonObject Arguments, Found Obstacle) Fill(Operation operation, string noun, Phrase phrase, Step step, int level, int page, int depth)
    {
        var filled = new JsonObject();
        var words = ListingFilters.Telling(operation, noun, phrase);
        // Who made it and where it is are asked for in their own places, and not in the title too.
        var placed = level > 0 ? [] : operation.Parameters.Where(parameter => parameter.Noun is null && (parameter.Is(ListingFilters.Makers) || parameter.Is(ListingFilters.Places)))
            .Select(parameter => ListingFilters.Value(parameter, operation, phrase, words, step, level)?.ToString()).OfType<string>().ToList();
        words = [.. words.Where(word => !placed.Exists(value => value.Contains(word.Text, StringComparison.OrdinalIgnoreCase)))];
        var sorted = false;
        foreach (var parameter in operation.Parameters.Where(parameter => parameter.Required))
        {
            if (parameter.Is(ListingFilters.Search) && words.Count > 0)
            {
                filled[parameter.Name] = ListingFilters.Text(words);
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

        foreach (var parameter in operation.Parameters.Where(parameter => parameter is { Required: false, Noun: not null } && level == 0 && parameter.Noun != noun
            && PhraseFinder.IsPlace(parameter, step.Intent)))
        {
            var last = step.LastChosen;
            var place = arguments.Find(parameter, operation, step, false, depth + 1);
            step.LastChosen = last;
            if (place.Call is not null)
            {
                return (filled, place);
            }

            if (place.Value is { } value)
            {
                filled[parameter.Name] = value.DeepClone();
            }
        }

        foreach (var parameter in operation.Parameters.Where(parameter => !parameter.Required && level < Widest && !filled.ContainsKey(parameter.Name)))
        {
            if (ListingFilters.Value(parameter, operation, phrase, words, step, level) is { } value)
            {
                filled[parameter.Name] = value;
                sorted |= parameter.Is(ListingFilters.Sort);
            }
        }

        // Without sorting, which is cheapest shows only once all are seen.
        foreach (var parameter in operation.Parameters.Where(parameter => !parameter.Required && parameter.Noun is null))
        {
            if (ListingFilters.IsPage(parameter) && page > 1)
            {
                filled[parameter.Name] = page;
            }
            else if (parameter.Is(ListingFilters.Size) && parameter.Type is "integer" or "number" && !sorted && (phrase.Order is not null || level > 0)
                && !ListingFilters.IsPage(parameter) && !parameter.Tokens.Contains("pric"))
            {
                filled[parameter.Name] = ListingFilters.Most(parameter);
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

            score += operation.Parameters.Any(other => other.Is(ListingFilters.Search)) ? 0.3 : 0;
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
