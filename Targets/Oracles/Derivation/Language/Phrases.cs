using System.Collections.Immutable;

namespace ApeTest.Targets.Oracles.Derivation.Language;

/// <summary>One thing that a clause is about.</summary>
/// <param name="Nouns">Its words in the singular, in order; adjectives are among them.</param>
/// <param name="Count">How many, where a number says so; null otherwise.</param>
/// <param name="IsAll">Whether it is all or each of them.</param>
/// <param name="IsDefinite">Whether it is known already: <c>the order</c>, <c>my cart</c>.</param>
/// <param name="IsPronoun">Whether it only points back: <c>it</c>.</param>
/// <param name="Literals">Names that it has: <c>"Dune"</c>.</param>
/// <param name="IsUnquotedName">Whether it may be (a part of) a name: capitals without quotes.</param>
/// <param name="IsSeveral">Whether it points back to several things: <c>them</c>.</param>
internal sealed record ObjectPhrase(
    ImmutableArray<string> Nouns, int? Count, bool IsAll, bool IsDefinite, bool IsPronoun, ImmutableArray<string> Literals, bool IsUnquotedName, bool IsSeveral)
{
    public bool IsEmpty => Nouns.IsEmpty && Literals.IsEmpty && !IsPronoun && Count is null;
}

/// <summary>What stands behind a preposition: <c>to the cart</c>.</summary>
/// <param name="Preposition">The preposition; <c>named</c> for all that give a name.</param>
/// <param name="Phrase">What stands behind it.</param>
/// <param name="IsDetermined">Whether an article or a number begins it.</param>
/// <param name="IsCoordinated">Whether it shares the preposition of the adjunct before it: <c>in Algebra and Topology</c>.</param>
internal sealed record Adjunct(string Preposition, ObjectPhrase Phrase, bool IsDetermined, bool IsCoordinated);

/// <summary>Objects and adjuncts of a clause.</summary>
/// <param name="Objects">Its direct objects.</param>
/// <param name="Adjuncts">What stands behind prepositions.</param>
/// <param name="Appositions">What stands behind a comma and seems to explain an object.</param>
internal sealed record Phrases(ImmutableArray<ObjectPhrase> Objects, ImmutableArray<Adjunct> Adjuncts, ImmutableArray<ObjectPhrase> Appositions);
