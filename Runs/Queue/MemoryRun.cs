using System.Collections.Immutable;
using ApeTest.Runs.Recording;
using ApeTest.Scenarios.Load;
using ApeTest.Scenarios.Model;
using ApeTest.Scenarios.Planning;

namespace ApeTest.Runs.Queue;

/// <summary>One run of a <see cref="MemoryRunQueue"/>, guarded by the queue's lock.</summary>
internal sealed class MemoryRun(RunPlan plan, int? room)
{
    private readonly List<MemoryBlock> _blocks = [.. plan.Blocks().Select(block => new MemoryBlock(block))];
    private readonly List<MemoryWatcher> _watchers = [];
    private readonly ScaleRange _range = ScaleRange.Of(plan, room);
    private DateTimeOffset? _started;
    private long _startedAt;
    private StopStage _stop;
    private string? _stopReason;
    private int? _agents;
    private ImmutableArray<RateStep> _rates = [];

    public RunPlan Plan => plan;

    public bool Ended => _blocks.TrueForAll(block => block.Done);

    public RunOrders Orders => new(_agents, _stop, _agents is null ? 0 : FirstSlot()) { Rates = _rates };

    public BlockLease? Claim(string worker, TimeProvider time)
    {
        if (_stop is not StopStage.None || _blocks.Find(block => !block.Done && block.Worker is null) is not { } free)
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
        return new BlockLease(plan, free.Block, free.Epoch, _started.Value, time.GetElapsedTime(_startedAt, now), Orders);
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
                block.Free();
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
        foreach (var watcher in _watchers)
        {
            watcher.Add(batch, MaxPending());
        }
        Changed();
    }

    public void Signal(RunSignal signal, TimeProvider time)
    {
        if (signal.Reason is not (null or "stopped" or "budget" or "interrupted" or "aborted" or "completed"))
        {
            throw new ArgumentException($"Unknown reason {signal.Reason}.", nameof(signal));
        }
        if (signal.Kind is RunSignalKind.Scale && !_range.Allows(signal.Agents))
        {
            throw new ArgumentOutOfRangeException(nameof(signal), signal.Agents, $"The run can have {_range.Least} to {_range.Most} agents. {_range.Why}");
        }
        if (signal.Kind is RunSignalKind.Rate && !(signal.PerSecond > 0 && plan.Scenario.Load is { Rate: not null, Shape: LoadShapeKind.Breakpoint }))
        {
            throw new ArgumentException("A rate above 0 can be ordered where the load's shape is a breakpoint of rates.", nameof(signal));
        }
        if (Ended || (_stop is not StopStage.None && signal.Kind is (RunSignalKind.Scale or RunSignalKind.Rate)))
        {
            return;
        }

        if (signal.Kind is RunSignalKind.Scale)
        {
            _agents = signal.Agents;
            AddBlocks(signal.Agents);
        }
        else if (signal.Kind is RunSignalKind.Rate)
        {
            var elapsed = _started is null ? TimeSpan.Zero : time.GetElapsedTime(_startedAt);
            _rates = RateStep.Add(_rates.IsEmpty ? [RateStep.First(LoadProfile.Planned(plan.Scenario.Load, plan.Slots, null).Highest)] : _rates, elapsed, signal.PerSecond);
        }
        else
        {
            var stage = signal.Kind is RunSignalKind.Abort ? StopStage.Abort : StopStage.Drain;
            _stop = _stop > stage ? _stop : stage;
            _stopReason ??= signal.Reason ?? "stopped";
            CloseFreeBlocks();
        }
        Changed();
    }

    public RunState State(ImmutableArray<SnapshotBatch> batches) => new(
        plan.Run,
        Ended ? _stopReason ?? "completed" : _started is null ? "queued" : "running",
        _started,
        _blocks.Count(block => block.Done),
        _blocks.Count,
        _blocks.Where(block => block.Worker is not null).Select(block => block.Worker).Distinct(StringComparer.Ordinal).Count(),
        batches)
    {
        Agents = _agents,
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

    /// <summary>Closed model: blocks for the slots that are not there yet. They are full ones, so that the next step up finds slots at rest.</summary>
    private void AddBlocks(int agents)
    {
        if (plan.Scenario.Load.Rate is not null)
        {
            return;
        }
        for (var last = _blocks[^1].Block; last.FirstSlot + last.Count < agents; last = _blocks[^1].Block)
        {
            _blocks.Add(new MemoryBlock(new RunBlock(last.Index + 1, last.FirstSlot + last.Count, RunPlan.BlockSize)));
        }
    }

    private int FirstSlot() => _blocks.Find(block => !block.Done)?.Block.FirstSlot ?? 0;

    // Once the run is stopped, nobody takes a free block any more: there is nothing in it to wait for.
    private void CloseFreeBlocks()
    {
        if (_stop is StopStage.None)
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
