using System.Collections.Immutable;
using ApeTest.Runs.Queue;
using ApeTest.Runs.Records;

namespace ApeTest.Runs.Recording;

/// <summary>
/// Folds the batches of one block into one, for watchers that come late or lag behind. Metrics are complete; of the session
/// records only the latest <see cref="MaxRecords"/> are kept, the others count as dropped.
/// </summary>
internal sealed class BatchMerge
{
    internal const int MaxRecords = 256;

    // Of the others what models were sent and said is left out.
    internal const int MaxTranscripts = 32;

    private readonly MetricsDelta _metrics = new();
    private readonly Queue<SessionRecord> _records = new();
    private readonly SortedDictionary<int, SlotProgress> _slots = [];
    private SnapshotBatch? _last;

    /// <summary>Adds the next batch of the block, which is left as it is.</summary>
    public void Add(SnapshotBatch batch)
    {
        _metrics.Add(batch.Metrics);
        foreach (var record in batch.Sessions)
        {
            if (_records.Count >= MaxRecords)
            {
                _records.Dequeue();
                _metrics.RecordsDropped++;
            }
            _records.Enqueue(_records.Count < MaxTranscripts ? record : record.WithoutTranscript());
        }
        BlockFold.Advance(_slots, batch.Progress);
        _last = batch with
        {
            Generator = batch.Generator ?? _last?.Generator,
            PeakAgents = Math.Max(batch.PeakAgents, _last?.PeakAgents ?? 0),
        };
    }

    /// <summary>One batch that stands for all of them; null when there was none.</summary>
    public SnapshotBatch? ToBatch()
    {
        if (_last is null)
        {
            return null;
        }
        // A copy: this merge may go on.
        var metrics = new MetricsDelta();
        metrics.Add(_metrics);
        return _last with { Metrics = metrics, Sessions = [.. _records], Progress = [.. _slots.Values] };
    }
}
