using System.Text;

namespace ApeTest.Targets.Oracles.Derivation.Language;

/// <summary>English word forms, as far as names of resources and imperatives need them.</summary>
internal static class WordForms
{
    /// <summary>The singular of a noun: <c>entries</c> -> <c>entry</c>, <c>boxes</c> -> <c>box</c>, <c>loans</c> -> <c>loan</c>.</summary>
    public static string Singular(string word) => word switch
    {
        "people" => "person",
        "children" => "child",
        "movies" or "cookies" or "pies" or "ties" => word[..^1],
        _ when word.Length > 4 && word.EndsWith("ies", StringComparison.Ordinal) => word[..^3] + "y",
        _ when word.Length > 4 && EndsInHiss(word) => word[..^2],
        _ when word.Length > 3 && word[^1] == 's' && word[^2] is not ('s' or 'u' or 'i') => word[..^1],
        _ => word,
    };

    /// <summary>Whether the word is a plural by its form.</summary>
    public static bool IsPlural(string word) => Singular(word) != word;

    /// <summary>What the verb may be of which this is the base, third person or <c>-ing</c> form, the likeliest first.</summary>
    public static IEnumerable<string> Bases(string word)
    {
        yield return word;
        if (word.Length > 3 && word[^1] == 's')
        {
            yield return word[..^1];
            yield return Singular(word);
        }
        if (word.Length > 5 && word.EndsWith("ing", StringComparison.Ordinal))
        {
            foreach (var stem in Stems(word[..^3]))
            {
                yield return stem;
            }
        }
    }

    /// <summary>What the verb may be of which this is the participle: <c>completed</c> -> <c>complete</c>, <c>done</c> -> <c>complete</c>.</summary>
    public static IEnumerable<string> OfParticiple(string word)
    {
        yield return word switch { "done" or "finished" => "complete", "paid" => "pay", "sent" => "send", "read" => "read", _ => word };
        if (word.Length > 4 && word.EndsWith("ed", StringComparison.Ordinal))
        {
            foreach (var stem in Stems(word[..^2]))
            {
                yield return stem;
            }
        }
    }

    /// <summary>The words of an identifier: <c>addToCart</c>, <c>add_to_cart</c> and <c>add-to-cart</c> -> add, to, cart.</summary>
    public static List<string> Split(string identifier)
    {
        var words = new List<string>();
        var word = new StringBuilder();
        for (var i = 0; i < identifier.Length; i++)
        {
            var c = identifier[i];
            var starts = char.IsUpper(c) && word.Length > 0
                && (!char.IsUpper(identifier[i - 1]) || (i + 1 < identifier.Length && char.IsLower(identifier[i + 1])));
            if (starts || !char.IsLetter(c))
            {
                Flush();
            }
            if (char.IsLetter(c))
            {
                word.Append(char.ToLowerInvariant(c));
            }
        }
        Flush();
        return words;

        void Flush()
        {
            if (word.Length > 0)
            {
                words.Add(word.ToString());
                word.Clear();
            }
        }
    }

    private static bool EndsInHiss(string word) => word.EndsWith("sses", StringComparison.Ordinal) || word.EndsWith("shes", StringComparison.Ordinal)
        || word.EndsWith("ches", StringComparison.Ordinal) || word.EndsWith("xes", StringComparison.Ordinal) || word.EndsWith("zzes", StringComparison.Ordinal);

    private static IEnumerable<string> Stems(string stem)
    {
        yield return stem;
        yield return stem + "e";
        if (stem.Length > 2 && stem[^1] == stem[^2])
        {
            yield return stem[..^1];
        }
        if (stem[^1] == 'i')
        {
            yield return stem[..^1] + "y";
        }
    }
}
