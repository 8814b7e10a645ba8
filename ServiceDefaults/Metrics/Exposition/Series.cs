namespace ApeTest.ServiceDefaults.Metrics.Exposition;

/// <summary>One value (or one histogram) of a family, under one set of labels. Thread-safe without locks.</summary>
internal sealed class Series(string labels, double[]? bounds)
{
    private readonly long[] _buckets = bounds is null ? [] : new long[bounds.Length + 1];
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

    public void Record(double value, long count)
    {
        var bucket = Array.BinarySearch(bounds!, value);
        // A bound belongs to its own bucket: le means less than or equal.
        Interlocked.Add(ref _buckets[bucket < 0 ? ~bucket : bucket], count);
        Add(value * count);
    }

    public long Bucket(int index)
    {
        return Interlocked.Read(ref _buckets[index]);
    }
}
