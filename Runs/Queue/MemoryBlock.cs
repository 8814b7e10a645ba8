using ApeTest.Runs.Recording;
using ApeTest.Scenarios.Planning;

namespace ApeTest.Runs.Queue;

/// <summary>One block of a <see cref="MemoryRun"/>, its lease, and what it has reported so far.</summary>
internal sealed class MemoryBlock(RunBlock block)
{
    public RunBlock Block => block;

    public bool Done { get; private set; }

    public string? Worker { get; private set; }

    public long Epoch { get; private set; }

    public long LeasedAt { get; private set; }

    public BlockFold Fold { get; } = new();

    public BatchMerge SoFar { get; } = new();

    public void Lease(string worker, long now)
    {
        (Worker, LeasedAt) = (worker, now);
        Fold.Begin(++Epoch);
    }

    public void Extend(long now) => LeasedAt = now;

    /// <summary>Nobody has the block any more. What its lease left under way is in the batch that is returned; null where that is nothing.</summary>
    public SnapshotBatch? Free()
    {
        Worker = null;
        var lost = Fold.EndLease();
        if (lost is not null)
        {
            SoFar.Add(lost);
        }
        return lost;
    }

    public void Close() => Done = true;

    /// <summary>Takes a batch of the present lease that was not seen before; false for any other.</summary>
    public bool Accept(SnapshotBatch batch)
    {
        if (Done || Worker is null || batch.Epoch != Epoch || !Fold.Accept(batch))
        {
            return false;
        }
        SoFar.Add(batch);
        return true;
    }
}
