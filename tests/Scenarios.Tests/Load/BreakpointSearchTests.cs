using ApeTest.Scenarios.Load;
using ApeTest.Scenarios.Tests.Loading;

namespace ApeTest.Scenarios.Tests.Load;

public sealed class BreakpointSearchTests
{
    [Theory]
    [InlineData(437)]
    [InlineData(400)]
    [InlineData(399)]
    [InlineData(51)]
    [InlineData(3)]
    public void Search_PlantedCapacityOfAgents_IsFoundToThePrecision(int capacity)
    {
        var search = new BreakpointSearch(50, 1000, 50, 1, isWhole: true);

        var tried = Run(search, level => level <= capacity);

        Assert.Equal((capacity, capacity + 1), (search.LastGood ?? 0, search.FirstBroken));
        Assert.All(tried, static level => Assert.Equal(Math.Floor(level), level));
        Assert.InRange(tried.Count, 1, (capacity / 50) + 1 + 6);
    }

    [Theory]
    [InlineData(123.4)]
    [InlineData(990)]
    public void Search_PlantedCapacityOfARate_IsFoundToThePrecision(double capacity)
    {
        var search = new BreakpointSearch(10, 1000, 100, 5, isWhole: false);

        Run(search, level => level <= capacity);

        Assert.InRange(capacity, search.LastGood!.Value, search.FirstBroken!.Value);
        Assert.InRange(search.FirstBroken.Value - search.LastGood.Value, 0, 5.001);
    }

    [Fact]
    public void Search_NothingBreaks_EndsAtTheHighestLevel()
    {
        var search = new BreakpointSearch(50, 120, 50, 1, isWhole: true);

        Assert.Equal([50, 100, 120], Run(search, static _ => true));
        Assert.Equal((120, null), (search.LastGood, search.FirstBroken));
        Assert.Throws<InvalidOperationException>(() => search.Report(true));
    }

    [Fact]
    public void Search_NothingHolds_SaysSo()
    {
        var search = new BreakpointSearch(8, 100, 8, 1, isWhole: true);

        Assert.Equal([8, 4, 2, 1], Run(search, static _ => false));
        Assert.Equal((null, 1), (search.LastGood, search.FirstBroken));
    }

    [Fact]
    public void Of_Scenario_TakesItsFields()
    {
        var search = BreakpointSearch.Of(Yaml.Valid(Yaml.Minimal + "load: { shape: breakpoint, from: 60/m, to: 10/s, by: 2/s, every: 5s, precision: 1/s, until: { http_p95: \"< 1s\" } }").Load);

        Assert.Equal([1, 3, 5, 4], Run(search, static level => level <= 4.2));
    }

    private static List<double> Run(BreakpointSearch search, Func<double, bool> holds)
    {
        var tried = new List<double>();
        while (search.Level is { } level)
        {
            tried.Add(level);
            search.Report(holds(level));
        }
        Assert.True(search.IsDone);
        return tried;
    }
}
