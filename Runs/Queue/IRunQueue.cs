using System.Collections.Immutable;
using ApeTest.Runs.Recording;
using ApeTest.Scenarios.Load;
using ApeTest.Scenarios.Planning;

namespace ApeTest.Runs.Queue;

/// <summary>Coordinates one run's blocks over its workers: in memory, or PostgreSQL. One contract test suite for both.</summary>
public interface IRunQueue
{
    /// <summary>Submits a run and returns its id. The run's clock starts when the first block is claimed.</summary>
    Task<string> SubmitAsync(RunPlan plan, CancellationToken cancellationToken);

    /// <summary>Leases a free block to <paramref name="worker"/>; null when there is none.</summary>
    Task<BlockLease?> ClaimAsync(string worker, CancellationToken cancellationToken);

    /// <summary>Extends all leases of <paramref name="worker"/> and returns its orders.</summary>
    Task<WorkerOrders> HeartbeatAsync(string worker, CancellationToken cancellationToken);

    /// <summary>
    /// Appends what a block did since its last batch. Idempotent by (run, block, epoch, sequence). A batch of a lost lease is ignored. A
    /// <see cref="SnapshotBatch.Released"/> one gives the block back to whoever claims it next. Returns when the batch is kept: what throws
    /// may be repeated. Calls at the same time share one trip to a database.
    /// </summary>
    Task AppendAsync(SnapshotBatch batch, CancellationToken cancellationToken);

    /// <summary>
    /// Stops, aborts or scales a run. Scaling beyond the blocks that there are adds some, which are claimed like any other; scaling down takes
    /// none away: their slots rest. A rate can be changed where the load's shape is a breakpoint of rates, else <see cref="ArgumentException"/>. A run that is stopping or has ended stays as it is. Unknown runs throw <see cref="KeyNotFoundException"/>,
    /// numbers outside <see cref="ScaleRange"/> <see cref="ArgumentOutOfRangeException"/>.
    /// </summary>
    Task SignalAsync(string run, RunSignal signal, CancellationToken cancellationToken);

    /// <summary>Yields the state of a run, at once and at each change, until the run has ended. Each batch is yielded exactly once per watcher. Sessions that were under
    /// way when their lease was lost come in a batch of the queue's own, as aborted, <c>worker_lost</c>.</summary>
    IAsyncEnumerable<RunState> WatchAsync(string run, CancellationToken cancellationToken);
}

/// <summary>A leased block.</summary>
/// <param name="Plan">The run's plan.</param>
/// <param name="Block">The block.</param>
/// <param name="Epoch">Grows with each lease of the block.</param>
/// <param name="Started">The run's start on the queue's clock.</param>
/// <param name="Elapsed">Time since <paramref name="Started"/> on the queue's clock, when the lease was given.</param>
/// <param name="Orders">The run's orders when the lease was given: a block of a run that was scaled never works as planned first.</param>
public sealed record BlockLease(RunPlan Plan, RunBlock Block, long Epoch, DateTimeOffset Started, TimeSpan Elapsed, RunOrders Orders)
{
    /// <summary>Whether the block is not one of the plan's but came by scaling up.</summary>
    public bool IsAdded => Block.Index >= Plan.BlockCount;

    /// <summary>
    /// How far slots of the block came under earlier leases, by slot; empty in the first. Sessions go on from <see cref="SlotProgress.Next"/>; those
    /// that were under way have been counted as aborted by the queue.
    /// </summary>
    public ImmutableArray<SlotProgress> Resume { get; init; } = [];
}

/// <summary>What a worker has to do, run by run.</summary>
/// <param name="Runs">Orders by run id, for runs of which the worker holds blocks.</param>
/// <param name="Lost">Blocks that the worker no longer holds.</param>
public sealed record WorkerOrders(ImmutableSortedDictionary<string, RunOrders> Runs, ImmutableArray<LostBlock> Lost);

/// <summary>Orders of one run.</summary>
/// <param name="Agents">Agents wanted after scaling; null: as planned.</param>
/// <param name="Stop">How far the run is stopped.</param>
/// <param name="FirstSlot">
/// Slots below it belong to blocks that have ended. <paramref name="Agents"/> counts from here, so that a run with a limited number of
/// iterations goes on with so many agents, whichever slots still have iterations.
/// </param>
public sealed record RunOrders(int? Agents, StopStage Stop, int FirstSlot = 0)
{
    /// <summary>Open model: the rate in effect, and those that will be; empty: as planned.</summary>
    public ImmutableArray<RateStep> Rates { get; init; } = [];
}

/// <summary>A lost block.</summary>
public readonly record struct LostBlock(string Run, int Block);

/// <summary>How far a run is stopped.</summary>
public enum StopStage
{
    /// <summary>Running.</summary>
    None,

    /// <summary>No new sessions; running ones drain for the scenario's graceful stop.</summary>
    Drain,

    /// <summary>Everything is cancelled now.</summary>
    Abort,
}

/// <summary>A signal to a run.</summary>
/// <param name="Kind">What to do.</param>
/// <param name="Agents">Agents wanted, for <see cref="RunSignalKind.Scale"/>.</param>
/// <param name="Reason">
/// Resulting status for stop and abort: <c>stopped</c>, <c>budget</c>, <c>interrupted</c>, <c>aborted</c>; <c>completed</c> of a run that has done what it was for.
/// Default stopped.
/// </param>
/// <param name="PerSecond">Sessions a second, above 0, for <see cref="RunSignalKind.Rate"/>.</param>
public readonly record struct RunSignal(RunSignalKind Kind, int Agents = 0, string? Reason = null, double PerSecond = 0);

/// <summary>Kinds of signals.</summary>
public enum RunSignalKind
{
    /// <summary>Drain.</summary>
    Stop,

    /// <summary>Cancel now.</summary>
    Abort,

    /// <summary>Change the number of agents.</summary>
    Scale,

    /// <summary>Change the rate, from <see cref="RateStep.Lead"/> after now on.</summary>
    Rate,
}

/// <summary>State of a run as a watcher sees it.</summary>
/// <param name="Run">Run id.</param>
/// <param name="Status"><c>queued</c>, <c>running</c>, then the final status of DESIGN 14.3.</param>
/// <param name="Started">The run's start; null while queued.</param>
/// <param name="BlocksDone">Blocks whose final batch has come.</param>
/// <param name="BlocksTotal">All blocks.</param>
/// <param name="Workers">Workers that hold blocks.</param>
/// <param name="Batches">Batches since the watcher's previous state.</param>
public sealed record RunState(string Run, string Status, DateTimeOffset? Started, int BlocksDone, int BlocksTotal, int Workers,
    ImmutableArray<SnapshotBatch> Batches)
{
    /// <summary>Agents wanted after scaling; null: as planned.</summary>
    public int? Agents { get; init; }

    /// <summary>Whether the run has ended.</summary>
    public bool Ended => Status is not ("queued" or "running");
}
