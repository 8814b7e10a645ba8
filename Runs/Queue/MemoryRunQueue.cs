using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using ApeTest.Runs.Recording;
using ApeTest.Scenarios.Planning;

namespace ApeTest.Runs.Queue;

/// <summary>
/// The run queue of one process. A lease lasts <see cref="LeaseTime"/> on the monotonic clock of the <see cref="TimeProvider"/>; a
/// worker that does not heartbeat for that long loses its blocks, and its late batches are ignored.
/// <para>
/// Watchers: each batch reaches each watcher exactly once. A watcher that starts late gets, first, one merged batch for each block
/// that has reported, with all its metrics and its latest session records. So does a watcher that lags by more than
/// <see cref="MaxPending"/> batches. Batches are shared by all watchers, which only read them. The <see cref="KeepEnded"/> runs
/// that ended last can still be watched.
/// </para>
/// </summary>
public sealed class MemoryRunQueue : IRunQueue, IDisposable
{
    internal const int MaxPending = 1024;
    internal const int KeepEnded = 8;

    private static readonly TimeSpan SweepInterval = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly TimeProvider _time;
    private readonly ITimer _sweeper;
    private readonly List<MemoryRun> _runs = [];
    private readonly Dictionary<string, List<LostBlock>> _lost = new(StringComparer.Ordinal);

    /// <summary>A queue on the clock of <paramref name="time"/>.</summary>
    public MemoryRunQueue(TimeProvider time)
    {
        _time = time;
        // A run whose workers all died must still end when it is stopped, though nobody calls any more.
        _sweeper = time.CreateTimer(_ => Sweep(), null, SweepInterval, SweepInterval);
    }

    /// <summary>Agents that fit where the runs submitted from now on take place. Null: not known.</summary>
    public int? Room { get; set; }

    /// <summary>How long a lease lasts without a heartbeat.</summary>
    public static TimeSpan LeaseTime { get; } = TimeSpan.FromSeconds(15);

    /// <inheritdoc/>
    public Task<string> SubmitAsync(RunPlan plan, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (_runs.Exists(run => run.Plan.Run == plan.Run))
            {
                throw new ArgumentException($"Run {plan.Run} was submitted before.", nameof(plan));
            }
            var ended = _runs.FindAll(run => run.Ended);
            foreach (var run in ended.Take(ended.Count - KeepEnded + 1))
            {
                _runs.Remove(run);
            }
            _runs.Add(new MemoryRun(plan, Room));
            return Task.FromResult(plan.Run);
        }
    }

    /// <inheritdoc/>
    public Task<BlockLease?> ClaimAsync(string worker, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            Expire();
            foreach (var run in _runs)
            {
                if (run.Claim(worker, _time) is { } lease)
                {
                    return Task.FromResult<BlockLease?>(lease);
                }
            }
            return Task.FromResult<BlockLease?>(null);
        }
    }

    /// <inheritdoc/>
    public Task<WorkerOrders> HeartbeatAsync(string worker, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            Expire();
            var orders = ImmutableSortedDictionary.CreateBuilder<string, RunOrders>(StringComparer.Ordinal);
            foreach (var run in _runs)
            {
                if (run.Extend(worker, _time.GetTimestamp()))
                {
                    orders.Add(run.Plan.Run, run.Orders);
                }
            }
            _lost.Remove(worker, out var lost);
            return Task.FromResult(new WorkerOrders(orders.ToImmutable(), [.. lost ?? []]));
        }
    }

    /// <inheritdoc/>
    public Task AppendAsync(SnapshotBatch batch, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            Expire();
            Find(batch.Run).Append(batch);
            return Task.CompletedTask;
        }
    }

    /// <inheritdoc/>
    public Task SignalAsync(string run, RunSignal signal, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            Expire();
            Find(run).Signal(signal, _time);
            return Task.CompletedTask;
        }
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<RunState> WatchAsync(string run, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        MemoryRun watched;
        MemoryWatcher watcher;
        lock (_gate)
        {
            watched = Find(run);
            watcher = watched.Watch();
        }
        try
        {
            while (true)
            {
                RunState state;
                lock (_gate)
                {
                    state = watched.State(watcher.Take());
                }
                yield return state;
                if (state.Ended)
                {
                    yield break;
                }
                await watcher.ChangedAsync(cancellationToken);
            }
        }
        finally
        {
            lock (_gate)
            {
                watched.Leave(watcher);
            }
        }
    }

    /// <summary>Stops the queue's timer.</summary>
    public void Dispose() => _sweeper.Dispose();

    private void Sweep()
    {
        lock (_gate)
        {
            Expire();
        }
    }

    private void Expire()
    {
        foreach (var run in _runs)
        {
            foreach (var (worker, block) in run.Expire(_time, LeaseTime))
            {
                if (!_lost.TryGetValue(worker, out var lost))
                {
                    _lost[worker] = lost = [];
                }
                lost.Add(new LostBlock(run.Plan.Run, block));
            }
        }
    }

    private MemoryRun Find(string run) => _runs.Find(r => r.Plan.Run == run)
        ?? throw new KeyNotFoundException($"The queue knows no run {run}.");
}
