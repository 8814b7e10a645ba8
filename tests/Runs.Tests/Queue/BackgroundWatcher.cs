using ApeTest.Runs.Queue;
using ApeTest.Runs.Recording;
using ApeTest.Tests.Shared;

namespace ApeTest.Runs.Tests.Queue;

/// <summary>Watches a run to its end, as a collector does, and keeps what it got.</summary>
internal sealed class BackgroundWatcher
{
    private readonly Lock _gate = new();
    private readonly List<SnapshotBatch> _batches = [];
    private readonly List<(int Count, TaskCompletionSource Reached)> _waiting = [];
    private readonly Task<RunState> _end;

    public BackgroundWatcher(IRunQueue queue, string run) => _end = WatchAsync(queue, run);

    /// <summary>All batches so far.</summary>
    public SnapshotBatch[] Batches
    {
        get
        {
            lock (_gate)
            {
                return [.. _batches];
            }
        }
    }

    /// <summary>The last state.</summary>
    public Task<RunState> EndAsync() => _end.Within(TestContext.Current.CancellationToken);

    /// <summary>Waits until so many batches have come.</summary>
    public Task HasAsync(int count)
    {
        lock (_gate)
        {
            var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiting.Add((count, reached));
            Tell();
            return reached.Task.Within(TestContext.Current.CancellationToken);
        }
    }

    private async Task<RunState> WatchAsync(IRunQueue queue, string run)
    {
        await foreach (var state in queue.WatchAsync(run, TestContext.Current.CancellationToken))
        {
            lock (_gate)
            {
                _batches.AddRange(state.Batches);
                Tell();
            }
            if (state.Ended)
            {
                return state;
            }
        }
        throw new InvalidOperationException("The watch ended before the run.");
    }

    private void Tell()
    {
        foreach (var (_, reached) in _waiting.Where(waiting => _batches.Count >= waiting.Count))
        {
            reached.TrySetResult();
        }
    }
}
