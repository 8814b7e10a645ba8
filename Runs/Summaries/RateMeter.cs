namespace ApeTest.Runs.Summaries;

/// <summary>The busiest second of a count. Not thread-safe.</summary>
internal sealed class RateMeter
{
    // Ticks come a second apart, give or take; what comes sooner is part of the next second, or a few milliseconds would make a rate.
    private static readonly TimeSpan Shortest = TimeSpan.FromSeconds(0.9);

    private TimeSpan _from;
    private long _count;

    /// <summary>Most a second; null before the first whole second.</summary>
    public double? Peak { get; private set; }

    /// <summary>Adds what was counted until <paramref name="elapsed"/> since the run's start.</summary>
    public void Add(long count, TimeSpan elapsed)
    {
        _count += count;
        if (elapsed - _from < Shortest)
        {
            return;
        }
        Peak = Math.Max(Peak ?? 0, _count / (elapsed - _from).TotalSeconds);
        (_from, _count) = (elapsed, 0);
    }
}
