using System.Collections.Immutable;
using ApeTest.Targets.Oracles.Derivation.Language;
using ApeTest.Targets.Oracles.Derivation.Operations;

namespace ApeTest.Targets.Oracles.Derivation.Matching;

/// <summary>The read that a goal without any change is about: that of its last reading clause.</summary>
internal static class ReadGoal
{
    private static readonly string[] Collecting = ["search", "list", "browse", "query", "count"];

    /// <summary>The clause and the reads that fit it; null where the goal reads nothing.</summary>
    public static (Clause Clause, ImmutableArray<OperationProfile> Fits)? Find(IReadOnlyList<Clause> clauses, TargetProfile target)
    {
        if (clauses.LastOrDefault(static clause => clause is { Verb.Kind: VerbKind.Read, Doubt: null, IsOptional: false }) is not { } clause)
        {
            return null;
        }
        var item = clause.Phrases.Objects.FirstOrDefault() ?? clause.Phrases.Adjuncts.FirstOrDefault(static adjunct => adjunct.Preposition is "for" or "at" or "through" or "in")?.Phrase;
        var nouns = item?.Nouns.Select(target.Own).Where(target.Knows).ToList() ?? [];
        if (nouns.Count == 0)
        {
            // "Search for coffee", where there is one search.
            return (clause, [.. target.Reads.Where(profile => profile.Verbs.Any(verb => verb.Name == clause.Verb!.Name))]);
        }
        var about = target.Reads.Where(profile => profile.Own.Contains(nouns[^1])).ToList();
        var many = Collecting.Contains(clause.Verb!.Name)
            || Tokenizer.Read(clause.Phrase).Any(token => WordForms.IsPlural(token.Text) && target.Own(WordForms.Singular(token.Text)) == nouns[^1]);
        var shaped = about.Where(profile => profile.Operation.Path.EndsWith('}') != many).ToList();
        return (clause, [.. shaped.Count > 0 ? shaped : about]);
    }
}
