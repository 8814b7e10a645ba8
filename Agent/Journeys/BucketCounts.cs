using System.Diagnostics.Metrics;
using ApeTest.Agent.Sessions;
using ApeTest.ServiceDefaults.Metrics;
using ApeTest.Targets.Raw;

namespace ApeTest.Agent.Journeys;

/// <summary>
/// Adds up measurements of one series by the buckets of its metric, and tells the instrument now and then: an instrument takes 100 ns a
/// measurement, this takes 5. Sum and count are exact. Of the sampled measurements of a bucket the last is told by itself, in its trace: as its
/// exemplar. Not thread-safe.
/// </summary>
/// <param name="bounds">Upper bounds of the buckets, in seconds, rising.</param>
internal sealed class BucketCounts(IReadOnlyList<double> bounds)
{
    private readonly long[] _bounds = [.. bounds.Select(static bound => (long)Math.Round(bound * TimeSpan.TicksPerSecond))];
    private readonly long[] _counts = new long[bounds.Count + 1];
    private readonly long[] _sums = new long[bounds.Count + 1];
    private readonly (RawTrace Trace, long Ticks)[] _examples = new (RawTrace Trace, long Ticks)[bounds.Count + 1];

    /// <summary>Whether nothing came since the last time.</summary>
    public bool IsEmpty => !_counts.AsSpan().ContainsAnyExcept(0L);

    /// <summary>Adds one, measured in <paramref name="trace"/>.</summary>
    public void Record(TimeSpan value, in RawTrace trace)
    {
        var bucket = 0;
        while (bucket < _bounds.Length && value.Ticks > _bounds[bucket])
        {
            bucket++;
        }
        _counts[bucket]++;
        _sums[bucket] += value.Ticks;
        if (trace.Sampled)
        {
            _examples[bucket] = (trace, value.Ticks);
        }
    }

    /// <summary>Tells <paramref name="histogram"/> what came since the last time.</summary>
    public void Publish(Histogram<double> histogram, in KeyValuePair<string, object?> tag)
    {
        for (var i = 0; i < _counts.Length; i++)
        {
            if (_examples[i] is { Trace.Sampled: true } example)
            {
                using var trace = SessionTrace.Within(JourneySpans.ContextOf(example.Trace));
                histogram.Record((double)example.Ticks / TimeSpan.TicksPerSecond, tag);
                (_counts[i], _sums[i], _examples[i]) = (_counts[i] - 1, _sums[i] - example.Ticks, default);
            }
            if (_counts[i] > 0)
            {
                // Their mean lies in their bucket.
                histogram.Record((double)_sums[i] / _counts[i] / TimeSpan.TicksPerSecond, _counts[i], tag);
                (_counts[i], _sums[i]) = (0, 0);
            }
        }
    }
}
