namespace ApeTest.LlmProxy.Providers.Builtin.Planner;

/// <summary>Which things an intent names outright, wherever in its words: by a quoted text, an address, an id, a proper name or the whole of a name.</summary>
internal static class Naming
{
    private const double Enough = 5;

    /// <summary>Those of <paramref name="things"/> that <paramref name="tokens"/> name best; none when they name none.</summary>
    public static List<Thing> Named(IEnumerable<Thing> things, IReadOnlyList<GoalToken> tokens, IReadOnlySet<string> excluded)
    {
        List<Thing> best = [];
        var bestScore = Enough;
        var names = Names(tokens);
        foreach (var thing in things)
        {
            if (excluded.Contains(thing.Key))
            {
                continue;
            }

            var score = Score(thing, names);
            if (score > bestScore)
            {
                best.Clear();
                bestScore = score;
            }

            if (score >= bestScore)
            {
                best.Add(thing);
            }
        }

        return best;
    }

    /// <summary>Whether a token may name something by itself.</summary>
    public static bool IsName(GoalToken token) => token.Kind is TokenKind.Literal or TokenKind.Email or TokenKind.Id || token.IsCapital;

    /// <summary>The tokens that name <paramref name="thing"/>.</summary>
    public static IEnumerable<GoalToken> Claimed(Thing thing, IEnumerable<GoalToken> tokens) =>
        tokens.Where(token => IsName(token)
            && thing.Texts.Exists(text => token.Kind == TokenKind.Word ? Words.Split(text).Contains(token.Stem) : text.Contains(token.Text, StringComparison.OrdinalIgnoreCase)));

    /// <summary>Proper names in the order of the words: "Ann Lee" is one.</summary>
    public static List<string> ProperNames(IReadOnlyList<GoalToken> tokens)
    {
        List<string> names = [];
        for (var i = 0; i < tokens.Count; i++)
        {
            var end = i;
            while (end < tokens.Count && tokens[end].IsCapital && (end == i || !tokens[end].StartsPhrase) && (end == i || !tokens[end - 1].Text.EndsWith("'s", StringComparison.Ordinal)))
            {
                end++;
            }

            if (end > i)
            {
                names.Add(Bare(string.Join(' ', tokens.Skip(i).Take(end - i).Select(token => token.Text))));
                i = end - 1;
            }
        }

        return names;
    }

    private static string Bare(string name) => name.EndsWith("'s", StringComparison.Ordinal) || name.EndsWith("’s", StringComparison.Ordinal) ? name[..^2] : name;

    private static (List<string> Exact, List<string> Proper, string All) Names(IReadOnlyList<GoalToken> tokens) => (
        [.. tokens.Where(token => token.Kind is TokenKind.Literal or TokenKind.Email or TokenKind.Id or TokenKind.Date).Select(token => token.Text)],
        ProperNames(tokens),
        " " + string.Join(' ', tokens.Where(token => token.Kind is TokenKind.Word or TokenKind.Number or TokenKind.Id).SelectMany(token => Words.Split(token.Text))) + " ");

    private static double Score(Thing thing, (List<string> Exact, List<string> Proper, string All) names)
    {
        var score = 0.0;
        foreach (var text in thing.Texts)
        {
            foreach (var name in names.Exact)
            {
                score += text.Equals(name, StringComparison.OrdinalIgnoreCase) ? 10 : name.Length > 3 && text.Contains(name, StringComparison.OrdinalIgnoreCase) ? 6 : 0;
            }

            foreach (var name in names.Proper)
            {
                score += text.Equals(name, StringComparison.OrdinalIgnoreCase) ? 8 : Contains(text, name) ? 5 : 0;
            }
        }

        // "the rainy days account": the whole of a name without capitals.
        if (score < Enough && thing.Name is { Length: > 2 } whole && whole.Length < 60)
        {
            var words = string.Join(' ', Words.Split(whole));
            score = words.Length > 2 && names.All.Contains(" " + words + " ", StringComparison.Ordinal) ? Enough : score;
        }

        return score;
    }

    // As whole words: "Ann" is not in "Annual".
    private static bool Contains(string text, string name)
    {
        var at = name.Length < 3 ? -1 : text.IndexOf(name, StringComparison.OrdinalIgnoreCase);
        return at >= 0 && (at == 0 || !char.IsLetterOrDigit(text[at - 1])) && (at + name.Length == text.Length || !char.IsLetterOrDigit(text[at + name.Length]));
    }
}
