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

    [Fact]
    public async Task Runs_KilledWithASummaryOfItsLastSecond_ShowsWhatIsKnown()
    {
        using var cli = new CliHarness();
        var directory = RunsOnDisk.Killed(cli, SummaryFixture.Run);
        RunsOnDisk.SummarySoFar(directory);

        var runs = await cli.RunAsync("runs", "--format", "json");
        var status = await cli.RunAsync("status");

        using var json = JsonDocument.Parse(runs.Out);
        Assert.Equal("interrupted", json.RootElement[0].GetProperty("status").GetString());
        Assert.Equal(0.9803, json.RootElement[0].GetProperty("success_rate").GetDouble());
        Assert.Equal(12, json.RootElement[0].GetProperty("duration_s").GetDouble());
        Assert.Contains("interrupted", status.Out, StringComparison.Ordinal);
        Assert.Contains("412 started, 398 succeeded, 98.0 %", status.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Status_OfARunThatGivesNoSignOfLife_ShowsItsLastFiguresAndSaysSo()
    {
        using var cli = new CliHarness();
        var directory = RunsOnDisk.Create(cli, SummaryFixture.Run, "running", cli.Time.GetUtcNow() - TimeSpan.FromMinutes(2), Environment.ProcessId);
        RunsOnDisk.SummarySoFar(directory);

        var result = await cli.RunAsync("status");

        Assert.Equal(0, result.Code);
        Assert.Contains("  running  ", result.Out, StringComparison.Ordinal);
        Assert.Contains("412 started", result.Out, StringComparison.Ordinal);
        Assert.Contains($"its process {Environment.ProcessId} is suspended", result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("run.json", "")]
    [InlineData("run.json", "{")]
    [InlineData("run.json", "null")]
    [InlineData("run.json", "[1]")]
    [InlineData("run.json", """{"run":null,"scenario":null,"status":null,"pid":1,"heartbeat":"2026-11-21T13:15:02Z"}""")]
    [InlineData("run.json", """{"run":"x","scenario":"x","status":"running","pid":-5,"heartbeat":"never"}""")]
    [InlineData("summary.json", """{"run":null,"sessions":null}""")]
    [InlineData("summary.json", "\0\u0001binary")]
    public async Task Commands_OverABrokenFile_StillWork(string file, string content)
    {
        using var cli = new CliHarness();
        var directory = RunsOnDisk.Finished(cli);
        File.WriteAllText(Path.Combine(directory.Path, file), content);
        Directory.CreateDirectory(Path.Combine(directory.Path, "..", "not-a-run"));
        Directory.CreateDirectory(Path.Combine(directory.Path, "..", Older, "run.json"));
        File.WriteAllText(Path.Combine(directory.Path, "..", "20261121-120000-00bb"), "a file");

        var runs = await cli.RunAsync("runs");
        var status = await cli.RunAsync("status");

        Assert.Equal(0, runs.Code);
        Assert.Equal(3, runs.Out.TrimEnd('\n').Split('\n').Length);
        Assert.Contains(SummaryFixture.Run, runs.Out, StringComparison.Ordinal);
        Assert.Equal(0, status.Code);
        Assert.StartsWith(SummaryFixture.Run, status.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Runs_WhereAFileIsInTheWay_Exits3()
    {
        using var cli = new CliHarness();
        cli.Directory.Write(".ape/runs", "a file");

        var result = await cli.RunAsync("runs");

        Assert.Equal(ExitCodes.Environment, result.Code);
        Assert.StartsWith("error: The runs in ", result.Error, StringComparison.Ordinal);
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
    public async Task Stop_RunWhoseProcessDoesNotAnswer_Exits3()
    {
        using var cli = new CliHarness();
        RunsOnDisk.Running(cli, Older);

        var result = await cli.RunAsync("stop");

        Assert.Equal(ExitCodes.Environment, result.Code);
        Assert.StartsWith("error: ", result.Error, StringComparison.Ordinal);
    }
}
