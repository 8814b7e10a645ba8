using System.Diagnostics;
using ApeTest.ServiceDefaults.Metrics.Collection;

namespace ApeTest.ServiceDefaults.Metrics.Exposition;

/// <summary>A series that our own text shows. Thread-safe without locks.</summary>
internal sealed class TextSeries(Family family, LabelSet labels, TimeProvider time) : Series(labels)
{
    private readonly long[] _buckets = family.Bounds is { } bounds ? new long[bounds.Length + 1] : [];
    // One a bucket, or one: made with the first, as most series of a run that samples nothing have none.
    private Exemplar?[]? _exemplars;
    private double _value;

    /// <summary>Whether it is left out.</summary>
    public bool IsHidden { get; private set; }

    /// <summary>The value; of a histogram the sum.</summary>
    public double Value => Volatile.Read(ref _value);

    public override void Measure(double value)
    {
        switch (family.Aggregation)
        {
            case Aggregation.Sum:
                Add(value);
                if (family.Type is FamilyType.Counter)
                {
                    Exemplify(0, value);
                }

                break;
            case Aggregation.Histogram:
                Exemplify(Record(value, MeasurementWeight.Current), value);
                break;
            default:
                Volatile.Write(ref _value, value);
                IsHidden = false;
                break;
        }
    }

    public override void Hide() => IsHidden = true;

    /// <summary>The example of a bucket (0 for a counter); null for none.</summary>
    public Exemplar? Exemplar(int bucket) => _exemplars?[bucket];

    public long Bucket(int index)
    {
        return Interlocked.Read(ref _buckets[index]);
    }

    private void Add(double by)
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

    // Counts a value in its bucket, whose index it returns.
    private int Record(double value, long count)
    {
        var bucket = Array.BinarySearch(family.Bounds!, value);
        // A bound belongs to its own bucket: le means less than or equal.
        bucket = bucket < 0 ? ~bucket : bucket;
        Interlocked.Add(ref _buckets[bucket], count);
        Add(value * count);
        return bucket;
    }

    // Keeps the measurement as the example of its bucket (0 for a counter), where there is something to keep.
    private void Exemplify(int bucket, double value)
    {
        if (Activity.Current is not { Recorded: true } span)
        {
            return;
        }

        // Two threads may both make it: one example is lost.
        var exemplars = _exemplars ??= new Exemplar?[Math.Max(_buckets.Length, 1)];
        Metrics.Exposition.Exemplar.Offer(ref exemplars[bucket], span, value, time);
    }
}
