using ApeTest.Runs.Records;

namespace ApeTest.Runs.Recording;

/// <summary>Ended sessions of one goal, by outcome.</summary>
public sealed class GoalOutcomes
{
    /// <summary>Succeeded.</summary>
    public long Succeeded { get; set; }

    /// <summary>Failed.</summary>
    public long Failed { get; set; }

    /// <summary>Stuck.</summary>
    public long Stuck { get; set; }

    /// <summary>Agent error.</summary>
    public long AgentError { get; set; }

    /// <summary>Aborted.</summary>
    public long Aborted { get; set; }

    /// <summary>Number of sessions that ended with <paramref name="outcome"/>.</summary>
    public long Of(SessionOutcome outcome) => outcome switch
    {
        SessionOutcome.Succeeded => Succeeded,
        SessionOutcome.Failed => Failed,
        SessionOutcome.Stuck => Stuck,
        SessionOutcome.AgentError => AgentError,
        _ => Aborted,
    };

    /// <summary>Counts one session.</summary>
    public void Count(SessionOutcome outcome)
    {
        switch (outcome)
        {
            case SessionOutcome.Succeeded: Succeeded++; break;
            case SessionOutcome.Failed: Failed++; break;
            case SessionOutcome.Stuck: Stuck++; break;
            case SessionOutcome.AgentError: AgentError++; break;
            default: Aborted++; break;
        }
    }

    /// <summary>Adds <paramref name="other"/>.</summary>
    public void Add(GoalOutcomes other)
    {
        Succeeded += other.Succeeded;
        Failed += other.Failed;
        Stuck += other.Stuck;
        AgentError += other.AgentError;
        Aborted += other.Aborted;
    }
}
