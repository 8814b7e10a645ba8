using System.Collections.Immutable;
using ApeTest.Targets.Oracles.Derivation.Language;

namespace ApeTest.Targets.Oracles.Derivation.Matching;

/// <summary>One thing that a goal wants done, in the target's words.</summary>
/// <param name="Phrase">The words of the goal.</param>
/// <param name="Verb">What is to be done.</param>
/// <param name="Object">To what; null where nothing is said.</param>
/// <param name="Nouns">Nouns of the object, or those that it points back to.</param>
/// <param name="Containers">Nouns that say where it goes or comes from: <c>to the cart</c>.</param>
/// <param name="Related">Nouns of all adjuncts.</param>
/// <param name="Places">The resources of the target among its containers: what does it has to do with each.</param>
/// <param name="Owners">The resources of the target that the object is of: <c>the comment of the ticket</c>.</param>
/// <param name="PointsBack">Whether it names nothing of its own: <c>pay</c>, <c>return it</c>.</param>
/// <param name="IsAdjunct">Whether its object stands behind a preposition: <c>sign up for the course</c>.</param>
internal sealed record Intent(
    string Phrase, Verb Verb, ObjectPhrase? Object, ImmutableArray<string> Nouns, ImmutableArray<string> Containers, ImmutableArray<string> Related,
    ImmutableArray<string> Places, ImmutableArray<string> Owners, bool PointsBack, bool IsAdjunct = false)
{
    /// <summary>Whether an earlier step was about the same: the car that was rented is returned.</summary>
    public bool IsKnown { get; init; }

    /// <summary>Adjacent words joined: <c>shopping list</c> -> <c>shoppinglist</c>.</summary>
    public IEnumerable<string> Compounds
    {
        get
        {
            for (var i = 0; i + 1 < Nouns.Length; i++)
            {
                yield return Nouns[i] + Nouns[i + 1];
            }
        }
    }
}
