using System.Text.Json;
using ApeTest.Scenarios;

namespace ApeTest.Cli.Tests;

public sealed class RunCommandTests
{
    private const string Older = "20261121-120000-00aa";

    [Fact]
    public async Task Runs_None_SaysHowToStartOne()
    {
        using var cli = new CliHarness();

        var result = await cli.RunAsync("runs");

        Assert.Equal(0, result.Code);
        Assert.Empty(result.Out);
        Assert.Contains("ape-test start", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Runs_FinishedAndKilled_AreListedNewestFirst()
    {
        using var cli = new CliHarness();
        RunsOnDisk.Killed(cli, Older);
        RunsOnDisk.Finished(cli);

        var result = await cli.RunAsync("runs");

        Assert.Equal(0, result.Code);
        Golden.Check("runs.txt", result.Out);
    }

    [Fact]
    public async Task Runs_AsJson_IsOneArray()
    {
        using var cli = new CliHarness();
        RunsOnDisk.Killed(cli, Older);
        RunsOnDisk.Finished(cli);

        var result = await cli.RunAsync("runs", "--format", "json");

        using var json = JsonDocument.Parse(result.Out);
        Assert.Equal([SummaryFixture.Run, Older], json.RootElement.EnumerateArray().Select(row => row.GetProperty("run").GetString()));
        Assert.Equal(["completed", "interrupted"], json.RootElement.EnumerateArray().Select(row => row.GetProperty("status").GetString()));
        Assert.Equal(0.9803, json.RootElement[0].GetProperty("success_rate").GetDouble());
        Assert.Equal(JsonValueKind.Null, json.RootElement[1].GetProperty("success_rate").ValueKind);
    }

    [Fact]
    public async Task Status_OfAFinishedRun_ComesFromItsFiles()
    {
        using var cli = new CliHarness();
        RunsOnDisk.Finished(cli);

        var result = await cli.RunAsync("status");

        Assert.Equal(0, result.Code);
        Golden.Check("status.txt", result.Out);
    }

    [Fact]
    public async Task Status_OfAKilledRun_IsInterrupted()
    {
        using var cli = new CliHarness();
        RunsOnDisk.Killed(cli, Older);

        var result = await cli.RunAsync("status", "00aa", "--format", "json");

        Assert.Equal(0, result.Code);
        using var json = JsonDocument.Parse(result.Out);
        Assert.Equal("interrupted", json.RootElement.GetProperty("status").GetString());
    }

    [Theory]
    [InlineData("status")]
    [InlineData("stop")]
    [InlineData("logs")]
    public async Task Command_UnknownRun_Exits2(string command)
    {
        using var cli = new CliHarness();
        RunsOnDisk.Finished(cli);

        var result = await cli.RunAsync(command, "20991231");

        Assert.Equal(ExitCodes.Input, result.Code);
        Assert.Contains("20991231", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stop_OfAnEndedRun_SaysSo()
    {
        using var cli = new CliHarness();
        RunsOnDisk.Finished(cli);

        var result = await cli.RunAsync("stop");

        Assert.Equal(ExitCodes.Input, result.Code);
        Assert.Contains("completed", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stop_RunWhoseProcessDoesNotAnswer_Exits3()
    {
        using var cli = new CliHarness();
        RunsOnDisk.Create(cli, Older, "running", cli.Time.GetUtcNow(), Environment.ProcessId);

        var result = await cli.RunAsync("stop");

        Assert.Equal(ExitCodes.Environment, result.Code);
        Assert.StartsWith("error: ", result.Error, StringComparison.Ordinal);
    }
}
