using System.Text.Json;
using ApeTest.Runs.Directory;
using ApeTest.Runs.Json;
using ApeTest.Scenarios;

namespace ApeTest.Cli.Tests;

public sealed class ReportTests
{
    [Fact]
    public async Task Report_Default_WritesThePageAndPrintsItsPath()
    {
        using var cli = new CliHarness();
        var directory = RunsOnDisk.Finished(cli);

        var result = await cli.RunAsync("report");

        Assert.Equal(0, result.Code);
        Assert.Equal($".ape/runs/{directory.Run}/report.html\n", result.Out);
        Assert.StartsWith("<!DOCTYPE html>", await File.ReadAllTextAsync(directory.ReportFile, TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("json", "{\n  \"schema\": \"apetest.summary/1\"")]
    [InlineData("junit", "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"shop-checkout ")]
    [InlineData("md", "### ❌ ApeTest: shop-checkout was stopped: ")]
    [InlineData("csv", "metric,value,unit\n")]
    [InlineData("text", "shop-checkout  ")]
    public async Task Report_Format_IsOnStandardOutput(string format, string begin)
    {
        using var cli = new CliHarness();
        RunsOnDisk.Finished(cli);

        var result = await cli.RunAsync("report", "last", "--format", format);

        Assert.Equal(0, result.Code);
        Assert.StartsWith(begin, result.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Report_OfARun_IsItsSummary()
    {
        using var cli = new CliHarness();
        var directory = RunsOnDisk.Finished(cli);

        var result = await cli.RunAsync("report", directory.Run, "--format", "json");

        Assert.Equal(await File.ReadAllTextAsync(directory.SummaryFile, TestContext.Current.CancellationToken), result.Out.TrimEnd('\n'));
    }

    [Fact]
    public async Task Report_ToAFile_ReplacesItAsAWhole()
    {
        using var cli = new CliHarness();
        RunsOnDisk.Finished(cli);
        cli.Directory.Write("out.xml", "before");

        var result = await cli.RunAsync("report", "--format", "junit", "--out", "out.xml");

        Assert.Equal((0, ""), (result.Code, result.Out));
        Assert.Contains("<testsuites", await File.ReadAllTextAsync(cli.Directory.Combine("out.xml"), TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.Equal([".ape", "out.xml"], Directory.EnumerateFileSystemEntries(cli.Directory.Path).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData(ExitCodes.Input, "There is no run nope", "report", "nope")]
    [InlineData(ExitCodes.Input, "--format 'pdf' is unknown", "report", "--format", "pdf")]
    [InlineData(ExitCodes.Input, "--table 'all' is unknown", "report", "--format", "csv", "--table", "all")]
    [InlineData(ExitCodes.Input, "--table is for --format csv", "report", "--table", "metrics")]
    [InlineData(ExitCodes.Environment, "cannot be written", "report", "--format", "md", "--out", "no/such/folder/x.md")]
    [InlineData(ExitCodes.Input, "which run to compare with is not said", "compare")]
    [InlineData(ExitCodes.Input, "There is no run nope", "compare", "nope")]
    [InlineData(ExitCodes.Input, "--threshold '150%' is no share", "compare", "last", "--threshold", "150%")]
    [InlineData(ExitCodes.Input, "--format 'xml' is unknown", "compare", "last", "--format", "xml")]
    [InlineData(ExitCodes.Input, "There is no run nope", "rerun", "nope")]
    [InlineData(ExitCodes.Input, "cannot be run again: data/input.json", "rerun", "last")]
    public async Task Command_WithAMistake_SaysWhatAndHow(int code, string message, params string[] arguments)
    {
        using var cli = new CliHarness();
        RunsOnDisk.Finished(cli);

        var result = await cli.RunAsync(arguments);

        Assert.Equal(code, result.Code);
        Assert.Empty(result.Out);
        Assert.StartsWith("error: ", result.Error, StringComparison.Ordinal);
        Assert.Contains(message, result.Error, StringComparison.Ordinal);
        Assert.Contains("\n  ", result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain(".tmp", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Report_InterruptedRun_RendersAndWarns()
    {
        using var cli = new CliHarness();
        var directory = RunsOnDisk.Killed(cli, "20261121-131502-0001");
        RunsOnDisk.SummarySoFar(directory);

        var result = await cli.RunAsync("report", "last", "--format", "text");

        Assert.Equal(0, result.Code);
        Assert.Contains("warning: The run's process ended before the run did", result.Error, StringComparison.Ordinal);
        Assert.Contains("interrupted", result.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Report_TimeSeries_IsAsInTheFile()
    {
        using var cli = new CliHarness();
        var directory = RunsOnDisk.Finished(cli);
        var point = new TimePoint { T = 1, At = DateTimeOffset.UnixEpoch, Agents = 2, AgentsTarget = 3, Actions = 7 };
        await File.WriteAllTextAsync(directory.TimeseriesFile, JsonSerializer.Serialize(point, RunsJson.Line.TimePoint) + "\n", TestContext.Current.CancellationToken);

        var result = await cli.RunAsync("report", "--format", "csv", "--table", "timeseries");

        Assert.StartsWith("1,1970-01-01T00:00:00.000Z,2,3,,0,0,0,0,0,0,0,7,0,", result.Out.Split('\n')[1], StringComparison.Ordinal);
    }
}
