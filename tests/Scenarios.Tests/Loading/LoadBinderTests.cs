using ApeTest.Scenarios.Loading;
using ApeTest.Scenarios.Model;
using ApeTest.Scenarios.Planning;

namespace ApeTest.Scenarios.Tests.Loading;

public sealed class LoadBinderTests
{
    [Theory]
    [InlineData("20/s", 20, 20)]
    [InlineData("600/m", 600, 10)]
    [InlineData("0.5 / h", 0.5, 0.5 / 3600)]
    public void Load_Rate_IsRead(string text, double count, double perSecond)
    {
        var rate = Yaml.Valid(Yaml.Minimal + $"load: {{ rate: {text} }}").Load.Rate;

        Assert.Equal(count, rate?.Count);
        Assert.Equal(perSecond, rate?.PerSecond);
    }

    [Fact]
    public void Load_RateFromTheCommandLine_WinsAndSaysSo()
    {
        var result = Yaml.Load(Yaml.Minimal + "load: { rate: 5/s }", commandLine: new() { ["load.rate"] = "7/s" });

        Assert.Equal(7, result.ThrowIfInvalid().Load.Rate?.Count);
        Assert.Equal("cli:--rate", result.Resolved.SourceOf("load.rate"));
    }

    [Theory]
    [InlineData("load: { rate: 20/s }", 200)]
    [InlineData("load: { rate: 20/s }\nagents: 7", 7)]
    [InlineData("load: { shape: constant }", 1)]
    public void Load_Agents_DefaultToWhatTheRateNeeds(string text, int agents) => Assert.Equal(agents, Yaml.Valid(Yaml.Minimal + text).Agents);

