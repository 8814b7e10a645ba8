using System.Collections.Frozen;

namespace ApeTest.Targets.Oracles.Derivation.Language;

/// <summary>Words that carry a sentence and name nothing.</summary>
internal static class FunctionWords
{
    /// <summary>They join clauses, or parts of one.</summary>
    public static readonly FrozenSet<string> Connectors = Set("and or but plus then afterwards afterward next later thereafter");

    public static readonly FrozenSet<string> Indefinite = Set("a an one some any another new");
    public static readonly FrozenSet<string> Definite = Set("the my your his her its their our this that these those");
    public static readonly FrozenSet<string> Quantifiers = Set("all each every everything");
    public static readonly FrozenSet<string> Pronouns = Set("it them they this that these those one ones another something anything him me us you yourself myself themselves");
    public static readonly FrozenSet<string> Containers = Set("to into onto in inside on from within under");
    public static readonly FrozenSet<string> Namers = Set("called named titled entitled labelled labeled saying reading");
    public static readonly FrozenSet<string> Prepositions =
        Set("to into onto in inside on from within under for with without at by as about via using through during until till against between over between per where which who whose that whom because so since while than like");

    public static readonly FrozenDictionary<string, int> Numbers = new Dictionary<string, int>
    {
        ["one"] = 1, ["two"] = 2, ["both"] = 2, ["three"] = 3, ["four"] = 4, ["five"] = 5, ["six"] = 6, ["seven"] = 7, ["eight"] = 8, ["nine"] = 9, ["ten"] = 10,
    }.ToFrozenDictionary();

    public static bool IsDeterminer(string word) => Indefinite.Contains(word) || Definite.Contains(word) || Quantifiers.Contains(word) || Numbers.ContainsKey(word);

    public static FrozenSet<string> Set(string words) =>
        words.Split([' ', '\r', '\n'], StringSplitOptions.RemoveEmptyEntries).ToFrozenSet(StringComparer.Ordinal);
}
