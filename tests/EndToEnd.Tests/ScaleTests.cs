using System.Text.Json;
using ApeTest.Runs.Directory;
using ApeTest.Runs.Json;
using ApeTest.Tests.Shared;

namespace ApeTest.EndToEnd.Tests;

/// <summary><c>scale</c> on a run of another process.</summary>
public sealed class ScaleTests
{
    [Fact]
    public async Task Scale_DetachedRunUpAndDown_IsInStatusSummaryAndTimeSeriesAndCutsNothing()
    {
        using var directory = new TempDirectory();
        var id = (await ApeProcess.RunAsync(directory, "start", "--agents", "3", "--duration", "10m", "--think", "300ms", "--detach")).Exits(0).Out.Trim();

        var up = (await ApeProcess.RunAsync(directory, "scale", "--agents", "500")).Exits(0);
        var status = (await ApeProcess.RunAsync(directory, "status", id, "--format", "json")).Exits(0);
        await UntilActiveAsync(directory, agents => agents > 450);
        var down = (await ApeProcess.RunAsync(directory, "scale", id, "--agents", "2")).Exits(0);
        await UntilActiveAsync(directory, agents => agents <= 2);
        var refused = (await ApeProcess.RunAsync(directory, "scale", id, "--agents", "1000001")).Exits(2);
        (await ApeProcess.RunAsync(directory, "stop", id)).Exits(0);
        var over = (await ApeProcess.RunAsync(directory, "scale", id, "--agents", "5")).Exits(2);

        Assert.Equal($"run {id}: 500 agents instead of 3\n", up.Error.ReplaceLineEndings("\n"));
        Assert.Equal($"run {id}: 2 agents instead of 500; the others finish their sessions\n", down.Error.ReplaceLineEndings("\n"));
        Assert.Contains("\"agents_target\":500", status.Out, StringComparison.Ordinal);
        Assert.Contains("from 1 to 1000000", refused.Error, StringComparison.Ordinal);
        Assert.Contains("is over: stopped", over.Error, StringComparison.Ordinal);
        var summary = (await RunOnDisk.ReadAsync(directory)).Summary;
        Assert.Equal(["agents: 3 became 500", "agents: 500 became 2"], summary.Run.Edited);
        Assert.InRange(summary.Load.PeakAgents, 451, 500);
        // Those that were too many ended their sessions: as many as began, and none was cut.
        Assert.Equal(0, summary.Sessions.Aborted);
        Assert.True(summary.Sessions.Started > 450, $"{summary.Sessions.Started} sessions");
        Assert.Equal(summary.Sessions.Started, summary.Sessions.Succeeded);
        Assert.Contains(Points(directory), point => point.AgentsTarget == 500);
    }

    private static async Task UntilActiveAsync(TempDirectory directory, Func<int, bool> wanted)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(TestTimeouts.Default);
        while (true)
        {
            var status = (await ApeProcess.RunAsync(directory, "status", "--format", "json")).Exits(0);
            using var json = JsonDocument.Parse(status.Out);
            if (wanted(json.RootElement.GetProperty("agents_active").GetInt32()))
            {
                return;
            }
            limit.Token.ThrowIfCancellationRequested();
        }
    }

    private static List<TimePoint> Points(TempDirectory directory)
    {
        var run = Assert.Single(RunDirectoryReader.List(RunDirectory.RunsRoot(directory.Path)));
        return [.. File.ReadLines(run.TimeseriesFile).Select(line => JsonSerializer.Deserialize(line, RunsJson.Line.TimePoint)!)];
    }
}