    [Theory]
    [InlineData("load: { rate: 20 }", "must be sessions in a time, above 0 (got the number 20). Write 20/s for a second")]
    [InlineData("load: { rate: 0/s }", "must be sessions in a time, above 0 (got the text `0/s`). Use for example 20/s")]
    [InlineData("load: { rate: -3/s }", "must be sessions in a time")]
    [InlineData("load: { rate: 3/d }", "must be sessions in a time")]
    [InlineData("load: { rate: 2000000/s }", "must be sessions in a time")]
    [InlineData("load: { rate: NaN/s }", "must be sessions in a time")]
    public void Load_WrongRate_SaysHowToWriteIt(string text, string words)
    {
        var error = Assert.Single(Yaml.Load(Yaml.Minimal + text).Errors);

        Assert.Equal(("load.rate", 7), (error.Path, error.Line));
        Assert.Contains(words, error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Load_RateAndRamp_ContradictEachOther()
    {
        var error = Assert.Single(Yaml.Load(Yaml.Minimal + "load: { shape: ramp, rate: 5/s }").Errors);

        Assert.Contains("is the open model", error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Resolved_Rate_IsReadAgainAsTheSame()
    {
        var first = Yaml.Load(Yaml.Minimal + "load: { rate: 600/m }");
        var again = Yaml.Load(first.Resolved.ToYaml());

        Assert.Equal(first.ThrowIfInvalid().Load, again.ThrowIfInvalid().Load);
    }

    [Fact]
    public void Plan_Rate_SurvivesTheQueue()
    {
        var plan = RunPlanner.Create(Yaml.Valid(Yaml.Minimal + "load: { rate: 600/m }"), "run", 1);

        Assert.Equal(new ArrivalRate(600, TimeSpan.FromMinutes(1)), RunPlanJson.Deserialize(RunPlanJson.Serialize(plan)).Scenario.Load.Rate);
    }

    [Theory]
    [InlineData("{ shape: steps, to: 100 }", "load.by", "is required for the steps shape. Write for example `load: { shape: steps")]
    [InlineData("{ shape: spike, base: 1, peak: 5, at: 1s, hold: 1s, every: 3s }", "load.every", "has no meaning for the spike shape")]
    [InlineData("{ by: 3 }", "load.by", "has no meaning for the constant shape. Add `shape: steps`, or remove it")]
    [InlineData("{ shape: ramp, from: 1, to: 100/s, over: 5s }", "load.to", "mixes agents and rates: `from` is agents")]
    [InlineData("{ shape: custom, stages: [ { to: 5, over: 3s }, { to: 5/s, over: 3s } ] }", "load.stages", "mixes agents and rates")]
    [InlineData("{ shape: custom, stages: [ { to: 5 } ] }", "load.stages[0].over", "is required")]
    [InlineData("{ shape: custom, stages: [] }", "load.stages", "is required for the custom shape")]
    [InlineData("{ shape: steps, from: 50, to: 10, by: 5, every: 1s }", "load.to", "must not be below the first level")]
    [InlineData("{ shape: steps, to: 100000, by: 1, every: 1s }", "load.by", "makes more than 10000 steps")]
    [InlineData("{ shape: breakpoint }", "load.to", "is required for the breakpoint shape")]
    [InlineData("{ shape: steps, to: 1000000/s, by: 0.000001/h, every: 300d }", "load.by", "makes more than 10000 steps")]
    [InlineData("{ shape: steps, to: 2000000000, by: 1, every: 1s }", "load.to", "must be <= 1000000")]
    [InlineData("{ shape: soak, to: 5, over: 300d, hold: 1s }", "load.shape", "is longer than 366 days")]
    [InlineData("{ shape: volume }", "iterations", "is required: a volume test ends when a number of sessions is done")]
    [InlineData("{ arrivals: poisson }", "load.arrivals", "there is no rate")]
    [InlineData("{ shape: ramp, to: many, over: 1s }", "load.to", "must be a whole number")]
    [InlineData("{ shape: ramp, to: 5/d, over: 1s }", "load.to", "must be agents, or sessions in a time")]
    [InlineData("{ shape: breakpoint, to: 5, by: 1, every: 1s, until: { http_p95: \"< 1s for 5s\" } }", "load.until", "takes no `for`")]
    [InlineData("{ shape: breakpoint, to: 5, by: 1, every: 1s, until: { http_p59: \"< 1s\" } }", "load.until.http_p59", "unknown metric `http_p59`")]
    public void Load_WrongShape_SaysWhereAndHow(string load, string path, string words)
    {
        var error = Yaml.Load(Yaml.Minimal + $"load: {load}").Errors[0];

        Assert.Equal(path, error.Path);
        Assert.Contains(words, error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Load_BaselineOfManyAgents_SaysSo() =>
        Assert.Contains("must be <= 10 for a baseline", Yaml.Load(Yaml.Minimal + "agents: 11\nload: { shape: baseline }").Errors[0].ToString(), StringComparison.Ordinal);

    [Theory]
    [InlineData("load: { shape: steps, to: 100, by: 10, every: 30s }", 100)]
    [InlineData("load: { shape: spike, base: 5, peak: 70, at: 1s, hold: 1s }", 70)]
    [InlineData("load: { shape: ramp, to: 300/s, over: 30s }", 1000)]
    [InlineData("load: { shape: custom, stages: [ { to: 60/m, over: 0 } ] }", 10)]
    public void Load_AgentsOfAShape_DefaultToItsHighestLevel(string text, int agents) => Assert.Equal(agents, Yaml.Valid(Yaml.Minimal + text).Agents);

    [Fact]
    public void Load_RateOfJourneysOnly_HasAgentsForTenSeconds() => Assert.Equal(10_000, Yaml.Load(
        "target: { url: http://127.0.0.1:1 }\njourneys: [ { steps: [ { get: / } ] } ]", commandLine: new() { ["load.rate"] = "3000/s" }).ThrowIfInvalid().Agents);

    [Fact]
    public void Load_FewerAgentsOnTheCommandLine_LowerTheLevels() => Assert.Equal(5, Yaml.Load(
        Yaml.Minimal + "load: { shape: steps, to: 100, by: 5, every: 30s }", commandLine: new() { ["agents"] = "5" }).ThrowIfInvalid().Load.To!.Value.Value);

    [Fact]
    public void Resolved_Shape_IsReadAgainAsTheSame()
    {
        const string Load = "load: { shape: custom, from: 1/s, arrivals: poisson, stages: [ { to: 50/s, over: 30s }, { to: 0, over: 1m } ] }";
        var first = Yaml.Load(Yaml.Minimal + Load);
        var again = Yaml.Load(first.Resolved.ToYaml());

        // Default thresholds are the scenario's own when they are read again.
        Assert.Equal(RunPlanner.Create(first.ThrowIfInvalid() with { Thresholds = [] }, "r", 1).PlanSha256, RunPlanner.Create(again.ThrowIfInvalid() with { Thresholds = [] }, "r", 1).PlanSha256);
        var plan = RunPlanner.Create(first.ThrowIfInvalid(), "r", 1);
        Assert.Equal(RunPlanJson.Serialize(plan), RunPlanJson.Serialize(RunPlanJson.Deserialize(RunPlanJson.Serialize(plan))));
        Assert.Equal((TimeSpan.FromSeconds(90), 50), (plan.Scenario.Duration, plan.Scenario.Load.Rate?.PerSecond));
    }
}
