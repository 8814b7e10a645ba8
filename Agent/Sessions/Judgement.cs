using ApeTest.Runs.Records;
using ApeTest.Targets.Oracles;

namespace ApeTest.Agent.Sessions;

/// <summary>
/// The outcome of a session from its end and the oracle's verdict (DESIGN 2). Complete evidence makes a finished session succeed,
/// whatever the brain claims; without it no claim helps. A session that did not finish (step cap, timeout, budget, repeated failure)
/// stays stuck even if its evidence is complete: it did not know that it was done, and a user would still be clicking. Its evidence is
/// recorded all the same. A failure condition that holds is evidence against the target: it makes either <c>failed</c>, but not a session that
/// the agent's own error or the end of the run cut short.
/// </summary>
internal static class Judgement
{
    public static (SessionOutcome Outcome, string Reason) Of(SessionEnd end, OracleVerdict? verdict, string? broken)
    {
        if (verdict?.Failure is { } failure && end.Outcome is null or SessionOutcome.Stuck or SessionOutcome.Failed)
        {
            return (SessionOutcome.Failed, ReasonOf(failure));
        }
        if (end.Outcome is { } outcome)
        {
            return (outcome, end.Reason);
        }
        if (verdict is { Succeeded: true })
        {
            return (SessionOutcome.Succeeded, "evidence: every condition holds");
        }
        if (verdict is null)
        {
            return (SessionOutcome.Failed, "target_error: the oracle's reads were not answered within 30 s");
        }
        var claim = end.Claim!;
        if (broken is not null)
        {
            return (SessionOutcome.Failed, $"target_error: {broken}");
        }
        var missing = verdict.Evidence.FirstOrDefault(static each => !each.Ok);
        if (missing is { TargetFailed: true })
        {
            return (SessionOutcome.Failed, $"target_error: {missing.Condition} ({missing.Detail})");
        }
        if (!claim.Success)
        {
            // What the brain says of itself does not put the blame on the target.
            return (SessionOutcome.Stuck, $"gave_up: {claim.Reason}");
        }
        return (SessionOutcome.Stuck, missing is null
            ? "finish_without_evidence: the goal declares no condition"
            : $"finish_without_evidence: {missing.Condition} ({missing.Detail})");
    }

    /// <summary>Why a failure condition that holds makes a session fail.</summary>
    public static string ReasonOf(OracleEvidence failure) => $"failure_condition: {failure.Condition} ({failure.Detail})";
}
