using System.Collections.Immutable;
using ApeTest.Scenarios.Model;
using ApeTest.Targets.OpenApi;

namespace ApeTest.Targets.Oracles.Derivation;

/// <summary>What was derived from one goal. Conditions are complete only where there are no problems.</summary>
/// <param name="Intents">What the goal wants changed, in the order of the conditions.</param>
/// <param name="Problems">What could not be mapped to exactly one operation; empty when the oracle is derived.</param>
public sealed record OracleDerivation(ImmutableArray<DerivedIntent> Intents, ImmutableArray<DerivationProblem> Problems)
{
    /// <summary>Whether every intent has its conditions.</summary>
    public bool IsDerived => Problems.IsEmpty && !Intents.IsEmpty;

    /// <summary>The oracle: all must hold, in this order. Empty unless derived.</summary>
    public ImmutableArray<SuccessCondition> Conditions => IsDerived ? [.. Intents.SelectMany(static intent => intent.Conditions)] : [];
}

/// <summary>One thing that the goal wants done, and what proves it.</summary>
/// <param name="Phrase">The words of the goal.</param>
/// <param name="Operation">The operation that does it.</param>
/// <param name="Why">Why that operation, in a few words.</param>
/// <param name="Conditions">What proves it.</param>
public sealed record DerivedIntent(string Phrase, OperationSpec Operation, string Why, ImmutableArray<SuccessCondition> Conditions);

/// <summary>Why a phrase of the goal proves nothing.</summary>
/// <param name="Phrase">The words of the goal; the whole goal where no single phrase is to blame.</param>
/// <param name="Message">What is wrong with them, as a clause: <c>fits several operations equally</c>.</param>
/// <param name="Candidates">Operations that may be meant, the likeliest first.</param>
public sealed record DerivationProblem(string Phrase, string Message, ImmutableArray<OperationSpec> Candidates);
