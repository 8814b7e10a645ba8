using System.Diagnostics;
using System.Text.Json;
using ApeTest.EndToEnd.Tests.Llm;
using ApeTest.Runs.Records;
using ApeTest.Scenarios;
using ApeTest.Tests.Shared;

namespace ApeTest.EndToEnd.Tests.Distributed;

/// <summary><c>start --workers K</c>: worker processes beside the command.</summary>
public sealed class WorkersTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Start_OneWorkerOrFour_SameSessionsAndChoices()
    {
        using var one = new TempDirectory();
        using var four = new TempDirectory();
        string[] arguments = ["start", "--agents", "12", "--iterations", "40", "--seed", "7", "--quiet", "--workers"];

        (await ApeProcess.RunWithAsync(one, await QueueAsync(), [.. arguments, "1"])).Exits(0);
        (await ApeProcess.RunWithAsync(four, await QueueAsync(), [.. arguments, "4"])).Exits(0);

        var (alone, shared) = (await RunOnDisk.ReadAsync(one), await RunOnDisk.ReadAsync(four));
        // A worker that a busy machine holds up for more than 3 s at the start finds its block taken.
        Assert.Equal(1, alone.Summary.Run.Workers);
        Assert.InRange(shared.Summary.Run.Workers, 2, 4);
        Assert.Equal((40L, 40L), (alone.Summary.Sessions.Succeeded, shared.Summary.Sessions.Succeeded));
        Assert.Equal(alone.Sessions.Select(static session => session.Session).Order(StringComparer.Ordinal), shared.Sessions.Select(static session => session.Session).Order(StringComparer.Ordinal));
        Assert.Equal(ActionHash.Of(alone.Sessions), ActionHash.Of(shared.Sessions));
        Assert.Equal(alone.Summary.Run.PlanSha256.Length, shared.Summary.Run.PlanSha256.Length);

        // Merged from four processes, the percentiles are those of all actions within 1 %.
        var raw = shared.Sessions.SelectMany(static session => session.Actions).Where(static action => action is { Status: not null, Parts: not null })
            .Select(static action => action.Parts!.Value.Gateway + action.Parts.Value.Target).Order().ToArray();
        var merged = shared.Summary.Actions.Duration;
        Assert.Equal(merged.Count, raw.Length);
        foreach (var (percentile, value) in new[] { (50, merged.P50), (95, merged.P95), (99, merged.P99) })
        {
            var exact = raw[Math.Max(0, (int)Math.Ceiling(raw.Length * percentile / 100.0) - 1)];
            Assert.True(Math.Abs(value!.Value - exact) <= 0.01 * exact, $"p{percentile}: {value} merged, {exact} of all");
        }
        Assert.Empty(ApeShell.ProcessesIn(four));
        Assert.False(File.Exists(Path.Combine(shared.Directory.Path, "worker.token")));
    }

    [Fact]
    public async Task Start_AWorkerIsKilled_IsToldOnceAndTheRunEnds()
    {
        using var directory = new TempDirectory();
        await using var ape = ApeProcess.StartWith(directory, await QueueAsync(), ["start", "--agents", "8", "--duration", "8s", "--workers", "2", "--format", "json"]);
        await ape.Running.Within(Cancellation);
        var workers = ApeShell.ProcessesIn(directory).Where(process => process != $"{ape.Id}").ToList();
        Assert.Equal(2, workers.Count);

        using (var kill = Process.Start("kill", ["-KILL", workers[0]]))
        {
            await kill.WaitForExitAsync(Cancellation);
        }
        var result = (await ape.EndAsync()).Exits(0);

        Assert.Single(result.Error.Split('\n'), static line => line.StartsWith("warning: worker-", StringComparison.Ordinal));
        Assert.Contains("1 goes on", result.Error, StringComparison.Ordinal);
        var run = await RunOnDisk.ReadAsync(directory);
        Assert.Equal("completed", run.Summary.Run.Status);
        Assert.Equal(run.Summary.Sessions.Started, run.Summary.Sessions.Succeeded + run.Summary.Sessions.Aborted);
        Assert.All(run.Sessions.Where(static session => session.Outcome is SessionOutcome.Aborted), static session => Assert.StartsWith("worker_lost", session.Reason, StringComparison.Ordinal));
        Assert.Empty(ApeShell.ProcessesIn(directory));
    }

    [Fact]
    public async Task Start_WhileItRuns_NamesItsWorkersToPrometheus()
    {
        using var directory = new TempDirectory();
        await using var ape = ApeProcess.StartWith(directory, await QueueAsync(), ["start", "--agents", "4", "--duration", "5m", "--think", "100ms", "--workers", "2", "--quiet"]);
        var run = await ApeShell.UntilAsync(directory, status => status.File?.Status == "running");
        using var targets = JsonDocument.Parse(await File.ReadAllTextAsync(run.Path + ".prometheus.json", Cancellation));
        var workers = targets.RootElement.EnumerateArray().Single(static group => group.GetProperty("labels").GetProperty("job").GetString() == "agent")
            .GetProperty("targets").EnumerateArray().Select(static target => target.GetString()!).ToList();

        // Nobody else knows their token.
        Assert.Equal(2, workers.Distinct().Count());
        using var http = new HttpClient();
        foreach (var worker in workers)
        {
            Assert.Contains("\napetest_agents_active ", await http.GetStringAsync(new Uri($"http://{worker}/metrics"), Cancellation), StringComparison.Ordinal);
        }
        ape.Signal("INT");
        (await ape.EndAsync()).Exits(130);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Start_StoppedTwiceOrKilled_LeavesNoWorker(bool killed)
    {
        using var directory = new TempDirectory();
        await using var ape = ApeProcess.StartWith(directory, await QueueAsync(), ["start", "--agents", "4", "--think", "5s", "--duration", "5m", "--workers", "2"]);
        await ape.Running.Within(Cancellation);
        Assert.Equal(3, ApeShell.ProcessesIn(directory).Count);

        if (killed)
        {
            ape.Signal("KILL");
        }
        else
        {
            ape.Signal("INT");
            await ape.Stopping.Within(Cancellation);
            ape.Signal("INT");
            (await ape.EndAsync()).Exits(ExitCodes.Interrupted);
        }

        await ApeShell.UntilAsync(() => ApeShell.ProcessesIn(directory).Count == 0);
    }

    [Fact]
    public async Task Start_DatabaseGoneForGood_IsToldAndStoppingTwiceLeavesNothing()
    {
        using var directory = new TempDirectory();
        await using var server = await PostgresServer.StartAsync(durable: false, Cancellation);
        var queue = new Dictionary<string, string> { ["APETEST_QUEUE"] = await server.CreateDatabaseAsync(Cancellation) };
        await using var ape = ApeProcess.StartWith(directory, queue, ["start", "--agents", "4", "--think", "1s", "--duration", "5m", "--workers", "2"]);
        await ape.Running.Within(Cancellation);

        await server.StopAsync(kill: true);
        ape.Signal("INT");
        await ape.Stopping.Within(Cancellation);
        ape.Signal("INT");
        var result = (await ape.EndAsync()).Exits(ExitCodes.Interrupted);

        Assert.Contains("does not answer; the agents go on", result.Error, StringComparison.Ordinal);
        Assert.Contains("no longer answers; run ", result.Error, StringComparison.Ordinal);
        await ApeShell.UntilAsync(() => ApeShell.ProcessesIn(directory).Count == 0);
    }

    [Fact]
    public async Task Start_WithoutADatabase_SaysHowToGetOneAndExits2()
    {
        using var directory = new TempDirectory();

        var result = await ApeProcess.RunAsync(directory, "start", "--workers", "2");

        result.Exits(ExitCodes.Input);
        Assert.Contains("APETEST_QUEUE=postgres://", result.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(directory.Path, ".ape")));
    }

    private static async Task<Dictionary<string, string>> QueueAsync() =>
        new() { ["APETEST_QUEUE"] = await (await PostgresServer.SharedAsync(Cancellation)).CreateDatabaseAsync(Cancellation) };
}
