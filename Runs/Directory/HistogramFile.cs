using System.Buffers;
using System.Text;
using ApeTest.Runs.Histograms;
using ApeTest.Runs.Recording;

namespace ApeTest.Runs.Directory;

/// <summary>
/// <c>histograms.bin</c>: the bytes <c>APEH</c>, the version byte 1, then one block for each interval of 10 s. A block: varint length of
/// what follows; varint begin and end in milliseconds since the run's start; varint number of entries; for each entry its name (varint
/// length, UTF-8) and its histogram (varint length, <see cref="HistogramFormat"/>). Names: <c>mtba</c>, <c>mtba_active</c>,
/// <c>ttft</c>, <c>session_duration</c>, <c>action</c>, <c>start_delay</c>, <c>http:{operation}</c>; empty ones are left out.
/// </summary>
public static class HistogramFile
{
    // Ten years.
    private const long MostMilliseconds = 10L * 366 * 24 * 3600 * 1000;

    private static readonly byte[] Header = [.. "APEH"u8, 1];

    /// <summary>
    /// Reads all whole blocks; one that is cut off at the end, as after a kill, is left out. Anything else that does not fit the format
    /// throws <see cref="InvalidDataException"/>.
    /// </summary>
    public static IReadOnlyList<HistogramBlock> Read(string path)
    {
        ReadOnlySpan<byte> rest = File.ReadAllBytes(path);
        if (!rest.StartsWith(Header))
        {
            throw new InvalidDataException($"{path} is not a histogram file of version 1.");
        }
        rest = rest[Header.Length..];

        var blocks = new List<HistogramBlock>();
        while (TryTake(ref rest, out var block))
        {
            blocks.Add(ReadBlock(block));
        }
        return blocks;
    }

    internal static void WriteHeader(IBufferWriter<byte> output) => output.Write(Header);

    internal static void WriteBlock(IBufferWriter<byte> output, TimeSpan from, TimeSpan to, MetricsDelta metrics)
    {
        var entries = Entries(metrics).Where(entry => entry.Histogram.Count > 0).ToList();
        var block = new ArrayBufferWriter<byte>();
        // The time of day may be set back during a run.
        Varint.Write(block, Math.Max(0, (long)from.TotalMilliseconds));
        Varint.Write(block, Math.Max(0, (long)to.TotalMilliseconds));
        Varint.Write(block, entries.Count);
        foreach (var (name, histogram) in entries)
        {
            WriteBytes(block, Encoding.UTF8.GetBytes(name));
            WriteBytes(block, HistogramFormat.ToBytes(histogram));
        }
        WriteBytes(output, block.WrittenSpan);
    }

    private static IEnumerable<(string Name, Histogram Histogram)> Entries(MetricsDelta metrics) =>
    [
        ("mtba", metrics.Intervals.Overall),
        ("mtba_active", metrics.Intervals.Active),
        ("ttft", metrics.Ttft),
        ("session_duration", metrics.SessionDuration),
        ("action", metrics.Actions.Duration),
        ("start_delay", metrics.StartDelay),
        .. metrics.Http.Select(operation => ($"http:{operation.Key}", operation.Value.Duration)),
    ];

    private static HistogramBlock ReadBlock(ReadOnlySpan<byte> block)
    {
        var (begin, end) = (Varint.Read(ref block), Varint.Read(ref block));
        if (Math.Max(begin, end) > MostMilliseconds)
        {
            throw new InvalidDataException($"A histogram block from {begin} to {end} ms is out of range.");
        }
        var (from, to) = (TimeSpan.FromMilliseconds(begin), TimeSpan.FromMilliseconds(end));
        var histograms = new SortedDictionary<string, Histogram>(StringComparer.Ordinal);
        for (var count = Varint.Read(ref block); count > 0; count--)
        {
            if (!TryTake(ref block, out var name) || !TryTake(ref block, out var histogram))
            {
                throw new InvalidDataException("A histogram block ends within an entry.");
            }
            histograms[Encoding.UTF8.GetString(name)] = HistogramFormat.Read(histogram);
        }
        return new HistogramBlock(from, to, histograms);
    }

    private static void WriteBytes(IBufferWriter<byte> output, ReadOnlySpan<byte> bytes)
    {
        Varint.Write(output, bytes.Length);
        output.Write(bytes);
    }

    private static bool TryTake(ref ReadOnlySpan<byte> input, out ReadOnlySpan<byte> taken)
    {
        taken = default;
        var rest = input;
        if (rest.IndexOfAnyInRange((byte)0, (byte)0x7f) < 0)
        {
            return false;
        }
        var length = Varint.Read(ref rest);
        if (length > rest.Length)
        {
            return false;
        }
        taken = rest[..(int)length];
        input = rest[(int)length..];
        return true;
    }
}

/// <summary>The distributions of one interval.</summary>
/// <param name="From">Begin, since the run's start.</param>
/// <param name="To">End, since the run's start.</param>
/// <param name="Histograms">Histograms by name; see <see cref="HistogramFile"/>.</param>
public sealed record HistogramBlock(TimeSpan From, TimeSpan To, SortedDictionary<string, Histogram> Histograms);
