using System.Collections.Frozen;
using System.Globalization;
using System.Text.Json;

namespace ApeTest.LlmProxy.Providers.Builtin.Planner;

/// <summary>Chooses among things by what a phrase says of them: words, literals, bounds, which of several, and whether it can be had.</summary>
internal static class Chooser
{
    private const int MostOfAWord = 24;

    private static readonly FrozenSet<string> Stock = Words.Set("stock available remaining left inventory seats copies free availability capacity vacancies");
    private static readonly FrozenSet<string> Total = Words.Set("total max maximum sold reserved");
    private static readonly FrozenSet<string> Status = Words.Set("status state availability");
    private static readonly FrozenSet<string> Gone = Words.Set(
        "sold unavailable out borrowed loaned reserved cancelled canceled closed archived inactive taken booked discontinued expired full returned held occupied blocked busy allocated");
    private static readonly FrozenSet<string> Price = Words.Set("price cost fare amount total fee rate");

    /// <summary>The best of <paramref name="things"/>, with whether it matches what was said; null when there is none.</summary>
    public static Choice? Choose(IEnumerable<Thing> things, Phrase phrase, string noun, int quantity, IReadOnlySet<string> excluded, bool toBeHad)
    {
        List<Choice> scored = [];
        HashSet<(string Key, bool IsA)> seen = [];
        foreach (var thing in things)
        {
            if (!excluded.Contains(thing.Key) && seen.Add((thing.Key, thing.IsA(noun))))
            {
                scored.Add(Score(thing, phrase, noun));
            }
        }

        if (scored.Count == 0)
        {
            return null;
        }

        var within = scored.Where(choice => IsWithin(choice.Thing, phrase)).ToList();
        scored = within.Count > 0 ? within : scored;
        if (toBeHad)
        {
            var free = scored.Where(choice => CanBeHad(choice.Thing, quantity)).ToList();
            // A thing that says it is out of stock is worth a try only if nothing else matches as well.
            scored = free.Count > 0 && free.Max(choice => choice.Score) >= Math.Min(1, scored.Max(choice => choice.Score)) ? free : scored;
        }

        var best = scored.Max(choice => choice.Score);
        var top = scored.Where(choice => choice.Score >= best - 0.01).ToList();
        return phrase.Order is { } order ? Pick(top, order) : top[0];
    }

    private static Choice Score(Thing thing, Phrase phrase, string noun)
    {
        var score = 0.0;
        var literals = 0;
        var texts = thing.Texts;
        foreach (var token in phrase.Tokens)
        {
            if (token.Kind is TokenKind.Literal or TokenKind.Id or TokenKind.Email or TokenKind.Date)
            {
                var exact = texts.Exists(text => text.Equals(token.Text, StringComparison.OrdinalIgnoreCase));
                var inside = exact || texts.Exists(text => text.Contains(token.Text, StringComparison.OrdinalIgnoreCase));
                score += exact ? 10 : inside ? 6 : 0;
                literals += inside ? 1 : 0;
            }
        }

        var (words, hits) = (0, 0);
        foreach (var token in phrase.Content)
        {
            if (token.Stem == noun)
            {
                continue;
            }

            words++;
            var found = texts.Exists(text => Words.Split(text).Contains(token.Stem));
            // "my current account" is one of type CHECKING.
            var alike = !found && texts.Exists(text => text.Length < MostOfAWord && Words.Split(text) is [var only] && Words.Related(token.Stem, only));
            hits += found || alike ? 1 : 0;
            score += found ? token.IsCapital ? 2 : 1 : alike ? 0.75 : texts.Exists(text => text.Contains(token.Text, StringComparison.OrdinalIgnoreCase)) ? 0.5 : 0;
        }

        var named = phrase.Tokens.Count(token => token.Kind is TokenKind.Literal or TokenKind.Id or TokenKind.Email);
        return new Choice(thing, score, named > 0 ? literals > 0 : words == 0 || score > 0, hits == words && literals >= named);
    }

    private static Choice Pick(List<Choice> top, Order order)
    {
        if (order.Fields.Count == 0)
        {
            return order.Descending ? top[^1] : top[0];
        }

        Choice? best = null;
        object? bestValue = null;
        foreach (var choice in top)
        {
            if (Measure(choice.Thing, order.Fields) is not { } value)
            {
                continue;
            }

            var compare = bestValue is null ? 0 : Compare(value, bestValue);
            if (bestValue is null || (order.Descending ? compare > 0 : compare < 0))
            {
                (best, bestValue) = (choice, value);
            }
        }

        return best ?? top[0];
    }

    private static int Compare(object a, object b) =>
        a is decimal x && b is decimal y ? x.CompareTo(y) : string.CompareOrdinal(a.ToString(), b.ToString());

    // Numbers compare as numbers; ISO dates compare as text.
    private static object? Measure(Thing thing, FrozenSet<string> fields)
    {
        var value = thing.Property(fields, value => value.ValueKind == JsonValueKind.Number
            || (value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > 0 } text && char.IsDigit(text[0])));
        if (value is not { } found)
        {
            return null;
        }

        return found.ValueKind == JsonValueKind.Number ? found.GetDecimal()
            : decimal.TryParse(found.GetString(), NumberStyles.Number, CultureInfo.InvariantCulture, out var number) ? number : found.GetString();
    }

    // "under 10 EUR", "over 100 pages"
    private static bool IsWithin(Thing thing, Phrase phrase)
    {
        if (phrase.Preposition is not ("under" or "below" or "over" or "above") || phrase.Tokens.FirstOrDefault(token => token.Kind is TokenKind.Number or TokenKind.Money) is not { } bound)
        {
            return true;
        }

        return Measure(thing, Price) is not decimal price || (phrase.Preposition is "under" or "below" ? price <= bound.Number : price >= bound.Number);
    }

    private static bool CanBeHad(Thing thing, int quantity)
    {
        if (thing.Value.ValueKind != JsonValueKind.Object)
        {
            return true;
        }

        foreach (var property in thing.Value.EnumerateObject())
        {
            var words = Words.Split(property.Name);
            var counts = words.Any(Stock.Contains) && !words.Any(Total.Contains);
            if ((counts && property.Value.ValueKind == JsonValueKind.Number && property.Value.GetDouble() < quantity)
                || ((counts || Array.Exists(words, static word => word.Length > 5 && (word.EndsWith("abl", StringComparison.Ordinal) || word.EndsWith("able", StringComparison.Ordinal)))) && property.Value.ValueKind == JsonValueKind.False)
                || (words.Any(Status.Contains) && property.Value.ValueKind == JsonValueKind.String && Words.Split(property.Value.GetString()!).Any(Gone.Contains)))
            {
                return false;
            }
        }

        return true;
    }
}

/// <summary>A thing that was chosen.</summary>
/// <param name="Thing">The thing.</param>
/// <param name="Score">How much of the phrase it matches.</param>
/// <param name="Fits">Whether it matches what was said at all.</param>
/// <param name="Full">Whether it matches every word of it.</param>
internal sealed record Choice(Thing Thing, double Score, bool Fits, bool Full);
