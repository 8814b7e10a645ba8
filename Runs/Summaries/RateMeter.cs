namespace ApeTest.Runs.Summaries;

/// <summary>
/// The busiest second of a count. What is told of a stretch of time counts evenly over it, so that neither a report that comes late nor one
/// of a few milliseconds makes a rate. Keeps the last <see cref="Kept"/> seconds open. Not thread-safe.
/// </summary>
internal sealed class RateMeter
{
    // Workers report each second; one that is later than this no longer changes the peak.
    private const int Kept = 64;

    private readonly double[] _seconds = new double[Kept];
    private long _latest;

    /// <summary>Most in one second of the run; null before anything was told.</summary>
    public double? Peak { get; private set; }

    /// <summary>Adds what was counted in a stretch of the run.</summary>
    /// <param name="count">How many.</param>
    /// <param name="from">Its start, since the run's.</param>
    /// <param name="to">Its end, since the run's.</param>
    public void Add(long count, TimeSpan from, TimeSpan to)
    {
        var end = Math.Max(0, to.TotalSeconds);
        var start = Math.Clamp(from.TotalSeconds, 0, end);
        Open((long)end);
        for (var second = Math.Max((long)start, _latest - Kept + 1); second <= (long)end; second++)
        {
            var within = Math.Min(end, second + 1) - Math.Max(start, second);
            var sum = _seconds[second % Kept] += end > start ? count * within / (end - start) : count;
            Peak = Math.Max(Peak ?? 0, sum);
        }
    }

    private void Open(long second)
    {
        for (var next = Math.Max(_latest + 1, second - Kept + 1); next <= second; next++)
        {
            _seconds[next % Kept] = 0;
        }
        _latest = Math.Max(_latest, second);
    }
}
