using System.Collections.Immutable;

namespace ApeTest.Targets.Oracles;

/// <summary>How an oracle judged a session.</summary>
/// <param name="Succeeded">Whether every condition holds, with evidence. Never true without conditions.</param>
/// <param name="Evidence">One entry a success condition, in order, and then one for the failure condition that holds, if any.</param>
public sealed record OracleVerdict(bool Succeeded, ImmutableArray<OracleEvidence> Evidence)
{
    /// <summary>The failure condition that holds, with what was seen; null for none. The evidence has it as its last entry, as <c>must not hold: ...</c>, not ok.</summary>
    public OracleEvidence? Failure { get; init; }
}

/// <summary>What was seen of one condition.</summary>
/// <param name="Condition">The condition in words: <c>checkout = 201</c>.</param>
/// <param name="Ok">Whether it holds.</param>
/// <param name="Detail">What was seen: <c>action 4: 201, orderId=o-17</c>.</param>
/// <param name="TargetFailed">Whether a read did not hold because the target failed it: 5xx, 429 or no answer.</param>
public sealed record OracleEvidence(string Condition, bool Ok, string Detail, bool TargetFailed = false);
