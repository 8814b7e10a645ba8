using System.Collections.Immutable;
using ApeTest.Runs.Records;

namespace ApeTest.Runs.Recording;

/// <summary>What one block did since its previous batch: finished sessions and metric deltas. Serialisable.</summary>
public sealed record SnapshotBatch
{
    /// <summary>Run id.</summary>
    public required string Run { get; init; }

    /// <summary>Block number.</summary>
    public required int Block { get; init; }

    /// <summary>Epoch of the lease.</summary>
    public required long Epoch { get; init; }

    /// <summary>Number of the batch in its lease, from 1.</summary>
    public required long Sequence { get; init; }

    /// <summary>Worker that sent it.</summary>
    public required string Worker { get; init; }

    /// <summary>Start of the interval, by the worker's clock.</summary>
    public required DateTimeOffset From { get; init; }

    /// <summary>End of the interval, by the worker's clock.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>Whether the block has ended: all its sessions are reported.</summary>
    public bool Final { get; init; }

    /// <summary>
    /// Whether the worker gives the block back though it has not ended: it is free at once, and what it reported stands. Default false.
    /// Where <see cref="Final"/> is set, that counts.
    /// </summary>
    public bool Released { get; init; }

    /// <summary>Agents of the block with a session under way at <see cref="At"/>.</summary>
    public int ActiveAgents { get; init; }

    /// <summary>Most agents of the block that had a session under way at one moment of the interval.</summary>
    public int PeakAgents { get; init; }

    /// <summary>Finished sessions that are kept (all not succeeded, sampled succeeded).</summary>
    public ImmutableArray<SessionRecord> Sessions { get; init; } = [];

    /// <summary>Slots of which a session began or ended in the interval, and how far they are.</summary>
    public ImmutableArray<SlotProgress> Progress { get; init; } = [];

    /// <summary>Counters and histogram deltas.</summary>
    public required MetricsDelta Metrics { get; init; }

    /// <summary>The worker's own resource use, at most once a second and worker; null otherwise.</summary>
    public GeneratorSample? Generator { get; init; }
}

/// <summary>The load generator's own resource use over an interval.</summary>
/// <param name="Cpu">Share of all cores, 0..1.</param>
/// <param name="RssBytes">Resident memory.</param>
/// <param name="GcPauseShare">Share of time paused for garbage collection, 0..1.</param>
/// <param name="ThreadPoolDelays">How late each of a timer's ticks came to run: the thread pool's delay, ten a second.</param>
/// <param name="OpenFiles">File descriptors in use; null where the system does not tell.</param>
/// <param name="FileLimit">File descriptors that the process may have; null where the system does not tell.</param>
public sealed record GeneratorSample(double Cpu, long RssBytes, double GcPauseShare, ImmutableArray<TimeSpan> ThreadPoolDelays,
    int? OpenFiles = null, long? FileLimit = null)
{
    /// <summary>How late the event loops' timers ended, one entry a loop; empty where no loop runs.</summary>
    public ImmutableArray<LoopSample> Loops { get; init; } = [];
}

/// <summary>How late one event loop's timers ended over an interval.</summary>
/// <param name="Timers">Timers that ended.</param>
/// <param name="P99">99 % of them were at most so late.</param>
public readonly record struct LoopSample(long Timers, TimeSpan P99);
