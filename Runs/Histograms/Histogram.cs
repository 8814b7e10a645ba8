namespace ApeTest.Runs.Histograms;

/// <summary>
/// A mergeable high dynamic range histogram of durations: 1 µs to 1 h with at most 1 % error (log-linear buckets after
/// Gil Tene's HdrHistogram). Not thread-safe.
/// </summary>
public sealed class Histogram
{
    /// <summary>Number of recorded values.</summary>
    public long Count { get; private set; }

    /// <summary>Records one value; clamped to [1 µs, 1 h].</summary>
    public void Record(TimeSpan value) => throw new NotSupportedException();

    /// <summary>Adds <paramref name="other"/>'s values.</summary>
    public void Add(Histogram other) => throw new NotSupportedException();
}
