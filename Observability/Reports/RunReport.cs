using System.Collections.Immutable;
using ApeTest.Runs.Directory;
using ApeTest.Runs.Records;
using ApeTest.Runs.Summaries;
using ApeTest.Scenarios.Model;

namespace ApeTest.Observability.Reports;

/// <summary>Everything a report shows of a run: what its directory holds, read once and bounded.</summary>
public sealed record RunReport
{
    /// <summary>The summary: the last one, or an empty one where none could be read.</summary>
    public required RunSummary Summary { get; init; }

    /// <summary>What is missing or damaged, a sentence each; empty: nothing.</summary>
    public ImmutableArray<string> Problems { get; init; } = [];

    /// <summary>Whether what is missing was there, or should have been: files that cannot be read.</summary>
    public bool IsDamaged { get; init; }

    /// <summary>Why the run is no pass, as the rest of a sentence about it; null where it is one. What cannot be read proves nothing.</summary>
    public string? Failure => RunVerdict.Failure(Summary) ?? (IsDamaged ? "cannot be judged: its files are damaged" : null);

    /// <summary>The points of the time series, without their operations.</summary>
    public ImmutableArray<TimePoint> Points { get; init; } = [];

    /// <summary>Sessions to look into: those that did not succeed, then the slowest that did.</summary>
    public SessionSelection Sessions { get; init; } = SessionSelection.None;

    /// <summary>How many kept sessions lack what the model was sent and said and what the target answered: sampled ones end faster than there is room for. No figure misses them.</summary>
    public long TranscriptsLeftOut { get; init; }

    /// <summary>Why sessions did not succeed, most frequent first.</summary>
    public IReadOnlyList<OutcomeReason> Reasons { get; init; } = [];

    /// <summary>The scenario without its secrets; null where it could not be read.</summary>
    public Scenario? Scenario { get; init; }

    /// <summary>URL of the target; null for unknown.</summary>
    public string? Target { get; init; }

    /// <summary>The model that decided; null for unknown, and where none did.</summary>
    public string? Model { get; init; }
}

/// <summary>Sessions that were chosen out of all that were kept.</summary>
/// <param name="Failed">Of those that did not succeed.</param>
/// <param name="Slowest">Of those that succeeded, slowest first.</param>
/// <param name="FailedLeftOut">How many that did not succeed are not among them.</param>
/// <param name="Kept">How many sessions the run kept in all.</param>
public sealed record SessionSelection(ImmutableArray<SessionRecord> Failed, ImmutableArray<SessionRecord> Slowest, long FailedLeftOut, long Kept)
{
    /// <summary>No session.</summary>
    public static SessionSelection None { get; } = new([], [], 0, 0);

    /// <summary>The part of an element's id that a session has on the page, by its trace.</summary>
    public Dictionary<string, string> ByTrace() => Failed.Concat(Slowest)
        .GroupBy(static session => session.TraceId).ToDictionary(static group => group.Key, static group => Components.SessionView.IdOf(group.First()), StringComparer.Ordinal);
}
