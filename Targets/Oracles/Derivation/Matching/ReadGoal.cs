using System.Collections.Immutable;
using ApeTest.Targets.Oracles.Derivation.Language;
using ApeTest.Targets.Oracles.Derivation.Operations;

namespace ApeTest.Targets.Oracles.Derivation.Matching;

/// <summary>The read that a goal without any change is about: that of its last reading clause.</summary>
internal static class ReadGoal
{
    private static readonly string[] Collecting = ["search", "list", "browse", "query", "count"];
    private static readonly string[] Searching = ["search", "find", "browse", "query", "look", "lookup"];

    // "The details of the order" are the order.
    private static readonly string[] Aspects = ["detail", "information", "info", "content", "data", "list", "page", "overview"];

    /// <summary>The clause and the reads that fit it; null where the goal reads nothing.</summary>
    public static (Clause Clause, ImmutableArray<OperationProfile> Fits)? Find(IReadOnlyList<Clause> clauses, TargetProfile target)
    {
        if (clauses.LastOrDefault(static clause => clause is { Verb.Kind: VerbKind.Read, Doubt: null, IsOptional: false }) is not { } clause)
        {
            return null;
        }
        var item = clause.Phrases.Objects.FirstOrDefault() ?? clause.Phrases.Adjuncts.FirstOrDefault(static adjunct => adjunct.Preposition is "for" or "at" or "through" or "in")?.Phrase;
        var owners = clause.Phrases.Adjuncts.Where(static adjunct => adjunct.Preposition == "of").SelectMany(static adjunct => adjunct.Phrase.Nouns).Select(target.Own).Where(target.Knows).ToList();
        var nouns = item?.Nouns.Select(target.Own).Where(target.Knows).ToList() ?? [];
        var part = item is { IsUnquotedName: false, Nouns: [.., var head] } && !target.Knows(target.Own(head)) ? head : null;
        if (part is not null && nouns.Count + owners.Count > 0)
        {
            // "Read the description of the ticket" is answered by the read of the ticket, where it has one.
            nouns = owners.Count > 0 ? owners : nouns;
            var whole = target.Reads.Where(profile => profile.Own.Contains(nouns[^1]) && (Aspects.Contains(part) || CreatedReads.Body(profile.Operation).ContainsKey(part))).ToList();
            return (clause, Shaped(whole, Aspects.Contains(part) && IsMany(clause, nouns[^1], target)));
        }
        if (nouns.Count == 0)
        {
            // "Search for coffee", where there is one search.
            return (clause, part is not null && !Searching.Contains(clause.Verb!.Name) ? []
                : [.. target.Reads.Where(profile => profile.Verbs.Any(verb => verb.Name == clause.Verb!.Name))]);
        }
        var about = target.Reads.Where(profile => profile.Own.Contains(nouns[^1]) && owners.TrueForAll(owner => profile.Concerns(owner) || !target.IsResource(owner))).ToList();
        return (clause, Shaped(about, IsMany(clause, nouns[^1], target)));
    }

    private static bool IsMany(Clause clause, string noun, TargetProfile target) => Collecting.Contains(clause.Verb!.Name)
        || Tokenizer.Read(clause.Phrase).Any(token => WordForms.IsPlural(token.Text) && target.Own(WordForms.Singular(token.Text)) == noun);

    private static ImmutableArray<OperationProfile> Shaped(List<OperationProfile> about, bool many)
    {
        var shaped = about.Where(profile => profile.Operation.Path.EndsWith('}') != many).ToList();
        return [.. shaped.Count > 0 ? shaped : about];
    }
}
