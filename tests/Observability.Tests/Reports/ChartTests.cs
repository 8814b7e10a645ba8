using System.Text.RegularExpressions;
using ApeTest.Observability.Reports.Charts;

namespace ApeTest.Observability.Tests.Reports;

public sealed class ChartTests
{
    [Theory]
    [InlineData(0.0434, 0.05, 6)]
    [InlineData(1743, 2000, 5)]
    [InlineData(20, 20, 5)]
    [InlineData(1, 1, 6)]
    [InlineData(0, 1, 6)]
    [InlineData(double.NaN, 1, 6)]
    public void OfValues_AnyValue_EndsAtARoundNumberWithAFewTicks(double most, double end, int ticks)
    {
        var scale = ChartScale.OfValues(most);

        Assert.Equal(end, scale.Most, 6);
        Assert.Equal(ticks, scale.Ticks.Length);
        Assert.Equal(0, scale.Ticks[0]);
        Assert.Equal(scale.Most, scale.Ticks[^1], 9);
    }

    [Theory]
    [InlineData(40, "0:00,0:10,0:20,0:30,0:40")]
    [InlineData(600, "0:00,2:00,4:00,6:00,8:00,10:00")]
    [InlineData(43_200, "0:00,2:00:00,4:00:00,6:00:00,8:00:00,10:00:00,12:00:00")]
    public void OfTime_AnyRun_CountsInSixties(double end, string labels) =>
        Assert.Equal(labels, string.Join(',', ChartScale.OfTime(end).Ticks.Select(ChartScale.TimeLabel)));

    [Fact]
    public void Of_LongRun_HasAtMostAsManyBinsAndKeepsTheWorstSecond()
    {
        var points = ReportFixture.Points(10_000);
        points = points.SetItem(5_000, points[5_000] with { P99 = 9 });

        var latency = RunCharts.Of(points).Single(static chart => chart.Id == "chart-latency");

        Assert.InRange(latency.Times.Length, 90, TimeBins.Most);
        Assert.Contains(9, latency.Series[2].Values.Select(static value => value!.Value));
        Assert.Contains("seconds", latency.Note, StringComparison.Ordinal);
    }

    [Fact]
    public void Line_WithoutValuesInBetween_HasAGap()
    {
        var chart = new Chart("c", "C", ChartUnit.Count, [new ChartSeries("a", 1, [1, 2, null, 4])], false, [1, 2, 3, 4]);

        Assert.Equal(2, Regex.Count(new ChartPaths(chart).Line(0), "M"));
    }

    [Fact]
    public void Line_OfAnyBin_BeginsWhereTheBinDoes()
    {
        var chart = new Chart("c", "C", ChartUnit.Count, [new ChartSeries("a", 1, [1, null, 2])], false, [1, 2, 3]);
        var paths = new ChartPaths(chart);

        var line = paths.Line(0);

        Assert.StartsWith($"M{ChartPaths.N(paths.X(0))} ", line, StringComparison.Ordinal);
        Assert.Contains($"M{ChartPaths.N(paths.X(2))} ", line, StringComparison.Ordinal);
        Assert.Contains($"L{ChartPaths.N(paths.X(3))} ", line, StringComparison.Ordinal);
    }

    [Fact]
    public void Area_BinThatNothingIsKnownOf_IsAGapAndNotZero()
    {
        var chart = new Chart("c", "C", ChartUnit.Seconds, [new ChartSeries("a", 1, [1, null, 2]), new ChartSeries("b", 2, [1, null, null])], true, [1, 2, 3]);
        var paths = new ChartPaths(chart);

        Assert.All([0, 1], series => Assert.Equal(2, Regex.Count(paths.Area(series), "Z")));
        Assert.DoesNotContain($"{ChartPaths.N(paths.X(2))} ", paths.Area(0).Split('Z')[0], StringComparison.Ordinal);
        Assert.DoesNotContain("NaN", paths.Area(0) + paths.Area(1), StringComparison.Ordinal);
    }

    [Fact]
    public void Area_Stacked_ReachesTheSum()
    {
        var chart = new Chart("c", "C", ChartUnit.Count, [new ChartSeries("a", 1, [1, 2]), new ChartSeries("b", 2, [3, 2])], true, [1, 2]);

        Assert.Equal(4, new ChartPaths(chart).Values.Most);
    }
}
