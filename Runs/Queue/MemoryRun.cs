using System.Collections.Immutable;
using ApeTest.Runs.Recording;
using ApeTest.Scenarios.Planning;

namespace ApeTest.Runs.Queue;

/// <summary>One run of a <see cref="MemoryRunQueue"/>, guarded by the queue's lock.</summary>
internal sealed class MemoryRun(RunPlan plan, int? room)
{
    private readonly List<MemoryBlock> _blocks = [.. plan.Blocks().Select(block => new MemoryBlock(block))];
    private readonly List<MemoryWatcher> _watchers = [];
    private DateTimeOffset? _started;
    private long _startedAt;
    private StandingOrders _orders = new();

    public RunPlan Plan => plan;

    public bool Ended => _blocks.TrueForAll(block => block.Done);

    public RunOrders Orders => _orders.ToOrders(FirstSlot());

    public BlockLease? Claim(string worker, TimeProvider time)
    {
        if (_orders.Stop is not StopStage.None || _blocks.Find(block => !block.Done && block.Worker is null) is not { } free)
        {
            return null;
        }
        var now = time.GetTimestamp();
        if (_started is null)
        {
            _started = time.GetUtcNow();
            _startedAt = now;
        }
        free.Lease(worker, now);
        Changed();
        return new BlockLease(plan, free.Block, free.Epoch, _started.Value, time.GetElapsedTime(_startedAt, now), Orders) { Resume = free.Fold.Slots };
    }

    /// <summary>Extends the leases of <paramref name="worker"/>; false when it has none.</summary>
    public bool Extend(string worker, long now)
    {
        var any = false;
        foreach (var block in _blocks)
        {
            if (block.Worker == worker)
            {
                block.Extend(now);
                any = true;
            }
        }
        return any;
    }

    /// <summary>Frees the blocks whose lease ran out, and returns who lost which.</summary>
    public IReadOnlyList<(string Worker, int Block)> Expire(TimeProvider time, TimeSpan leaseTime)
    {
        List<(string, int)>? lost = null;
        foreach (var block in _blocks)
        {
            if (block.Worker is { } worker && time.GetElapsedTime(block.LeasedAt) >= leaseTime)
            {
                (lost ??= []).Add((worker, block.Block.Index));
                Free(block);
            }
        }
        if (lost is null)
        {
            return [];
        }
        CloseFreeBlocks();
        Changed();
        return lost;
    }

    public void Append(SnapshotBatch batch)
    {
        if (batch.Block < 0 || batch.Block >= _blocks.Count || !_blocks[batch.Block].Accept(batch))
        {
            return;
        }
        Tell(batch);
        if (batch.Final || batch.Released)
        {
            Free(_blocks[batch.Block]);
        }
        if (batch.Final)
        {
            _blocks[batch.Block].Close();
        }
        CloseFreeBlocks();
        Changed();
    }

    public void Signal(RunSignal signal, TimeProvider time)
    {
        StandingOrders.Check(signal, plan, room);
        if (Ended)
        {
            return;
        }
        var elapsed = _started is null ? TimeSpan.Zero : time.GetElapsedTime(_startedAt);
        _orders = _orders.After(signal, plan, elapsed);
        _blocks.AddRange(_orders.Missing(plan, _blocks[^1].Block).Select(static block => new MemoryBlock(block)));
        CloseFreeBlocks();
        Changed();
    }

    public RunState State(ImmutableArray<SnapshotBatch> batches) => new(
        plan.Run,
        _orders.StatusOf(_started is not null, Ended),
        _started,
        _blocks.Count(block => block.Done),
        _blocks.Count,
        _blocks.Where(block => block.Worker is not null).Select(block => block.Worker).Distinct(StringComparer.Ordinal).Count(),
        batches)
    {
        Agents = _orders.Agents,
    };

    public MemoryWatcher Watch()
    {
        var watcher = new MemoryWatcher();
        foreach (var block in _blocks)
        {
            if (block.SoFar.ToBatch() is { } batch)
            {
                watcher.Add(batch, MaxPending());
            }
        }
        _watchers.Add(watcher);
        return watcher;
    }

    public void Leave(MemoryWatcher watcher) => _watchers.Remove(watcher);

    private void Free(MemoryBlock block)
    {
        if (block.Free() is { } lost)
        {
            Tell(lost);
        }
    }

    private void Tell(SnapshotBatch batch)
    {
        foreach (var watcher in _watchers)
        {
            watcher.Add(batch, MaxPending());
        }
    }

    private int FirstSlot() => _blocks.Find(block => !block.Done)?.Block.FirstSlot ?? 0;

    // Once the run is stopped, nobody takes a free block any more: there is nothing in it to wait for.
    private void CloseFreeBlocks()
    {
        if (_orders.Stop is StopStage.None)
        {
            return;
        }
        foreach (var block in _blocks)
        {
            if (block.Worker is null)
            {
                block.Close();
            }
        }
    }

    private int MaxPending() => Math.Max(MemoryRunQueue.MaxPending, 2 * _blocks.Count);

    private void Changed()
    {
        foreach (var watcher in _watchers)
        {
            watcher.Wake();
        }
    }
}
