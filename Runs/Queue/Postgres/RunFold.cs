using System.Text.Json;
using ApeTest.Runs.Json;
using ApeTest.Runs.Recording;

namespace ApeTest.Runs.Queue.Postgres;

/// <summary>What a watcher has read of a run, block by block: which batches count, and their sum, in the place of which the rows can go.</summary>
internal sealed class RunFold
{
    private readonly SortedDictionary<int, (BlockFold Fold, BatchMerge SoFar)> _blocks = [];

    /// <summary>Takes a row. What counts, and what that lets end, is added to <paramref name="batches"/>.</summary>
    public void Take(BatchRow row, ICollection<SnapshotBatch> batches)
    {
        var read = BatchPayload.Unpack(row.Payload, row.Progress);
        var ahead = row.Ahead is null ? null : JsonSerializer.Deserialize(row.Ahead, RunsJson.Line.Int64ArrayArray);
        for (var i = 0; i < read.Length; i++)
        {
            if (!row.Accepted[i])
            {
                continue;
            }
            var block = Block(read[i].Block);
            if (ahead is not null)
            {
                block.Fold.Restore(row.Epochs[i], row.Sequences[i], ahead[i], read[i]);
                Add(block.SoFar, read[i], batches);
                continue;
            }
            if (read[i].Epoch > block.Fold.Epoch)
            {
                Add(block.SoFar, block.Fold.EndLease(), batches);
            }
            if (block.Fold.Accept(read[i]))
            {
                Add(block.SoFar, read[i], batches);
                Add(block.SoFar, read[i].Final || read[i].Released ? block.Fold.EndLease() : null, batches);
            }
        }
    }

    /// <summary>The run has ended: no lease holds any more.</summary>
    public void End(ICollection<SnapshotBatch> batches)
    {
        foreach (var (fold, soFar) in _blocks.Values)
        {
            Add(soFar, fold.EndLease(), batches);
        }
    }

    /// <summary>One row that stands for all up to <paramref name="ordinal"/>, which are those that were taken.</summary>
    public BatchRow ToRow(long ordinal)
    {
        var payload = new BatchPayload();
        foreach (var (_, soFar) in _blocks.Values)
        {
            var merged = soFar.ToBatch()!;
            payload.Add(BatchPayload.Piece(merged), merged.Progress);
        }
        var (bytes, progress) = payload.Pack();
        var folds = _blocks.Values.Select(static block => block.Fold).ToArray();
        return new BatchRow(ordinal, [.. _blocks.Keys], [.. folds.Select(static fold => fold.Epoch)], [.. folds.Select(static fold => fold.Seen.UpTo)],
            [.. folds.Select(static _ => true)], JsonSerializer.Serialize([.. folds.Select(static fold => fold.Seen.Ahead.ToArray())], RunsJson.Line.Int64ArrayArray), progress, bytes);
    }

    private static void Add(BatchMerge soFar, SnapshotBatch? batch, ICollection<SnapshotBatch> batches)
    {
        if (batch is not null)
        {
            soFar.Add(batch);
            batches.Add(batch);
        }
    }

    private (BlockFold Fold, BatchMerge SoFar) Block(int block) =>
        _blocks.TryGetValue(block, out var known) ? known : _blocks[block] = (new BlockFold(), new BatchMerge());
}

/// <summary>A row of <c>apetest.batches</c>: arrays have one entry a batch.</summary>
/// <param name="Ordinal">Its place in the run.</param>
/// <param name="Blocks">Block of each batch.</param>
/// <param name="Epochs">Its epoch.</param>
/// <param name="Sequences">Its sequence; where <paramref name="Ahead"/> is given, all up to it.</param>
/// <param name="Accepted">Whether its lease held.</param>
/// <param name="Ahead">Folded rows: the sequences beyond, JSON. Null: not folded.</param>
/// <param name="Progress">How far slots are.</param>
/// <param name="Payload">The batches.</param>
internal sealed record BatchRow(
    long Ordinal, int[] Blocks, long[] Epochs, long[] Sequences, bool[] Accepted, string? Ahead, byte[] Progress, byte[] Payload);
