using System.Diagnostics;

namespace ApeTest.ServiceDefaults.Metrics.Exposition;

/// <summary>One value (or one histogram) of a family, under one set of labels. Thread-safe without locks.</summary>
internal sealed class Series(string labels, double[]? bounds)
{
    private readonly long[] _buckets = bounds is null ? [] : new long[bounds.Length + 1];
    // One a bucket, or one: made with the first, as most series of a run that samples nothing have none.
    private Exemplar?[]? _exemplars;
    private double _value;

    /// <summary>Labels as exposed, without braces: <c>goal="buy",outcome="failed"</c>; empty if there are none.</summary>
    public string Labels { get; } = labels;

    /// <summary>Scrape at which an observable instrument last reported this series.</summary>
    public long Scrape { get; private set; }

    /// <summary>The value; of a histogram the sum.</summary>
    public double Value => Volatile.Read(ref _value);

    public void Add(double by)
    {
        var seen = Volatile.Read(ref _value);
        while (true)
        {
            var before = Interlocked.CompareExchange(ref _value, seen + by, seen);
            // Bits, not values: NaN differs from itself and would spin for ever.
            if (BitConverter.DoubleToInt64Bits(before) == BitConverter.DoubleToInt64Bits(seen))
            {
                return;
            }

            seen = before;
        }
    }

    public void Set(double value, long scrape)
    {
        Volatile.Write(ref _value, value);
        Scrape = scrape;
    }

    /// <summary>Counts a value in its bucket, whose index it returns.</summary>
    public int Record(double value, long count)
    {
        var bucket = Array.BinarySearch(bounds!, value);
        // A bound belongs to its own bucket: le means less than or equal.
        bucket = bucket < 0 ? ~bucket : bucket;
        Interlocked.Add(ref _buckets[bucket], count);
        Add(value * count);
        return bucket;
    }

    /// <summary>Keeps the measurement as the example of its bucket (0 for a counter), where there is something to keep.</summary>
    public void Exemplify(int bucket, double value, TimeProvider time)
    {
        if (Activity.Current is not { Recorded: true } span)
        {
            return;
        }

        // Two threads may both make it: one example is lost.
        var exemplars = _exemplars ??= new Exemplar?[Math.Max(_buckets.Length, 1)];
        Metrics.Exposition.Exemplar.Offer(ref exemplars[bucket], span, value, time);
    }

    /// <summary>The example of a bucket (0 for a counter); null for none.</summary>
    public Exemplar? Exemplar(int bucket) => _exemplars?[bucket];

    public long Bucket(int index)
    {
        return Interlocked.Read(ref _buckets[index]);
    }
}
