using System.Collections.Immutable;
using System.Runtime.InteropServices;
using ApeTest.Agent.Sessions;
using ApeTest.Cli.Signals;
using ApeTest.Runs.Records;
using ApeTest.Runs.Summaries;

namespace ApeTest.Cli.Commands.Try;

/// <summary>What came of a trial.</summary>
/// <param name="Start">What it began with.</param>
/// <param name="Events">Everything that happened, in order.</param>
/// <param name="Summary">The run's summary.</param>
/// <param name="Signal">The signal that ended it; null for none.</param>
internal sealed record TrialResult(TrialStart Start, ImmutableArray<SessionEvent> Events, RunSummary Summary, StopSignal? Signal)
{
    /// <summary>The session's record; null where it was stopped before it began.</summary>
    public SessionRecord? Record { get; } = Events.OfType<SessionEnded>().FirstOrDefault()?.Record;

    /// <summary>Whether the session succeeded.</summary>
    public bool Succeeded => Record is { Outcome: SessionOutcome.Succeeded };

    /// <summary>0 succeeded, 99 failed or stuck, 3 agent_error, 4 budget, 130 or 143 after a signal.</summary>
    public int ExitCode => RunVerdict.ExitCode(Summary, Signal switch
    {
        StopSignal.Interrupt => PosixSignal.SIGINT,
        StopSignal.Terminate => PosixSignal.SIGTERM,
        _ => null,
    });
}
