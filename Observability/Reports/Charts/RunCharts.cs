using System.Collections.Immutable;
using ApeTest.Runs.Directory;
using ApeTest.Runs.Summaries;

namespace ApeTest.Observability.Reports.Charts;

/// <summary>The charts of a run, of its time series alone: the same of a finished run and of one that goes on.</summary>
public static class RunCharts
{
    /// <summary>Colour of each part of MTBA.</summary>
    public static readonly ImmutableArray<(string Part, int Colour)> Parts =
        [("think", 8), ("model", 1), ("gateway", 4), ("target", 2), ("harness", 5), ("unaccounted", 7)];

    /// <summary>The charts that have something to show, in the order of the page.</summary>
    public static ImmutableArray<Chart> Of(ImmutableArray<TimePoint> points)
    {
        if (points.IsEmpty)
        {
            return [];
        }
        var bins = new TimeBins(points);
        var worst = bins.Together > 1 ? $"Each point stands for {bins.Together} seconds; percentiles are those of the worst of them." : "Percentiles are those of each second.";
        Chart[] charts =
        [
            Lines("chart-rate", "Actions per second", ChartUnit.PerSecond, bins, null, new ChartSeries("actions", 1, bins.PerSecond(static point => point.Actions))),
            Lines("chart-latency", "Duration of actions", ChartUnit.Seconds, bins, worst,
                new ChartSeries("p50", 3, bins.Worst(static point => point.P50)),
                new ChartSeries("p95", 1, bins.Worst(static point => point.P95)),
                new ChartSeries("p99", 2, bins.Worst(static point => point.P99))),
            Mtba(points, bins),
            Lines("chart-sessions", "Sessions per second", ChartUnit.PerSecond, bins, null, Sessions(points, bins)),
            Lines("chart-ttft", "Time to first token", ChartUnit.Seconds, bins, worst, new ChartSeries("p95", 5, bins.Worst(static point => point.TtftP95))),
            Lines("chart-agents", "Agents", ChartUnit.Count, bins, "Agents with a session under way, and those that should have one.",
                new ChartSeries("wanted", 7, bins.Last(static point => point.AgentsTarget), IsDashed: true),
                new ChartSeries("at work", 3, bins.Last(static point => point.Agents))),
            Lines("chart-errors", "Errors per second", ChartUnit.PerSecond, bins, "Actions with an error, sessions that did not succeed, and those that could not start.", Errors(points, bins)),
        ];
        // A line along zero says less than its absence.
        return [.. charts.Where(static chart => chart.HasData && (chart.Id != "chart-errors" || chart.Series.Any(static series => series.Values.Any(static value => value > 0))))];
    }

    private static Chart Mtba(ImmutableArray<TimePoint> points, TimeBins bins)
    {
        const string title = "Time between actions (MTBA)";
        if (points.All(static point => point.MtbaParts is null))
        {
            return Lines("chart-mtba", title, ChartUnit.Seconds, bins, null,
                new ChartSeries("mean", 1, bins.Mean(static point => point.Mtba, static point => point.Actions)));
        }
        var series = ImmutableArray.CreateBuilder<ChartSeries>();
        foreach (var (part, colour) in Parts)
        {
            var values = bins.Mean(point => Part(point, part), static point => point.Actions);
            if (values.Any(static value => value > 0))
            {
                series.Add(new ChartSeries(part, colour, values));
            }
        }
        return new Chart("chart-mtba", title, ChartUnit.Seconds, series.ToImmutable(), IsStacked: true, bins.Times, "Means, which add up; what each part of the time was spent on.");
    }

    private static double? Part(TimePoint point, string name)
    {
        foreach (var (part, seconds) in point.MtbaParts?.Named() ?? [])
        {
            if (part == name)
            {
                return seconds;
            }
        }
        return null;
    }

    private static ChartSeries[] Sessions(ImmutableArray<TimePoint> points, TimeBins bins)
    {
        var series = new List<ChartSeries>();
        if (points.Any(static point => point.RateTarget is not null))
        {
            series.Add(new ChartSeries("wanted to start", 7, bins.Last(static point => point.RateTarget), IsDashed: true));
        }
        series.Add(new ChartSeries("succeeded", 3, bins.PerSecond(static point => point.Succeeded)));
        if (points.Any(static point => NotSucceeded(point) > 0))
        {
            series.Add(new ChartSeries("did not succeed", 6, bins.PerSecond(NotSucceeded)));
        }
        return [.. series];
    }

    private static ChartSeries[] Errors(ImmutableArray<TimePoint> points, TimeBins bins)
    {
        var series = new List<ChartSeries> { new("actions with an error", 6, bins.PerSecond(static point => point.Errors)) };
        if (points.Any(static point => NotSucceeded(point) > 0))
        {
            series.Add(new ChartSeries("sessions that did not succeed", 1, bins.PerSecond(NotSucceeded), IsDashed: true));
        }
        if (points.Any(static point => point.Dropped > 0))
        {
            series.Add(new ChartSeries("sessions that could not start", 7, bins.PerSecond(static point => point.Dropped)));
        }
        return [.. series];
    }

    private static double NotSucceeded(TimePoint point) => point.Failed + point.Stuck + point.AgentError;

    private static Chart Lines(string id, string title, ChartUnit unit, TimeBins bins, string? note, params ChartSeries[] series) =>
        new(id, title, unit, [.. series], IsStacked: false, bins.Times, note);
}
