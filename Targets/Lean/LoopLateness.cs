using System.Numerics;

namespace ApeTest.Targets.Lean;

/// <summary>How late a loop was since it was last asked.</summary>
/// <param name="Timers">Delays that ended, or should have: in a turn that holds the loop, as many as before.</param>
/// <param name="P99">99 % of them were at most so late (upper edge of a bucket that is at most 25 % wide).</param>
/// <param name="Longest">The latest of them.</param>
/// <param name="Busy">Longest turn of the loop: an answer may have waited so long to be looked at.</param>
public readonly record struct LoopLateness(long Timers, TimeSpan P99, TimeSpan Longest, TimeSpan Busy);

/// <summary>Counts lateness. Written by the loop; another thread swaps it for an empty one to read it, and a count that is written meanwhile may be lost.</summary>
internal sealed class LatenessCount
{
    private readonly long[] _buckets = new long[256];
    private long _longest;
    private long _busy;

    /// <summary>So many delays ended so many microseconds late.</summary>
    public void Add(long microseconds, long delays = 1)
    {
        _buckets[Bucket(microseconds)] += delays;
        _longest = Math.Max(_longest, microseconds);
    }

    /// <summary>A turn of the loop took so many microseconds.</summary>
    public void Turn(long microseconds) => _busy = Math.Max(_busy, microseconds);

    /// <summary>Delays that were counted.</summary>
    public long Total => _buckets.Sum();

    /// <summary>What was counted.</summary>
    public LoopLateness Read()
    {
        var total = Total;
        var left = total - total / 100;
        var bucket = 0;
        while (bucket < _buckets.Length - 1 && (left -= _buckets[bucket]) > 0)
        {
            bucket++;
        }
        var p99 = total == 0 ? 0 : Math.Min(Edge(bucket), _longest);
        return new LoopLateness(total, TimeSpan.FromMicroseconds(p99), TimeSpan.FromMicroseconds(_longest), TimeSpan.FromMicroseconds(_busy));
    }

    // Four buckets for each doubling.
    private static int Bucket(long value)
    {
        if (value < 4)
        {
            return (int)Math.Max(value, 0);
        }
        var power = BitOperations.Log2((ulong)value);
        return (power - 1) * 4 + (int)((value >> (power - 2)) & 3);
    }

    private static long Edge(int bucket) => bucket < 4 ? bucket : ((4L + bucket % 4 + 1) << (bucket / 4 - 1)) - 1;
}
