using System.Collections.Immutable;
using ApeTest.Runs.Directory;

namespace ApeTest.Observability.Reports.Charts;

/// <summary>The points of a time series put together into at most <see cref="Most"/> bins, so that a chart of a long run is no larger than that of a short one.</summary>
public sealed class TimeBins
{
    /// <summary>Most bins.</summary>
    public const int Most = 180;

    // Workers tell of about a second: what they tell of a few milliseconds is no rate.
    private const double Shortest = 0.5;

    private readonly ImmutableArray<TimePoint[]> _bins;
    private readonly ImmutableArray<double> _seconds;

    /// <summary>Puts points together.</summary>
    public TimeBins(ImmutableArray<TimePoint> points)
    {
        Together = Math.Max(1, (points.Length + Most - 1) / Most);
        _bins = Bins(points, Together);
        Times = [.. _bins.Select(static bin => bin[^1].T)];
        _seconds = [.. Times.Select((end, i) => Math.Max(0.1, end - (i == 0 ? 0 : Times[i - 1])))];
    }

    /// <summary>Points in a bin.</summary>
    public int Together { get; }

    /// <summary>End of each bin, in seconds since the run's start.</summary>
    public ImmutableArray<double> Times { get; }

    /// <summary>A count as a rate.</summary>
    public ImmutableArray<double?> PerSecond(Func<TimePoint, double> count) => [.. _bins.Select((bin, i) => (double?)(bin.Sum(count) / _seconds[i]))];

    /// <summary>The largest value of each bin: of percentiles, that of the worst second; null where it has none.</summary>
    public ImmutableArray<double?> Worst(Func<TimePoint, double?> value) => [.. _bins.Select(bin => bin.Max(value))];

    /// <summary>The mean of each bin, each point with a weight; null where it has none.</summary>
    public ImmutableArray<double?> Mean(Func<TimePoint, double?> value, Func<TimePoint, double> weight) => [.. _bins.Select(bin =>
    {
        var measured = bin.Where(point => value(point) is not null).ToList();
        var all = measured.Sum(weight);
        return measured.Count == 0 ? null : all > 0 ? measured.Sum(point => value(point)!.Value * weight(point)) / all : measured.Average(value);
    })];

    /// <summary>The last value of each bin.</summary>
    public ImmutableArray<double?> Last(Func<TimePoint, double?> value) => [.. _bins.Select(bin => value(bin[^1]))];

    private static ImmutableArray<TimePoint[]> Bins(ImmutableArray<TimePoint> points, int together)
    {
        var bins = ImmutableArray.CreateBuilder<TimePoint[]>();
        var bin = new List<TimePoint>();
        var from = 0.0;
        foreach (var point in points)
        {
            bin.Add(point);
            if (bin.Count >= together && point.T - from >= Shortest)
            {
                bins.Add([.. bin]);
                bin.Clear();
                from = point.T;
            }
        }
        if (bin.Count > 0)
        {
            if (bins.Count > 0 && bin[^1].T - from < Shortest)
            {
                bins[^1] = [.. bins[^1], .. bin];
            }
            else
            {
                bins.Add([.. bin]);
            }
        }
        return bins.ToImmutable();
    }
}
