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
}
