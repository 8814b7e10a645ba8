using ApeTest.Runs.Queue;
using ApeTest.Runs.Recording;
using ApeTest.Scenarios.Planning;

namespace ApeTest.Agent.Tests.Fakes;

/// <summary>A queue that can take a block away, as an expired lease does, can fail, and tells what a worker has heard of it.</summary>
internal sealed class WatchedQueue(IRunQueue inner) : IRunQueue
{
    private readonly TaskCompletionSource _stopping = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile object? _lost;
    private volatile bool _isStopTold;

    public TaskCompletionSource Appended { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes when the worker acts on an order to stop.</summary>
    public Task Stopping => _stopping.Task;

    /// <summary>Whether the block's last batch came.</summary>
    public bool Final { get; private set; }

    public void Lose(LostBlock block) => _lost = block;

    public Task<string> SubmitAsync(RunPlan plan, CancellationToken cancellationToken) => inner.SubmitAsync(plan, cancellationToken);

    public Task<BlockLease?> ClaimAsync(string worker, CancellationToken cancellationToken) => inner.ClaimAsync(worker, cancellationToken);

    public async Task<WorkerOrders> HeartbeatAsync(string worker, CancellationToken cancellationToken)
    {
        // A worker that asks again has done what it was told before.
        if (_isStopTold)
        {
            _stopping.TrySetResult();
        }
        var orders = await inner.HeartbeatAsync(worker, cancellationToken);
        _isStopTold |= orders.Runs.Values.Any(static order => order.Stop is not StopStage.None);
        return _lost is LostBlock lost ? orders with { Lost = [lost] } : orders;
    }

    public Task AppendAsync(SnapshotBatch batch, CancellationToken cancellationToken)
    {
        Appended.TrySetResult();
        Final |= batch.Final;
        return inner.AppendAsync(batch, cancellationToken);
    }

    /// <summary>So many signals do not reach the queue yet.</summary>
    public int FailingSignals { get; set; }

    public Task SignalAsync(string run, RunSignal signal, CancellationToken cancellationToken) =>
        FailingSignals > 0 && FailingSignals-- > 0 ? throw new TimeoutException("The queue is away.") : inner.SignalAsync(run, signal, cancellationToken);

    public IAsyncEnumerable<RunState> WatchAsync(string run, CancellationToken cancellationToken) => inner.WatchAsync(run, cancellationToken);
}
