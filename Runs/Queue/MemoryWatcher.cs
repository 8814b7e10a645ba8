using System.Collections.Immutable;
using ApeTest.Runs.Recording;

namespace ApeTest.Runs.Queue;

/// <summary>What one watcher of a <see cref="MemoryRun"/> has not read yet.</summary>
internal sealed class MemoryWatcher
{
    private readonly SemaphoreSlim _changed = new(0, 1);
    private List<SnapshotBatch> _pending = [];

    public void Add(SnapshotBatch batch, int mostPending)
    {
        if (_pending.Count >= mostPending)
        {
            _pending = [.. _pending.GroupBy(pending => pending.Block).Select(Fold)];
        }
        _pending.Add(batch);
    }

    public ImmutableArray<SnapshotBatch> Take()
    {
        ImmutableArray<SnapshotBatch> batches = [.. _pending];
        _pending.Clear();
        return batches;
    }

    /// <summary>Under the queue's lock, so that the count cannot pass 1.</summary>
    public void Wake()
    {
        if (_changed.CurrentCount == 0)
        {
            _changed.Release();
        }
    }

    public Task ChangedAsync(CancellationToken cancellationToken) => _changed.WaitAsync(cancellationToken);

    private static SnapshotBatch Fold(IEnumerable<SnapshotBatch> batches)
    {
        var merge = new BatchMerge();
        foreach (var batch in batches)
        {
            merge.Add(batch);
        }
        return merge.ToBatch()!;
    }
}
