using ApeTest.Scenarios;

namespace ApeTest.Cli.Tests;

/// <summary><c>scale</c>, as far as it goes without a run; with one, see the end-to-end tests.</summary>
public sealed class ScaleTests
{
    private const string Older = "20261121-120000-00aa";
    private const string Newer = "20261121-120002-00cc";

    [Theory]
    [InlineData("0")]
    [InlineData("-5")]
    [InlineData("1.5")]
    [InlineData("+3")]
    [InlineData("many")]
    [InlineData("99999999999")]
    [InlineData("")]
    public async Task Scale_ToWhatIsNoNumberOfAgents_Exits2(string agents)
    {
        using var cli = new CliHarness();
        RunsOnDisk.Running(cli, Older);

        var result = await cli.RunAsync("scale", "--agents", agents);

        Assert.Equal(ExitCodes.Input, result.Code);
        Assert.StartsWith($"error: --agents must be a whole number from 1 (got {agents})", result.Error, StringComparison.Ordinal);
        Assert.EndsWith(agents == "0" ? "  A run without agents is a stopped one: ape-test stop\n" : "  Write for example: ape-test scale --agents 50\n", result.Error, StringComparison.Ordinal);
        Assert.Empty(result.Out);
    }

    [Fact]
    public async Task Scale_WithoutANumber_Exits2()
    {
        using var cli = new CliHarness();

        var result = await cli.RunAsync("scale");

        Assert.Equal(ExitCodes.Input, result.Code);
        Assert.Contains("--agents", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Scale_UnknownRun_Exits2()
    {
        using var cli = new CliHarness();
        RunsOnDisk.Finished(cli);

        var result = await cli.RunAsync("scale", "20991231", "--agents", "5");

        Assert.Equal(ExitCodes.Input, result.Code);
        Assert.Contains("20991231", result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null)]
    [InlineData(SummaryFixture.Run)]
    public async Task Scale_RunThatIsOver_Exits2AndSaysSo(string? run)
    {
        using var cli = new CliHarness();
        RunsOnDisk.Finished(cli);

        var result = await cli.RunAsync(run is null ? ["scale", "--agents", "5"] : ["scale", run, "--agents", "5"]);

        Assert.Equal(ExitCodes.Input, result.Code);
        Assert.Contains("is over: completed", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Scale_SeveralRun_RefusesWithTheCommandToGive()
    {
        using var cli = new CliHarness();
        RunsOnDisk.Running(cli, Older);
        RunsOnDisk.Running(cli, Newer);

        var result = await cli.RunAsync("scale", "--agents", "5");

        Assert.Equal(ExitCodes.Input, result.Code);
        Assert.Contains("ape-test scale 00cc --agents 5", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Scale_RunWhoseProcessOffersNoAddress_Exits3()
    {
        using var cli = new CliHarness();
        RunsOnDisk.Running(cli, Older);

        var result = await cli.RunAsync("scale", "--agents", "5");

        Assert.Equal(ExitCodes.Environment, result.Code);
        Assert.StartsWith("error: ", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Scale_KilledRun_Exits2()
    {
        using var cli = new CliHarness();
        RunsOnDisk.Killed(cli, Older);

        var result = await cli.RunAsync("scale", Older, "--agents", "5");

        Assert.Equal(ExitCodes.Input, result.Code);
        Assert.Contains("interrupted", result.Error, StringComparison.Ordinal);
    }
}
