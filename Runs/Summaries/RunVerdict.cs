using System.Runtime.InteropServices;
using ApeTest.Scenarios;

namespace ApeTest.Runs.Summaries;

/// <summary>What a finished run means to the process that started it (DESIGN 14.6).</summary>
public static class RunVerdict
{
    /// <summary>
    /// The exit code: interrupted (130, or 143 for SIGTERM), budget (4), nothing judged (3), a threshold failed (99), aborted or a search for a
    /// breakpoint without an answer (5), done (0). A run that judged nothing says nothing about its thresholds, so that they cannot fail it as 99, but for the one that
    /// stopped it.
    /// </summary>
    /// <param name="summary">The run's summary.</param>
    /// <param name="stopSignal">Signal that ended the run; null for none.</param>
    public static int ExitCode(RunSummary summary, PosixSignal? stopSignal) => (stopSignal, summary.Run.Status) switch
    {
        (PosixSignal.SIGTERM, _) => ExitCodes.Terminated,
        (not null, _) or (_, "interrupted") => ExitCodes.Interrupted,
        (_, "budget") => ExitCodes.Budget,
        _ when summary.Run.Reason is not null => ExitCodes.ThresholdFailed,
        _ when summary.Sessions.Judged == 0 => ExitCodes.Environment,
        _ when summary.Thresholds.Any(threshold => !threshold.Ok) => ExitCodes.ThresholdFailed,
        (_, "aborted") => ExitCodes.Partial,
        (_, "completed") when summary.Load.Breakpoint is { IsAnswered: false } => ExitCodes.Partial,
        _ => ExitCodes.Done,
    };

    /// <summary>Why a run does not pass, as the rest of a sentence about it: <c>broke 2 of 3 thresholds</c>; null where it does. One that goes on does not yet.</summary>
    /// <param name="summary">The run's summary.</param>
    public static string? Failure(RunSummary summary) => (ExitCode(summary, stopSignal: null), summary.Run) switch
    {
        (_, { Status: "queued" or "running" }) => "has not ended",
        (ExitCodes.Done, _) => null,
        (ExitCodes.Interrupted, _) => "was interrupted",
        (ExitCodes.Budget, _) => "used up its budget",
        (ExitCodes.ThresholdFailed, { Reason: { } reason }) => $"was stopped: {reason}",
        (ExitCodes.ThresholdFailed, _) => $"broke {summary.Thresholds.Count(static threshold => !threshold.Ok)} of {summary.Thresholds.Length} thresholds",
        (ExitCodes.Environment, _) => "judged no session",
        (_, { Status: "aborted" }) => "was aborted",
        _ => "found no breakpoint",
    };
}
