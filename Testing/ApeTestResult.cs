using System.Collections.Immutable;
using ApeTest.Runs.Records;
using ApeTest.Runs.Summaries;
using ApeTest.Scenarios;

namespace ApeTest.Testing;

/// <summary>What came of a run.</summary>
public sealed class ApeTestResult
{
    /// <summary>Most entries of <see cref="Sessions"/>.</summary>
    public const int MostSessions = 1000;

    private readonly string _workingDirectory;

    internal ApeTestResult(RunSummary summary, string directory, string workingDirectory) => (Summary, Directory, _workingDirectory) = (summary, directory, workingDirectory);

    /// <summary>The summary, as <c>summary.json</c> has it: seconds, shares 0..1, null where nothing was measured.</summary>
    public RunSummary Summary { get; }

    /// <summary>The sessions that were kept, oldest first, at most <see cref="MostSessions"/>: all that did not succeed, and the sampled ones that did.</summary>
    public ImmutableArray<SessionRecord> Sessions { get; internal init; } = [];

    /// <summary>Kept sessions beyond <see cref="MostSessions"/>; they are in the run's directory.</summary>
    public long SessionsLeftOut { get; internal init; }

    /// <summary>Thresholds with their values.</summary>
    public ImmutableArray<ThresholdResult> Thresholds => Summary.Thresholds;

    /// <summary>What <c>ape-test start</c> would have said on standard error: warnings, and how sessions were judged.</summary>
    public ImmutableArray<string> Notices { get; internal init; } = [];

    /// <summary>Why the scenario's <c>teardown</c> failed; null where it did not.</summary>
    public string? TeardownFailure { get; internal init; }

    /// <summary>The run's directory: summary, sessions, time series, logs.</summary>
    public string Directory { get; }

    /// <summary>The command that opens the report, from <see cref="Directory"/>'s project.</summary>
    public string ReportCommand => $"(cd {Quoted(_workingDirectory)} && ape-test report {Summary.Run.Id})";

    /// <summary>Whether all thresholds hold, something was judged, and the run came to its end.</summary>
    public bool Succeeded => TeardownFailure is null && RunVerdict.ExitCode(Summary, stopSignal: null) == ExitCodes.Done;

    /// <summary>Throws <see cref="ApeTestFailedException"/>, with everything that is needed to begin looking, unless <see cref="Succeeded"/>. Returns itself.</summary>
    public ApeTestResult EnsureSucceeded() => Succeeded ? this : throw new ApeTestFailedException(this, FailureText.Of(this));

    private static string Quoted(string path) => path.All(static c => char.IsAsciiLetterOrDigit(c) || c is '/' or '.' or '-' or '_') ? path : $"'{path.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
