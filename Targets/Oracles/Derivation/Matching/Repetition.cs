using System.Collections.Frozen;
using ApeTest.Targets.Oracles.Derivation.Language;
using ApeTest.Targets.Oracles.Derivation.Operations;

namespace ApeTest.Targets.Oracles.Derivation.Matching;

/// <summary>Whether several things are one answer of an operation: it has a field for how many, or a list for them.</summary>
internal static class Repetition
{
    private static readonly FrozenSet<string> Quantities = FunctionWords.Set("quantity qty count copies pieces units howmany");
    private static readonly FrozenSet<string> Places = FunctionWords.Set("seat ticket place");
    private static readonly FrozenSet<string> Persons = FunctionWords.Set("person guest people visitor");
    private static readonly FrozenSet<string> ListNames = FunctionWords.Set("item line lineitem product entry position id");

    /// <summary>True: one answer; false: one each; null: it cannot be told.</summary>
    public static bool? IsOneAnswer(Intent intent, OperationProfile profile)
    {
        if (Counts(intent, profile))
        {
            return true;
        }
        var own = intent.Nouns is [.., var head] && profile.IsOf(head);
        if (profile.Lists.Any(list => intent.Nouns.Any(noun => list.Contains(noun, StringComparison.Ordinal))))
        {
            return true;
        }
        // Two invoices with lines are two invoices; two coffees among the lines are one order.
        if (own || !profile.IsCollective)
        {
            return false;
        }
        return profile.Lists.Count == 0 || profile.Lists.Any(ListNames.Contains) ? true : null;
    }

    /// <summary>Whether a field says how many of the intent's things: <c>seats</c> for "two seats", and <c>adults</c> not for "two rooms".</summary>
    private static bool Counts(Intent intent, OperationProfile profile) => profile.Fields.Any(Quantities.Contains)
        || intent.Nouns.Any(noun => profile.Fields.Any(field => !field.EndsWith("id", StringComparison.Ordinal)
            && (WordForms.IsPlural(field) && (WordForms.Singular(field) == noun || (Places.Contains(noun) && Places.Contains(WordForms.Singular(field))))
                || (field.Contains(noun, StringComparison.Ordinal) && (field.Contains("count", StringComparison.Ordinal) || field.StartsWith("num", StringComparison.Ordinal)))
                || (Persons.Contains(noun) && field is "partysize" or "people" or "persons" or "guests"))));
}
