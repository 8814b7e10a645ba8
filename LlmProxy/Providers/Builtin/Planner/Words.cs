using System.Collections.Frozen;

namespace ApeTest.LlmProxy.Providers.Builtin.Planner;

/// <summary>Everyday words: splitting identifiers, a crude stemmer (both sides go through it, so it need only be consistent), synonyms.</summary>
internal static class Words
{
    // The first word is the goal's, the others are what APIs call it; behind "=" all stand for each other.
    private static readonly string[] Groups =
    [
        "= buy purchase order checkout acquire",
        "= borrow loan lend rent rental hire checkout lending",
        "= book booking reserve reservation ticket",
        "return giveback",
        "= transfer send payment wire remit",
        "= pay payment settle charge",
        "pay transfer send wire remit",
        "= current checking giro everyday",
        "= saving savings",
        "= hold reserve",
        "= cancel delete remove void revoke",
        "delete remove discard destroy drop clear",
        "= complete close finish done resolve completed",
        "create add new make open post place submit register",
        "add put append insert attach create",
        "= list find search look browse get show view fetch query read retrieve check see",
        "= update change edit modify set patch",
        "reply message comment post answer",
        "rename update title name",
        "mark update set status complete",
        "move update transfer",
        "= extend renew prolong",
        "= comment note reply remark",
        "start begin launch",
        "stop end halt",
        "deposit topup credit",
        "withdraw withdrawal debit",
        "rate review rating feedback",
        "subscribe subscription follow",
        "= join enroll enrol signup register enrollment registration",
        "= confirm approve accept confirmation approval",
        "assign assignee delegate",
        "give assign assignee grant",
        "schedule appointment book",
        "send message email mail",
        "write post create compose",
        "upload attach file",
        "invite invitation member",
        "= cart basket bag trolley",
        "issue task ticket todo",
        "= movie film",
        "= event concert show performance gig",
        "= user account member customer profile patron",
        "= product item article good",
        "flight trip journey",
        "= repo repository",
        "= org organization organisation",
        "= person people user member employee contact",
        // The few words of German that the paths and summaries of such APIs are made of.
        "create add make new open put neu anlegen erstellen hinzufuegen",
        "= delete remove loeschen entfernen",
        "update change set edit aendern setzen",
        "= list show liste anzeigen",
        "= folder directory ordner",
        "= document dokument",
        "= customer kunde",
        "= invoice bill rechnung",
        "= message nachricht",
        "= account konto",
        "= room raum zimmer",
        "= order bestellung auftrag",
        "= user benutzer",
        "= booking buchung",
        "= cancel stornieren",
        "= task aufgabe",
        "= project projekt",
    ];

    private static readonly FrozenDictionary<string, string[]> Synonyms = Index();

    private static readonly FrozenSet<string> Suffixes = FrozenSet.Create("ion", "ation", "al", "ment", "er", "or", "e", "ee", "ance", "ence", "li", "lation");

    private static readonly SplitWords Stems = new(static name => Array.ConvertAll(Parts(name), Stem));

    private static readonly FrozenSet<string> Idle = Set(
        "a an the this that these those some any my your our their his her its me i you we it them one ones of and or then please now also "
        + "just so be is are was were do does would like want need should must can will have has had there all each every both own very "
        + "available existing certain given copy copies unit units piece pieces item items thing things euro euros eur usd dollar dollars "
        + "gbp pound pounds chf him her there as result hit match finally first next last after afterwards before once again first when done ready user new");

    /// <summary>Words that carry no meaning for matching.</summary>
    public static bool IsIdle(string stem) => Idle.Contains(stem);

    /// <summary>1 for the same stem, 0.75 for synonyms, 0 otherwise.</summary>
    public static double Match(string a, string b) =>
        a == b ? 1 : Synonyms.TryGetValue(a, out var others) && Array.IndexOf(others, b) >= 0 ? 0.75 : IsDerived(a, b) || IsDerived(b, a) ? 0.75 : 0;

