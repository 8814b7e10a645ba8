using System.Numerics;
using System.Text.Json.Serialization;

namespace ApeTest.Runs.Histograms;

/// <summary>
/// A mergeable high dynamic range histogram of durations: 1 µs to 1 h with at most 1 % error at any percentile (log-linear buckets
/// after Gil Tene's HdrHistogram: 64 per octave of 100 ns ticks, so that a bucket's middle is at most 1/128 from any of its values).
/// Count, sum, minimum and maximum are exact. The first <see cref="MaxFew"/> values are kept as a list of their buckets, two bytes
/// each: of the histograms of one block and one second, which are many, few hold more. Beyond that an octave takes 512 bytes and is
/// allocated when it is first hit; latencies of one operation seldom span more than six. Also counts plain numbers
/// (<see cref="RecordCount"/>), exact below 128. Not thread-safe.
/// </summary>
[JsonConverter(typeof(HistogramJsonConverter))]
public sealed class Histogram
{
    internal const int Octaves = 31;
    internal const int OctaveSize = 1 << OctaveBits;
    internal const int MaxFew = 64;
    private const int OctaveBits = 6;
    private const int FirstFew = 4;

    private static readonly TimeSpan Shortest = TimeSpan.FromMicroseconds(1);
    private static readonly TimeSpan Longest = TimeSpan.FromHours(1);

    // Buckets of single values in the order of their coming, until there are octaves.
    private ushort[] _few = [];
    private int _fewUsed;
    private long[]?[]? _octaves;

    /// <summary>Number of recorded values.</summary>
    public long Count { get; private set; }

    /// <summary>Exact sum of the recorded values.</summary>
    public TimeSpan Sum => new(RawSum);

    /// <summary>Exact smallest value; zero when empty.</summary>
    public TimeSpan Min => new(RawMin);

    /// <summary>Exact largest value; zero when empty.</summary>
    public TimeSpan Max => new(RawMax);

    /// <summary>Exact mean; null when empty.</summary>
    public TimeSpan? Mean => Count == 0 ? null : new TimeSpan((long)Math.Round((double)RawSum / Count));

    internal long RawSum { get; private set; }

    internal long RawMin { get; private set; }

    internal long RawMax { get; private set; }

    internal int AllocatedOctaves => _octaves?.Count(octave => octave is not null) ?? 0;

    /// <summary>Records one value; clamped to [1 µs, 1 h].</summary>
    public void Record(TimeSpan value) =>
        RecordRaw(value < Shortest ? Shortest.Ticks : value > Longest ? Longest.Ticks : value.Ticks);

    /// <summary>Records a plain number, clamped to [0, 3.6e10]; read back by <see cref="RawAt"/>.</summary>
    public void RecordCount(long value) => RecordRaw(Math.Clamp(value, 0, Longest.Ticks));

    /// <summary>Adds <paramref name="other"/>'s values. The result equals one histogram that recorded all of them.</summary>
    public void Add(Histogram other)
    {
        if (other.Count == 0)
        {
            return;
        }
        if (other._octaves is { } octaves)
        {
            for (var i = 0; i < Octaves; i++)
            {
                if (octaves[i] is { } source)
                {
                    var octave = Octave(i);
                    for (var j = 0; j < OctaveSize; j++)
                    {
                        octave[j] += source[j];
                    }
                }
            }
        }
        else
        {
            for (var i = 0; i < other._fewUsed; i++)
            {
                Count1(other._few[i]);
            }
        }
        Tally(other.Count, other.RawSum, other.RawMin, other.RawMax);
    }

    /// <summary>
    /// The value at <paramref name="percentile"/> (0..100) by nearest rank: the smallest recorded value that at least that share of
    /// all values does not exceed, within 1 %. Null when empty.
    /// </summary>
    public TimeSpan? ValueAt(double percentile) => RawAt(percentile) is { } raw ? new TimeSpan((long)Math.Round(raw)) : null;

