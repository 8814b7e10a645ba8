using System.Collections.Immutable;
using System.Globalization;
using ApeTest.Runs.Recording;
using ApeTest.Runs.Records;

namespace ApeTest.Runs.Queue;

/// <summary>
/// What the batches of one block say together, lease after lease: tells repeats and late batches of lost leases apart, knows how far each slot is,
/// and aborts the sessions that a lease left under way. One rule for every queue. Not thread-safe.
/// </summary>
internal sealed class BlockFold
{
    /// <summary>First word of the reason of a session whose worker went away.</summary>
    public const string WorkerLost = "worker_lost";

    private readonly SortedDictionary<int, SlotProgress> _slots = [];
    private readonly SequenceSet _seen = new();
    private SnapshotBatch? _last;

    /// <summary>Epoch of the lease that reported last; 0 before any.</summary>
    public long Epoch { get; private set; }

    /// <summary>Batches of <see cref="Epoch"/> that were taken.</summary>
    public SequenceSet Seen => _seen;

    /// <summary>How far the slots are.</summary>
    public ImmutableArray<SlotProgress> Slots => [.. _slots.Values];

    /// <summary>A lease with this epoch begins.</summary>
    public void Begin(long epoch)
    {
        Epoch = epoch;
        _seen.Reset();
    }

    /// <summary>Takes a batch of the present lease, or of a later one, that was not seen before; false for any other.</summary>
    public bool Accept(SnapshotBatch batch)
    {
        if (batch.Epoch < Epoch)
        {
            return false;
        }
        if (batch.Epoch > Epoch)
        {
            Begin(batch.Epoch);
        }
        if (!_seen.Add(batch.Sequence))
        {
            return false;
        }
        Advance(_slots, batch.Progress);
        _last = batch;
        return true;
    }

    /// <summary>Goes on where another fold of the same block was.</summary>
    public void Restore(long epoch, long seenUpTo, IEnumerable<long> seenAhead, SnapshotBatch merged)
    {
        Epoch = epoch;
        _seen.Reset(seenUpTo, seenAhead);
        Advance(_slots, merged.Progress);
        _last = merged;
    }

    /// <summary>
    /// The present lease is over: its sessions that were under way are aborted, in a batch of the queue's own with the sequence 0. Null where none was.
    /// </summary>
    public SnapshotBatch? EndLease()
    {
        if (_last is null)
        {
            return null;
        }
        var metrics = new MetricsDelta();
        var sessions = ImmutableArray.CreateBuilder<SessionRecord>();
        foreach (var slot in Slots)
        {
            if (slot.Goal is null)
            {
                continue;
            }
            metrics.Goal(slot.Goal).Count(SessionOutcome.Aborted);
            sessions.Add(Aborted(_last, slot));
            _slots[slot.Slot] = new SlotProgress(slot.Slot, slot.Next);
        }
        return sessions.Count == 0 ? null : new SnapshotBatch
        {
            Run = _last.Run,
            Block = _last.Block,
            Epoch = Epoch,
            Sequence = 0,
            Worker = _last.Worker,
            From = _last.At,
            At = _last.At,
            Sessions = sessions.ToImmutable(),
            Progress = [.. sessions.Select(session => _slots[session.Slot])],
            Metrics = metrics,
        };
    }

    /// <summary>Brings <paramref name="slots"/> up to date with a report, in whichever order reports come.</summary>
    public static void Advance(SortedDictionary<int, SlotProgress> slots, ImmutableArray<SlotProgress> report)
    {
        foreach (var slot in report)
        {
            slots[slot.Slot] = slots.TryGetValue(slot.Slot, out var before) ? SlotProgress.Later(before, slot) : slot;
        }
    }

    private static SessionRecord Aborted(SnapshotBatch last, in SlotProgress slot)
    {
        var started = slot.Since ?? last.From;
        return new SessionRecord
        {
            Run = last.Run,
            Session = new SessionKey(slot.Slot, slot.Next - 1).ToString(),
            Slot = slot.Slot,
            TraceId = slot.Trace.ToString(),
            Goal = slot.Goal!,
            Outcome = SessionOutcome.Aborted,
            Reason = string.Create(CultureInfo.InvariantCulture, $"{WorkerLost}: {last.Worker} went away while it ran"),
            Started = started,
            DurationS = Math.Max(0, (last.At - started).TotalSeconds),
            Evidence = [],
            Actions = [],
        };
    }
}
