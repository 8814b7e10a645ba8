using System.Buffers;
using System.Collections.Immutable;
using System.Text.Json;
using ApeTest.Runs.Json;
using ApeTest.Runs.Recording;

namespace ApeTest.Runs.Queue.Postgres;

/// <summary>
/// Batches as bytes: a JSON array of <see cref="SnapshotBatch"/>, compressed. How far the slots are stands apart, in the same order, since who takes a block
/// over reads that alone.
/// </summary>
internal sealed class BatchPayload
{
    private readonly ArrayBufferWriter<byte> _text = new(16 << 10);
    private readonly List<ImmutableArray<SlotProgress>> _progress = [];

    /// <summary>One batch as a piece of the array.</summary>
    public static byte[] Piece(SnapshotBatch batch) => JsonSerializer.SerializeToUtf8Bytes(batch with { Progress = [] }, RunsJson.Line.SnapshotBatch);

    /// <summary>Bytes before compression, so far.</summary>
    public int Size => _text.WrittenCount;

    public void Add(byte[] piece, ImmutableArray<SlotProgress> progress)
    {
        _text.Write(Size == 0 ? "["u8 : ","u8);
        _text.Write(piece);
        _progress.Add(progress);
    }

    public (byte[] Payload, byte[] Progress) Pack()
    {
        _text.Write("]"u8);
        return (Compression.Pack(_text.WrittenSpan), Compression.Pack(JsonSerializer.SerializeToUtf8Bytes([.. _progress], RunsJson.Line.ImmutableArraySlotProgressArray)));
    }

    /// <summary>The batches of a row.</summary>
    public static SnapshotBatch[] Unpack(byte[] payload, byte[] progress)
    {
        var batches = JsonSerializer.Deserialize(Compression.Unpack(payload), RunsJson.Line.SnapshotBatchArray)!;
        var slots = UnpackProgress(progress);
        for (var i = 0; i < batches.Length; i++)
        {
            batches[i] = batches[i] with { Progress = slots[i] };
        }
        return batches;
    }

    public static ImmutableArray<SlotProgress>[] UnpackProgress(byte[] progress) =>
        JsonSerializer.Deserialize(Compression.Unpack(progress), RunsJson.Line.ImmutableArraySlotProgressArray)!;
}
