using ApeTest.Runs.Records;

namespace ApeTest.Agent.Sessions;

/// <summary>How a session came to its end, before the oracle has spoken.</summary>
/// <param name="Outcome">The outcome; null where the brain called <c>finish</c> and the oracle decides.</param>
/// <param name="Reason">Bounded first word, then what happened.</param>
/// <param name="Claim">What the brain claims; null where it did not call <c>finish</c>.</param>
internal sealed record SessionEnd(SessionOutcome? Outcome, string Reason, FinishClaim? Claim = null)
{
    public static SessionEnd Stuck(string reason) => new(SessionOutcome.Stuck, reason);

    /// <summary>The target has failed, and nothing that follows could change it.</summary>
    public static SessionEnd Failed(string reason) => new(SessionOutcome.Failed, reason);

    public static SessionEnd AgentError(string reason) => new(SessionOutcome.AgentError, reason);

    public static SessionEnd Aborted(string reason) => new(SessionOutcome.Aborted, reason);

    /// <summary>The brain is done; the oracle decides.</summary>
    public static SessionEnd Finished(FinishClaim claim) => new(null, "", claim);
}
