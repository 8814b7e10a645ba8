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
internal sealed record ObjectPhrase(
    ImmutableArray<string> Nouns, int? Count, bool IsAll, bool IsDefinite, bool IsPronoun, ImmutableArray<string> Literals, bool IsUnquotedName)
{
    public bool IsEmpty => Nouns.IsEmpty && Literals.IsEmpty && !IsPronoun && Count is null;
}

/// <summary>What stands behind a preposition: <c>to the cart</c>.</summary>
internal sealed record Adjunct(string Preposition, ObjectPhrase Phrase);

/// <summary>Objects and adjuncts of a clause.</summary>
internal sealed record Phrases(ImmutableArray<ObjectPhrase> Objects, ImmutableArray<Adjunct> Adjuncts);
