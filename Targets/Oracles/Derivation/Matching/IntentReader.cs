using System.Collections.Frozen;
using System.Collections.Immutable;
using ApeTest.Targets.Oracles.Derivation.Language;
using ApeTest.Targets.Oracles.Derivation.Operations;

namespace ApeTest.Targets.Oracles.Derivation.Matching;

/// <summary>Reads the intents of one clause: what it wants done, in the target's words.</summary>
internal sealed class IntentReader(TargetProfile target)
{
    // "Sign up with a new address" does nothing to the address.
    private static readonly FrozenSet<string> ObjectPrepositions = FunctionWords.Set("in on for to from into onto at of");

    /// <summary>One intent for each thing that the clause is about.</summary>
    /// <param name="clause">The clause.</param>
    /// <param name="verb">Its verb, or the deed that its noun means.</param>
    /// <param name="mentioned">Nouns of what an earlier clause was about: <c>it</c>.</param>
    /// <param name="places">Nouns of the place that an earlier clause named.</param>
    public List<Intent> Read(Clause clause, Verb verb, ImmutableArray<string> mentioned, ImmutableArray<string> places)
    {
        var adjuncts = clause.Phrases.Adjuncts;
        var objects = clause.Phrases.Objects;
        var containers = Nouns(adjuncts.Where(IsContainer));
        if (containers.IsEmpty && objects is [{ IsPronoun: true }])
        {
            // "... to the cart, then remove it".
            containers = places;
        }
        var intent = new Intent(clause.Phrase, verb, objects.FirstOrDefault(), mentioned, containers, Nouns(adjuncts),
            Heads(adjuncts.Where(IsContainer)), Heads(adjuncts.Where(static item => item.Preposition == "of")), PointsBack: objects.FirstOrDefault()?.Count is null);
        if (objects.IsEmpty && !verb.IsGeneric)
        {
            return OfAdjuncts(clause, intent);
        }
        if (objects.IsEmpty || objects is [{ IsPronoun: true }])
        {
            return [intent];
        }
        // "Post 'Hello'" makes a post.
        var first = objects[0].Nouns.IsEmpty && verb.Kind is VerbKind.Make && Lexicon.AlsoNouns.Contains(verb.Name) && target.Knows(verb.Name) ? [verb.Name] : objects[0].Nouns;
        return
        [
            .. objects.Select(item => intent with
            {
                Object = item,
                Nouns = [.. (item.Nouns.IsEmpty ? item.IsPronoun ? mentioned : first : item.Nouns).Select(target.Own)],
                PointsBack = item is { IsPronoun: true, Count: null },
            }),
            // Two tasks called "A" and "B".
            .. objects is [{ Count: null, IsDefinite: false }] ? NamedToo(clause).Select(_ => intent with { Nouns = [.. objects[0].Nouns.Select(target.Own)], PointsBack = false }) : [],
        ];
    }

    /// <summary>Adjuncts that name further objects of the verb: <c>enrol in Algebra and Topology</c>; empty where they name a place.</summary>
    public static IEnumerable<Adjunct> Further(Clause clause)
    {
        if (!clause.Phrases.Objects.IsEmpty || clause.Verb is not { IsGeneric: false } || ObjectAt(clause) is not (>= 0 and var at))
        {
            return NamedToo(clause);
        }
        return clause.Phrases.Adjuncts.Skip(at + 1).TakeWhile(static item => item.IsCoordinated);
    }

    /// <summary>"Pay for the order", "comment on two posts".</summary>
    private List<Intent> OfAdjuncts(Clause clause, Intent intent)
    {
        var adjuncts = clause.Phrases.Adjuncts;
        if (ObjectAt(clause) is not (>= 0 and var at))
        {
            var other = adjuncts.FirstOrDefault(static item => !item.Phrase.Nouns.IsEmpty)?.Phrase.Nouns;
            return [intent with { Nouns = other is { } nouns ? [.. nouns.Select(target.Own)] : intent.Nouns }];
        }
        return
        [
            .. adjuncts.Skip(at + 1).TakeWhile(static item => item.IsCoordinated).Prepend(adjuncts[at]).Select(item => intent with
            {
                Object = item.Phrase,
                Nouns = item.Phrase.Nouns is { IsEmpty: false } nouns ? [.. nouns.Select(target.Own)] : intent.Nouns,
                PointsBack = item.Phrase is { IsPronoun: true, Count: null },
                IsAdjunct = true,
            }),
        ];
    }

    private static int ObjectAt(Clause clause)
    {
        var adjuncts = clause.Phrases.Adjuncts;
        for (var i = 0; i < adjuncts.Length; i++)
        {
            if (ObjectPrepositions.Contains(adjuncts[i].Preposition) && !adjuncts[i].Phrase.IsEmpty)
            {
                return i;
            }
        }
        return -1;
    }

    private static IEnumerable<Adjunct> NamedToo(Clause clause) =>
        clause.Phrases.Adjuncts.Where(static item => item is { Preposition: "named", IsCoordinated: true, Phrase: { Nouns.IsEmpty: true, Literals.IsEmpty: false } });

    /// <summary>"Mark it as a favourite" puts it among the favourites, where the target has them.</summary>
    private bool IsContainer(Adjunct adjunct) => FunctionWords.Containers.Contains(adjunct.Preposition)
        || (adjunct.Preposition == "as" && adjunct.Phrase.Nouns is [.., var head] && target.IsResource(target.Own(head)));

    private ImmutableArray<string> Nouns(IEnumerable<Adjunct> adjuncts) => [.. adjuncts.SelectMany(static adjunct => adjunct.Phrase.Nouns).Select(target.Own)];

    private ImmutableArray<string> Heads(IEnumerable<Adjunct> adjuncts) =>
        [.. adjuncts.Where(static item => !item.Phrase.Nouns.IsEmpty).Select(item => target.Own(item.Phrase.Nouns[^1])).Where(target.IsResource)];
}
