using ApeTest.Scenarios.Load;
using ApeTest.Scenarios.Model;
using ApeTest.Scenarios.Tests.Loading;

namespace ApeTest.Scenarios.Tests.Load;

public sealed class LoadProfileTests
{
    public static TheoryData<string> Shapes =>
    [
        "{ rate: 200/s }",
        "{ shape: ramp, from: 0, to: 400/s, over: 20s }",
        "{ shape: ramp, from: 300/s, to: 0, over: 7s }",
        "{ shape: steps, from: 200/s, to: 650/s, by: 100/s, every: 3s }",
        "{ shape: spike, base: 200/s, peak: 3000/s, at: 4s, over: 1500ms, hold: 2s }",
        "{ shape: spike, base: 200/s, peak: 3000/s, at: 4s, hold: 2s }",
        "{ shape: stress, from: 200/s, to: 600/s, by: 200/s, every: 3s, hold: 4s, over: 2s }",
        "{ shape: soak, to: 333/s, over: 3s, hold: 15s }",
        "{ shape: baseline, rate: 15000/m }",
        "{ shape: custom, stages: [ { to: 0, over: 2s }, { to: 500/s, over: 3s }, { to: 500/s, over: 4s }, { to: 100/s, over: 0 }, { to: 0, over: 3s } ] }",
        "{ shape: custom, from: 7/s, stages: [ { to: 12/s, over: 10s } ] }",
    ];

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Arrivals_EveryShape_AreThoseOfTheIntegralInEachSecond(string load)
    {
        var scenario = Yaml.Valid(Yaml.Minimal + $"load: {load}\nduration: 25s");
        var profile = LoadProfile.Of(scenario.Load, scenario.Agents, scenario.Duration);
        var counts = new int[26];

        foreach (var at in Merged(scenario, blocks: 3).Select(static arrival => arrival.At))
        {
            counts[(int)at.TotalSeconds]++;
        }

        for (var second = 0; second < 25; second++)
        {
            var exact = profile.ArrivalsUntil(TimeSpan.FromSeconds(second + 1)) - profile.ArrivalsUntil(TimeSpan.FromSeconds(second));
            Assert.InRange(counts[second], exact - 1.0001, exact + 1.0001);
        }
        Assert.Equal(0, counts[25]);
        Assert.InRange(counts.Sum(), profile.ArrivalsUntil(TimeSpan.FromSeconds(25)) - 0.001, profile.ArrivalsUntil(TimeSpan.FromSeconds(25)) + 1);
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void TimeOf_EveryShape_IsTheInverseOfTheIntegral(string load)
    {
        var scenario = Yaml.Valid(Yaml.Minimal + $"load: {load}\nduration: 25s");
        var profile = LoadProfile.Of(scenario.Load, scenario.Agents, scenario.Duration);

        for (var arrival = 0; arrival < profile.ArrivalsUntil(TimeSpan.FromSeconds(20)); arrival += 13)
        {
            Assert.InRange(profile.ArrivalsUntil(profile.TimeOf(arrival)), arrival - 0.001, arrival + 0.001);
        }
    }

    [Theory]
    [InlineData("{ shape: steps, from: 10, to: 35, by: 10, every: 5s }", "0:10 4:10 5:20 10:30 15:35 19:35 99:35", 20)]
    [InlineData("{ shape: steps, to: 30, by: 10, every: 5s }", "0:10 5:20 10:30 14:30", 15)]
    [InlineData("{ shape: spike, base: 2, peak: 20, at: 10s, hold: 5s }", "0:2 9:2 10:20 14:20 15:2 24:2 99:2", 25)]
    [InlineData("{ shape: spike, base: 0, peak: 20, at: 10s, over: 10s, hold: 5s }", "10:0 15:10 20:20 24:20 30:10 35:0 44:0", 45)]
    [InlineData("{ shape: stress, from: 50, to: 100, by: 50, every: 10s, hold: 20s, over: 10s }", "0:50 10:100 39:100 45:50 50:0", 50)]
    [InlineData("{ shape: soak, to: 40, over: 10s, hold: 1h }", "0:0 5:20 10:40 3609:40 3615:20 3620:0", 3620)]
    [InlineData("{ shape: custom, stages: [ { to: 50, over: 30s }, { to: 50, over: 5m }, { to: 0, over: 30s } ] }", "0:0 15:25 30:50 329:50 345:25 360:0", 360)]
    [InlineData("{ shape: breakpoint, to: 30, by: 10, every: 5s, until: { http_p95: \"< 1s\" } }", "0:10 8:10 71:10", 72)]
    [InlineData("{ shape: baseline }", "0:1 99:1", 30)]
    [InlineData("{ shape: ramp, to: 11, over: 10s }", "0:1 5:6 10:11 99:11", 10)]
    public void Load_ShapeOfAgents_HasItsLevelsAndItsLength(string load, string levels, int seconds)
    {
        var scenario = Yaml.Valid(Yaml.Minimal + $"load: {load}");
        var shape = new LoadShape(scenario.Load, scenario.Agents, scenario.Duration);

        Assert.Equal(TimeSpan.FromSeconds(seconds), scenario.Duration);
        Assert.Equal(levels, string.Join(' ', levels.Split(' ').Select(each => each.Split(':')[0])
            .Select(at => $"{at}:{shape.ActiveAgents(TimeSpan.FromSeconds(int.Parse(at, System.Globalization.CultureInfo.InvariantCulture)))}")));
    }

    [Fact]
    public void Arrivals_IterationsOverBlocks_AreExactlyThoseOnce()
    {
        var scenario = Yaml.Valid(Yaml.Minimal + "load: { shape: soak, to: 100/s, hold: 100s }\niterations: 1234");

        Assert.Null(scenario.Duration);
        Assert.Equal(Enumerable.Range(0, 1234).Select(static n => (long)n), Merged(scenario, 7).Select(static arrival => arrival.Number).Order());
    }

    [Fact]
    public void Arrivals_ShapeThatEndsBeforeTheIterations_EndsToo() =>
        Assert.Equal(500, Merged(Yaml.Valid(Yaml.Minimal + "load: { shape: soak, to: 100/s, hold: 5s }\niterations: 1234"), 7).Count);

    [Theory]
    [InlineData(1, "{ rate: 300/s, arrivals: poisson }")]
    [InlineData(20, "{ rate: 300/s, arrivals: poisson }")]
    [InlineData(4, "{ shape: ramp, from: 0, to: 600/s, over: 30s, arrivals: poisson }")]
    public void Arrivals_Poisson_PassTheKolmogorovSmirnovTest(int blocks, string load)
    {
        var scenario = Yaml.Valid(Yaml.Minimal + $"load: {load}\nduration: 30s");
        var profile = LoadProfile.Of(scenario.Load, scenario.Agents, scenario.Duration);
        var arrivals = Merged(scenario, blocks).Select(static arrival => arrival.At).Order().ToList();

        // Measured in the integral, a Poisson process has distances of the exponential distribution.
        var units = arrivals.Select(profile.ArrivalsUntil).ToList();
        var gaps = units.Zip(units.Prepend(0), static (at, before) => 1 - Math.Exp(before - at)).Order().ToList();
        var distance = gaps.Select((value, i) => Math.Max(Math.Abs(value - ((double)i / gaps.Count)), Math.Abs(value - ((i + 1.0) / gaps.Count)))).Max();

        Assert.InRange(distance, 0, 1.63 / Math.Sqrt(gaps.Count));
        Assert.InRange(arrivals.Count, 9000 - (4 * 95), 9000 + (4 * 95));
    }

    [Fact]
    public void Arrivals_PoissonBlockTakenOver_GoesOnWhereItsTimeIs()
    {
        var schedule = new ArrivalSchedule(LoadProfile.Constant(50), null, TimeSpan.FromSeconds(10), ArrivalKind.Poisson);
        var all = Arrivals(schedule.ForBlock(1, 3, 5));
        var late = schedule.ForBlock(1, 3, 5);

        Assert.True(late.MoveTo(TimeSpan.FromSeconds(4)));

        Assert.Equal(all.First(static arrival => arrival.At >= TimeSpan.FromSeconds(4)), (late.Number, late.At));
        Assert.NotEqual(all[0].At, Arrivals(schedule.ForBlock(1, 3, 6))[0].At);
    }

    private static List<(long Number, TimeSpan At)> Merged(Scenario scenario, int blocks) =>
        [.. Enumerable.Range(0, blocks).SelectMany(block => Arrivals(ArrivalSchedule.Of(scenario)!.ForBlock(block, blocks, 42)))];

    private static List<(long Number, TimeSpan At)> Arrivals(BlockArrivals arrivals)
    {
        var all = new List<(long, TimeSpan)>();
        while (arrivals.MoveNext())
        {
            all.Add((arrivals.Number, arrivals.At));
        }
        return all;
    }
}
