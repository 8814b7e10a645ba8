using ApeTest.Runs.Histograms;

namespace ApeTest.Runs.Summaries;

/// <summary>A distribution in a summary (<c>D</c> of DESIGN 14.3): seconds, or plain numbers where it says so. Null where nothing was measured.</summary>
public sealed record Distribution(long Count, double? Mean, double? P50, double? P90, double? P95, double? P99, double? Max)
{
    /// <summary>Of durations, in seconds to the microsecond.</summary>
    public static Distribution OfSeconds(Histogram histogram) => Of(histogram, TimeSpan.TicksPerSecond, 6);

    /// <summary>Of plain numbers (<see cref="Histogram.RecordCount"/>).</summary>
    public static Distribution OfCounts(Histogram histogram) => Of(histogram, 1, 2);

    private static Distribution Of(Histogram histogram, double unit, int digits)
    {
        double? At(double percentile) => histogram.RawAt(percentile) is { } raw ? Math.Round(raw / unit, digits) : null;
        return new Distribution(
            histogram.Count,
            histogram.Count == 0 ? null : Math.Round(histogram.RawSum / unit / histogram.Count, digits),
            At(50), At(90), At(95), At(99), At(100));
    }
}
