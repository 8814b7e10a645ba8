using System.Collections.Frozen;

namespace ApeTest.LlmProxy.Providers.Builtin.Planner;

/// <summary>Which of several: cheapest, newest, last.</summary>
/// <param name="Fields">Stems of fields it goes by; empty: the order in which things were listed.</param>
/// <param name="Descending">Whether the greatest comes first.</param>
internal sealed record Order(FrozenSet<string> Fields, bool Descending)
{
    private static readonly FrozenSet<string> Price = Words.Set("price cost fare amount total fee rate unitprice cents");
    private static readonly FrozenSet<string> Date = Words.Set("date created published updated year time at starts start departure due released when day");
    private static readonly FrozenSet<string> Score = Words.Set("rating score stars rank popularity reviews");
    private static readonly FrozenSet<string> Size = Words.Set("duration length pages size minutes distance weight capacity area stock balance count");
    private static readonly FrozenSet<string> Time = Words.Set("duration minutes hours time eta");
    private static readonly FrozenSet<string> Distance = Words.Set("distance km meters metres miles");
    private static readonly FrozenSet<string> Weight = Words.Set("weight mass kg grams");
    private static readonly FrozenSet<string> None = FrozenSet<string>.Empty;

    private static readonly FrozenDictionary<string, Order> Known = new Dictionary<string, Order>(StringComparer.Ordinal)
    {
        ["cheapest"] = new(Price, false), ["cheap"] = new(Price, false), ["expensive"] = new(Price, true), ["priciest"] = new(Price, true),
        ["costliest"] = new(Price, true), ["dearest"] = new(Price, true),
        ["newest"] = new(Date, true), ["latest"] = new(Date, true), ["recent"] = new(Date, true), ["oldest"] = new(Date, false),
        ["earliest"] = new(Date, false), ["soonest"] = new(Date, false), ["next"] = new(Date, false),
        ["best"] = new(Score, true), ["top"] = new(Score, true), ["popular"] = new(Score, true), ["worst"] = new(Score, false),
        ["longest"] = new(Size, true), ["shortest"] = new(Size, false), ["largest"] = new(Size, true), ["biggest"] = new(Size, true),
        ["fastest"] = new(Time, false), ["quickest"] = new(Time, false), ["slowest"] = new(Time, true), ["nearest"] = new(Distance, false), ["closest"] = new(Distance, false),
        ["heaviest"] = new(Weight, true), ["lightest"] = new(Weight, false), ["smallest"] = new(Size, false), ["first"] = new(None, false), ["last"] = new(None, true),
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>Whether a word only says which of several.</summary>
    public static bool IsWord(GoalToken token) =>
        Known.ContainsKey(token.Text.ToLowerInvariant()) || token.Stem is "most" or "least" or "highest" or "lowest" or "fewest" or "rat" or "rated" or "priced" or "pric";

    public static Order? Find(IReadOnlyList<GoalToken> tokens)
    {
        for (var i = 0; i < tokens.Count; i++)
        {
            var word = tokens[i].Kind == TokenKind.Word ? tokens[i].Text.ToLowerInvariant() : "";
            var next = i + 1 < tokens.Count ? tokens[i + 1] : null;
            if (word is "highest" or "lowest" or "most" or "least" or "fewest" && next is not null)
            {
                var down = word is "highest" or "most";
                if (Known.TryGetValue(next.Text.ToLowerInvariant(), out var named))
                {
                    // "most expensive" is the dearest, "least expensive" the cheapest
                    return named with { Descending = word == "least" ? !named.Descending : named.Descending };
                }

                return new Order(Price.Contains(next.Stem) ? Price : Words.Set(next.Text), down);
            }

            if (word.Length > 0 && Known.TryGetValue(word, out var order))
            {
                return order;
            }
        }

        return null;
    }
}
