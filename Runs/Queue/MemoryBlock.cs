using ApeTest.Runs.Recording;
using ApeTest.Scenarios.Planning;

namespace ApeTest.Runs.Queue;

/// <summary>One block of a <see cref="MemoryRun"/>, its lease, and what it has reported so far.</summary>
internal sealed class MemoryBlock(RunBlock block)
{
    // Batches come in order but for repeats, so that all up to a number and a few beyond say which have been seen.
    private readonly SortedSet<long> _ahead = [];
    private long _seenUpTo;

    public RunBlock Block => block;

    public bool Done { get; private set; }

    public string? Worker { get; private set; }

    public long Epoch { get; private set; }

    public long LeasedAt { get; private set; }

    public BatchMerge SoFar { get; } = new();

    public void Lease(string worker, long now)
    {
        (Worker, LeasedAt, _seenUpTo) = (worker, now, 0);
        Epoch++;
        _ahead.Clear();
    }

    public void Extend(long now) => LeasedAt = now;

    public void Free() => Worker = null;

    public void Close()
    {
        Free();
        Done = true;
    }

    /// <summary>Takes a batch of the present lease that was not seen before; false for any other.</summary>
    public bool Accept(SnapshotBatch batch)
    {
        if (Done || Worker is null || batch.Epoch != Epoch || batch.Sequence <= _seenUpTo || !_ahead.Add(batch.Sequence))
        {
            return false;
        }
        while (_ahead.Remove(_seenUpTo + 1))
        {
            _seenUpTo++;
        }
        SoFar.Add(batch);
        if (batch.Final)
        {
            Close();
        }
        return true;
    }
}