    /// <summary>As <see cref="ValueAt"/>, in ticks of 100 ns, or plain numbers where <see cref="RecordCount"/> was used.</summary>
    public double? RawAt(double percentile)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(percentile);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(percentile, 100);
        if (Count == 0)
        {
            return null;
        }

        // The 1e-9: p99 of 100 values is the 99th, although 99 / 100.0 * 100 may come out a hair above 99.
        var rank = Math.Max(1, (long)Math.Ceiling((percentile / 100 * Count) - 1e-9));
        if (rank >= Count)
        {
            return RawMax;
        }
        foreach (var (bucket, count) in Buckets())
        {
            rank -= count;
            if (rank <= 0)
            {
                return Math.Clamp(Middle(bucket), RawMin, RawMax);
            }
        }
        return RawMax;
    }

    /// <summary>Buckets that hold values, smallest first.</summary>
    internal IEnumerable<(int Bucket, long Count)> Buckets()
    {
        if (_octaves is not { } octaves)
        {
            foreach (var bucket in _few.Take(_fewUsed).CountBy(bucket => bucket).OrderBy(bucket => bucket.Key))
            {
                yield return (bucket.Key, bucket.Value);
            }
            yield break;
        }
        for (var i = 0; i < Octaves; i++)
        {
            if (octaves[i] is not { } octave)
            {
                continue;
            }
            for (var j = 0; j < OctaveSize; j++)
            {
                if (octave[j] > 0)
                {
                    yield return ((i << OctaveBits) + j, octave[j]);
                }
            }
        }
    }

    internal void Restore(int bucket, long count)
    {
        if (count == 1)
        {
            Count1(bucket);
        }
        else
        {
            Octave(bucket >> OctaveBits)[bucket & (OctaveSize - 1)] += count;
        }
    }

    internal void Tally(long count, long sum, long min, long max)
    {
        RawMin = Count == 0 ? min : Math.Min(RawMin, min);
        RawMax = Count == 0 ? max : Math.Max(RawMax, max);
        RawSum += sum;
        Count += count;
    }

    private void RecordRaw(long value)
    {
        // Octave 0 holds 0..63; octave k holds [64 * 2^(k-1), 128 * 2^(k-1)) in steps of 2^(k-1).
        var shift = BitOperations.Log2((ulong)value | OctaveSize) - OctaveBits;
        Count1(value < OctaveSize ? (int)value : (shift << OctaveBits) + (int)(value >> shift));
        Tally(1, value, value, value);
    }

    private void Count1(int bucket)
    {
        if (_octaves is null)
        {
            if (_fewUsed < _few.Length || TryGrow())
            {
                _few[_fewUsed++] = (ushort)bucket;
                return;
            }
        }
        Octave(bucket >> OctaveBits)[bucket & (OctaveSize - 1)]++;
    }

    private bool TryGrow()
    {
        if (_few.Length >= MaxFew)
        {
            return false;
        }
        Array.Resize(ref _few, Math.Max(FirstFew, _few.Length * 2));
        return true;
    }

    private long[] Octave(int index)
    {
        if (_octaves is null)
        {
            _octaves = new long[]?[Octaves];
            foreach (var bucket in _few.AsSpan(0, _fewUsed))
            {
                Octave(bucket >> OctaveBits)[bucket & (OctaveSize - 1)]++;
            }
            (_few, _fewUsed) = ([], 0);
        }
        return _octaves[index] ??= new long[OctaveSize];
    }

    /// <summary>Where a bucket begins, and where the next one does, in ticks.</summary>
    internal static (long From, long To) BoundsOf(int bucket)
    {
        var octave = bucket >> OctaveBits;
        var step = bucket & (OctaveSize - 1);
        if (octave == 0)
        {
            return (step, step + 1);
        }
        var width = 1L << (octave - 1);
        return ((step + OctaveSize) * width, (step + OctaveSize + 1) * width);
    }

    private static double Middle(int bucket)
    {
        var (from, to) = BoundsOf(bucket);
        return (from + to - 1) / 2.0;
    }
}
