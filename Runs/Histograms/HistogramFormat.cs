using System.Buffers;

namespace ApeTest.Runs.Histograms;

/// <summary>
/// Binary form of a <see cref="Histogram"/>, a few bytes for each bucket in use. Version byte 1; then LEB128 varints: count and,
/// unless it is 0: sum, minimum, maximum (100 ns ticks), number of buckets, and for each bucket the distance from the previous one and
/// its count.
/// </summary>
public static class HistogramFormat
{
    private const byte Version = 1;

    /// <summary>Appends <paramref name="histogram"/> to <paramref name="output"/>.</summary>
    public static void Write(Histogram histogram, IBufferWriter<byte> output)
    {
        output.Write([Version]);
        Varint.Write(output, histogram.Count);
        if (histogram.Count == 0)
        {
            return;
        }

        Varint.Write(output, histogram.RawSum);
        Varint.Write(output, histogram.RawMin);
        Varint.Write(output, histogram.RawMax);
        Varint.Write(output, histogram.Buckets().LongCount());
        var previous = 0;
        foreach (var (bucket, count) in histogram.Buckets())
        {
            Varint.Write(output, bucket - previous);
            Varint.Write(output, count);
            previous = bucket;
        }
    }

    /// <summary>The bytes of <paramref name="histogram"/>.</summary>
    public static byte[] ToBytes(Histogram histogram)
    {
        var output = new ArrayBufferWriter<byte>();
        Write(histogram, output);
        return output.WrittenSpan.ToArray();
    }

    /// <summary>Reads one histogram that fills <paramref name="input"/>. Damaged input throws <see cref="InvalidDataException"/>.</summary>
    public static Histogram Read(ReadOnlySpan<byte> input)
    {
        if (input.IsEmpty || input[0] != Version)
        {
            throw new InvalidDataException("Not a histogram of version 1.");
        }
        input = input[1..];

        var histogram = new Histogram();
        var total = Varint.Read(ref input);
        if (total > 0)
        {
            var sum = Varint.Read(ref input);
            var min = Varint.Read(ref input);
            var max = Varint.Read(ref input);
            var buckets = Varint.Read(ref input);
            var bucket = 0L;
            var seen = 0L;
            for (; buckets > 0; buckets--)
            {
                bucket += Varint.Read(ref input);
                var count = Varint.Read(ref input);
                if (bucket is < 0 or >= Histogram.Octaves * Histogram.OctaveSize || count <= 0)
                {
                    throw new InvalidDataException($"Histogram bucket {bucket} with count {count} is out of range.");
                }
                histogram.Restore((int)bucket, count);
                seen += count;
            }
            if (seen != total)
            {
                throw new InvalidDataException($"Histogram says {total} values and holds {seen}.");
            }
            histogram.Tally(total, sum, min, max);
        }
        return input.IsEmpty ? histogram : throw new InvalidDataException($"{input.Length} bytes follow the histogram.");
    }
}