    // "react" and "reaction", "renew" and "renewal", "assign" and "assignee"
    private static bool IsDerived(string word, string longer) =>
        (word.Length >= 5 || (word.Length == 4 && longer.EndsWith("ment", StringComparison.Ordinal)) || (word.Length >= 3 && longer.EndsWith("li", StringComparison.Ordinal))) && longer.Length > word.Length && longer.Length <= word.Length + 6 && longer.StartsWith(word, StringComparison.Ordinal)
        && Suffixes.Contains(longer[word.Length..]);

    /// <summary>Whether two nouns may name the same thing.</summary>
    public static bool Related(string a, string b) => Match(a, b) > 0;

    /// <summary>Stems of a name in any style: <c>productId</c>, <c>book_id</c>, <c>from-account</c>, <c>HTTPServer2</c>. Shared: not to be changed.</summary>
    public static string[] Split(string name) => Stems.Of(name);

    /// <summary>The words of a name, in lower case.</summary>
    public static string[] Parts(string name)
    {
        List<string> parts = [];
        var start = 0;
        for (var i = 0; i <= name.Length; i++)
        {
            var end = i == name.Length || !char.IsLetterOrDigit(name[i]);
            var turn = !end && i > start && char.IsUpper(name[i])
                && (char.IsLower(name[i - 1]) || char.IsDigit(name[i - 1]) || (i + 1 < name.Length && char.IsLower(name[i + 1])));
            if ((end || turn) && i > start)
            {
                parts.Add(name[start..i].ToLowerInvariant());
            }

            start = end ? i + 1 : turn ? i : start;
        }

        return [.. parts];
    }

    public static string Stem(string word)
    {
        word = word.ToLowerInvariant().TrimEnd('\'');
        if (word.EndsWith("'s", StringComparison.Ordinal))
        {
            word = word[..^2];
        }

        if (word.Length > 2 && word[^1] == 's' && word[^2] is not ('s' or 'u' or 'i'))
        {
            word = word.EndsWith("sses", StringComparison.Ordinal) || word.EndsWith("xes", StringComparison.Ordinal)
                || word.EndsWith("ches", StringComparison.Ordinal) || word.EndsWith("shes", StringComparison.Ordinal)
                ? word[..^2]
                : word[..^1];
        }

        if (word.Length >= 6 && word.EndsWith("ing", StringComparison.Ordinal))
        {
            word = Undouble(word[..^3]);
        }
        else if (word.Length >= 6 && word.EndsWith("ed", StringComparison.Ordinal))
        {
            word = Undouble(word[..^2]);
        }

        if (word.Length > 4 && word[^1] == 'e')
        {
            word = word[..^1];
        }

        return word.Length > 2 && word[^1] == 'y' ? word[..^1] + "i" : word;
    }

    public static FrozenSet<string> Set(string words) =>
        words.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(Stem).ToFrozenSet(StringComparer.Ordinal);

    private static string Undouble(string word) =>
        word.Length > 3 && word[^1] == word[^2] && (word[^1] is not ('l' or 's' or 'e' or 'o') || (word[^1] == 'l' && word.Length >= 7)) ? word[..^1] : word;

    private static FrozenDictionary<string, string[]> Index()
    {
        var index = new Dictionary<string, HashSet<string>>(StringComparer.Ordinal);
        foreach (var group in Groups)
        {
            var all = group[0] == '=';
            var stems = group.TrimStart('=', ' ').Split(' ').Select(Stem).ToArray();
            foreach (var first in all ? stems : stems[..1])
            {
                foreach (var stem in stems.Where(stem => stem != first))
                {
                    Add(first, stem);
                    Add(stem, first);
                }
            }
        }

        return index.ToFrozenDictionary(pair => pair.Key, pair => pair.Value.ToArray(), StringComparer.Ordinal);

        void Add(string from, string to)
        {
            if (!index.TryGetValue(from, out var set))
            {
                index[from] = set = new HashSet<string>(StringComparer.Ordinal);
            }

            set.Add(to);
        }
    }
}
