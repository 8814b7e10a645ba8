using System.Text.Json;
using ApeTest.Runs.Directory;
using ApeTest.Runs.Json;
using ApeTest.Runs.Queue;
using ApeTest.Runs.Recording;
using ApeTest.Runs.Records;
using ApeTest.Runs.Summaries;
using ApeTest.Scenarios;
using ApeTest.Scenarios.Model;
using ApeTest.Tests.Shared;

namespace ApeTest.Observability.Tests;

public sealed class CollectedRunTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Collect_ARunToItsEnd_LeavesACompleteDirectory()
    {
        await using var host = await CollectorHost.StartAsync();
        var run = await host.CollectAsync();
        host.Session(SessionOutcome.Succeeded, "0-0");
        host.Session(SessionOutcome.Failed, "1-0");
        await host.AppendAsync();
        await host.TickUntilAsync(run, progress => progress.SessionsStarted == 2);
        host.Session(SessionOutcome.Succeeded, "0-1");
        await host.AppendAsync(final: true);

        var summary = await run.Completion.Within(Cancellation);

        Assert.Equal(("completed", 3L, 2L, 1L), (summary.Run.Status, summary.Sessions.Started, summary.Sessions.Succeeded, summary.Sessions.Failed));
        Assert.Equal(("embedded", "partial", 1), (summary.Run.Mode, summary.Run.Feed, summary.Run.Workers));
        Assert.Equal(3, RunDirectoryReader.ReadSummary(host.Directory)!.Sessions.Started);
        Assert.Equal("completed", RunDirectoryReader.StatusOf(host.Directory, host.Time).Status);
        Assert.Equal("name: shop-checkout\n", await File.ReadAllTextAsync(host.Directory.ScenarioFile, Cancellation));
        Assert.Equal(3, File.ReadLines(host.Directory.SessionsFile).Count());
        Assert.Equal(3, HistogramFile.Read(host.Directory.HistogramsFile).Sum(block => block.Histograms["action"].Count));
        Assert.True(run.Progress.Ended);
    }

    [Fact]
    public async Task Collect_EachSecond_WritesHeartbeatAndTimeSeries()
    {
        await using var host = await CollectorHost.StartAsync();
        var run = await host.CollectAsync();
        await host.TickUntilAsync(run, progress => progress.Status == "running");
        var before = await File.ReadAllLinesAsync(host.Directory.TimeseriesFile, Cancellation);
        host.Session(SessionOutcome.Succeeded, "0-0");
        await host.AppendAsync();
        await host.TickUntilAsync(run, progress => progress.SessionsStarted == 1);

        var file = RunDirectoryReader.StatusOf(host.Directory, host.Time).File!;
        Assert.Equal(("running", host.Time.GetUtcNow(), host.Url, Environment.ProcessId), (file.Status, file.Heartbeat, file.ControlUrl, file.Pid));
        var lines = await File.ReadAllLinesAsync(host.Directory.TimeseriesFile, Cancellation);
        Assert.True(lines.Length > before.Length);
        Assert.Contains("\"started\":1,\"succeeded\":1", lines[^1], StringComparison.Ordinal);
        Assert.Contains("\"agents_target\":20", lines[^1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Collect_ReportOfASecondThatIsOver_IsBesideWhatWasAskedForThen()
    {
        await using var host = await CollectorHost.StartAsync();
        var run = await host.CollectAsync(duration: TimeSpan.FromSeconds(10));
        await run.Begun.Within(Cancellation);
        for (var i = 0; i < 19; i++)
        {
            host.Time.Advance(TimeSpan.FromSeconds(0.5));
            await host.Queue.HeartbeatAsync("w1", Cancellation);
        }
        host.Recorder.SessionStarted("buy-coffee", TimeSpan.Zero);
        await host.AppendAsync();
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        timeout.CancelAfter(TestTimeouts.Default);
        while (run.Summarize().Sessions.Started == 0) // the clock stands still
        {
            timeout.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
        var before = await File.ReadAllLinesAsync(host.Directory.TimeseriesFile, Cancellation);

        // By now the load is over. Then a second of which nobody has told.
        host.Time.Advance(TimeSpan.FromSeconds(0.5));
        host.Time.Advance(TimeSpan.FromSeconds(1));

        var lines = await File.ReadAllLinesAsync(host.Directory.TimeseriesFile, Cancellation);
        var point = JsonSerializer.Deserialize(Assert.Single(lines[before.Length..]), RunsJson.Line.TimePoint)!;
        Assert.Equal((9.5, 20, 1, 1L), (point.T, point.AgentsTarget, point.Agents, point.Started));
        Assert.Equal(0, run.Progress.AgentsTarget);
    }

    [Fact]
    public async Task Progress_SecondsOfWhichNobodyHasTold_KeepTheRateAndAreNotSqueezedIntoOne()
    {
        await using var host = await CollectorHost.StartAsync();
        var run = await host.CollectAsync();
        await run.Begun.Within(Cancellation);
        await PassAsync(0.5);
        host.Recorder.SessionStarted("buy-coffee", TimeSpan.Zero); // at work all the time
        await TellAsync(1);
        await PassAsync(0.5);
        await PassAsync(1); // of which nobody has told
        await PassAsync(0.5);

        // Four actions of the two seconds since, told at 2.5 s; then again a second of which nobody has told.
        for (var i = 0; i < 4; i++)
        {
            host.Session(SessionOutcome.Succeeded, $"1-{i}");
        }
        await TellAsync(5);
        await PassAsync(0.5);
        Assert.Equal(2, run.Progress.ActionsPerSecond);
        await PassAsync(1);
        Assert.Equal(2, run.Progress.ActionsPerSecond);

        async Task TellAsync(long started)
        {
            await host.AppendAsync();
            using var timeout = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
            timeout.CancelAfter(TestTimeouts.Default);
            while (run.Summarize().Sessions.Started < started) // the clock stands still
            {
                timeout.Token.ThrowIfCancellationRequested();
                await Task.Yield();
            }
        }

        async Task PassAsync(double seconds)
        {
            await host.Queue.HeartbeatAsync("w1", Cancellation);
            host.Time.Advance(TimeSpan.FromSeconds(seconds));
        }
    }

    [Fact]
    public async Task Collect_TheRunBegins_SaysSoAtOnce()
    {
        await using var host = await CollectorHost.StartAsync();
        var run = await host.CollectAsync();

        await run.Begun.Within(Cancellation);

        // No second has gone by: the clock stands still.
        Assert.Equal("running", run.Progress.Status);
        Assert.Equal("running", RunDirectoryReader.StatusOf(host.Directory, host.Time).Status);
    }

    [Fact]
    public async Task Collect_EachSecond_WritesTheSummarySoFar()
    {
        await using var host = await CollectorHost.StartAsync();
        var run = await host.CollectAsync();
        host.Session(SessionOutcome.Succeeded, "0-0");
        await host.AppendAsync();
        await host.TickUntilAsync(run, progress => progress.SessionsStarted == 1);
        // The figures may have come with the run's begin; the summary comes with a second.
        await host.TickUntilAsync(run, _ => true);

        // What a kill at this moment leaves.
        var summary = RunDirectoryReader.ReadSummary(host.Directory)!;
        Assert.Equal(("running", 1L, 1L), (summary.Run.Status, summary.Sessions.Started, summary.Sessions.Succeeded));
    }

    [Fact]
    public async Task Progress_Stopped_IsDraining()
    {
        await using var host = await CollectorHost.StartAsync();
        var run = await host.CollectAsync();
        var before = await host.TickUntilAsync(run, progress => progress.AgentsTarget == 20);

        await run.StopAsync(now: false, "stopped", Cancellation);
        var after = await host.TickUntilAsync(run, progress => progress.AgentsTarget == 0);

        Assert.False(before.Draining);
        Assert.True(after.Draining);
        Assert.Equal("running", after.Status);
    }

    [Theory]
    [InlineData(null, null, 0.6, true)]
    [InlineData(null, null, 0.4, false)]
    [InlineData(2.0, null, 0.6, false)]
    [InlineData(2.0, null, 1.0, true)]
    [InlineData(null, 220L, 0.0, true)]
    [InlineData(null, 221L, 0.0, false)]
    public async Task Collect_ModelUse_StopsTheRunOnceItsBudgetIsSpent(double? maxCost, long? maxTokens, double cost, bool stops)
    {
        await using var host = await CollectorHost.StartAsync();
        var run = await host.CollectAsync(new LlmSpec { MaxCostUsd = (decimal?)maxCost, MaxTokens = maxTokens });
        for (var i = 0; i < 2; i++)
        {
            host.Recorder.ModelCall(new ModelUse("p", "m", TimeSpan.FromSeconds(1), TimeSpan.Zero, null, 100, 10, false, (decimal)cost, 0));
        }
        await host.AppendAsync();
        await host.TickUntilAsync(run, progress => progress.Tokens == 220);
        // The stop follows the merge that the figures show: the next state is only read once it was sent.
        host.Session(SessionOutcome.Succeeded, "0-0");
        await host.AppendAsync();
        await host.TickUntilAsync(run, progress => progress.SessionsStarted == 1);

        var orders = await host.Queue.HeartbeatAsync("w1", Cancellation);
        Assert.Equal(stops ? StopStage.Abort : StopStage.None, orders.Runs[CollectorHost.Run].Stop);
        await host.AppendAsync(final: true);
        Assert.Equal(stops ? "budget" : "completed", (await run.Completion.Within(Cancellation)).Run.Status);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Collect_BrokenThreshold_StopsTheRunWhereItSaysSo(bool aborts)
    {
        await using var host = await CollectorHost.StartAsync();
        var run = await host.CollectAsync(thresholds: new ThresholdSpec("errors", "<=", 0, "<= 0 abort", "scenario") { Abort = aborts });
        host.Recorder.Action(new ActionSample(host.Recorder.Operation("checkout", "POST"), 500, "http_500", "target",
            TimeSpan.FromMilliseconds(30), TimeSpan.FromMilliseconds(20), default, default));
        await host.AppendAsync();
        await host.TickUntilAsync(run, progress => progress.ActionErrors == 1);
        // The figures show it, the next state brings the stop, and the one after that is only read once it was sent.
        for (var i = 1; i <= 2; i++)
        {
            host.Session(SessionOutcome.Succeeded, "0-0");
            await host.AppendAsync();
            await host.TickUntilAsync(run, progress => progress.SessionsStarted == i);
        }

        var orders = await host.Queue.HeartbeatAsync("w1", Cancellation);
        Assert.Equal(aborts ? StopStage.Drain : StopStage.None, orders.Runs[CollectorHost.Run].Stop);
        await host.AppendAsync(final: true);
        var summary = await run.Completion.Within(Cancellation);
        Assert.Equal((aborts ? "aborted" : "completed", aborts), (summary.Run.Status, summary.Run.Reason?.StartsWith("threshold: errors <= 0 abort: 1 at ", StringComparison.Ordinal) is true));
        Assert.Equal(ExitCodes.ThresholdFailed, RunVerdict.ExitCode(summary, null));
    }

    [Fact]
    public async Task Watch_FromTheStart_EndsWithTheFinalFigures()
    {
        await using var host = await CollectorHost.StartAsync();
        var run = await host.CollectAsync();
        await using var watch = run.WatchAsync(Cancellation).GetAsyncEnumerator(Cancellation);
        Assert.True(await watch.MoveNextAsync());
        host.Session(SessionOutcome.Succeeded, "0-0");
        await host.AppendAsync(final: true);
        await run.Completion.Within(Cancellation);

        var last = watch.Current;
        while (await watch.MoveNextAsync().AsTask().Within(Cancellation))
        {
            last = watch.Current;
        }

        Assert.Equal(("completed", 1L, 1.0, 0), (last.Status, last.Succeeded, last.SuccessRate!.Value, last.AgentsTarget));
        var late = new List<string>();
        await foreach (var progress in run.WatchAsync(Cancellation))
        {
            late.Add(progress.Status);
        }
        Assert.Equal(["completed"], late);
    }

    [Fact]
    public async Task Collect_DirectoryDeleted_GoesOnAndCountsWhatIsLost()
    {
        await using var host = await CollectorHost.StartAsync();
        var run = await host.CollectAsync();
        await run.Begun.Within(Cancellation);
        System.IO.Directory.Delete(host.Directory.Path, recursive: true);
        host.Session(SessionOutcome.Failed, "0-0");
        await host.AppendAsync(final: true);

        var summary = await run.Completion.Within(Cancellation);

        Assert.Equal(1, summary.Sessions.Failed);
        Assert.True(summary.Generator.RecordsDropped > 0);
    }

    [Fact]
    public async Task Collect_BeyondASizeCap_ShowsTheDroppedCount()
    {
        await using var host = await CollectorHost.StartAsync(new RunDirectoryLimits { SessionsBytes = 500 });
        var run = await host.CollectAsync();
        for (var i = 0; i < 10; i++)
        {
            host.Session(SessionOutcome.Failed, $"0-{i}");
        }
        await host.AppendAsync(final: true);

        var summary = await run.Completion.Within(Cancellation);

        var kept = File.ReadLines(host.Directory.SessionsFile).Count();
        Assert.Equal(10 - kept, summary.Generator.RecordsDropped);
        Assert.Equal(10 - kept, RunDirectoryReader.StatusOf(host.Directory, host.Time).File!.Dropped.Sessions);
    }

    [Fact]
    public async Task Collect_OthersDropRecords_ShowsThemToo()
    {
        await using var host = await CollectorHost.StartAsync(otherDrops: 7);
        var run = await host.CollectAsync();
        await host.AppendAsync(final: true);

        Assert.Equal(7, (await run.Completion.Within(Cancellation)).Generator.RecordsDropped);
    }

    [Fact]
    public async Task Collect_TheSameRunTwice_Throws()
    {
        await using var host = await CollectorHost.StartAsync();
        await host.CollectAsync();

        Assert.Throws<InvalidOperationException>(() => host.Collector.Collect(host.Plan, host.Directory, "", null));
    }

    [Fact]
    public async Task Progress_PastTheDuration_WantsNoAgents()
    {
        await using var host = await CollectorHost.StartAsync();
        var run = await host.CollectAsync(duration: TimeSpan.FromMinutes(30));
        await host.TickUntilAsync(run, progress => progress.AgentsTarget == 20);

        var over = await host.TickUntilAsync(run, progress => progress.AgentsTarget == 0);

        Assert.Equal(("running", 1800.0, true), (over.Status, over.ElapsedS, over.Draining));
    }
}
