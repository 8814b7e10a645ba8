using ApeTest.Observability.Collecting;
using ApeTest.Runs.Directory;
using ApeTest.Runs.Queue;
using ApeTest.Runs.Recording;
using ApeTest.Runs.Records;
using ApeTest.Scenarios.Model;
using ApeTest.Tests.Shared;

namespace ApeTest.Observability.Tests;

/// <summary>A run that searches its breakpoint: the collector orders its levels and ends it.</summary>
public sealed class BreakpointRunTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Collect_ASearch_OrdersItsLevelsAndEndsTheRun(bool ofRates)
    {
        await using var host = await CollectorHost.StartAsync();
        var run = await host.CollectAsync(load: Load(ofRates));
        List<double> levels = [];

        // Twelve levels are far more than this search has.
        for (var second = 0; second < 12 * 5 && (await OrdersAsync(host)) is { Stop: StopStage.None } orders; second++)
        {
            var level = ofRates ? orders.Rates.IsEmpty ? 4 : orders.Rates[^1].PerSecond : orders.Agents ?? 4;
            if (levels.Count == 0 || levels[^1] != level)
            {
                levels.Add(level);
            }
            await SecondAsync(host, run, isRefused: level > 9);
        }
        await host.AppendAsync(final: true);

        var summary = await run.Completion.Within(Cancellation);
        Assert.Equal([4, 8, 12, 10, 9], levels);
        Assert.Equal(("completed", "found", 9.0, 10.0), (summary.Run.Status, summary.Load.Breakpoint!.Outcome, summary.Load.Breakpoint.LastGood, summary.Load.Breakpoint.FirstBroken));
        // Levels are no edits of the run.
        Assert.Empty(summary.Run.Edited);
        Assert.Equal(9, RunDirectoryReader.ReadSummary(host.Directory)!.Load.Breakpoint!.LastGood);
    }

    [Fact]
    public async Task Collect_StoppedDuringTheSearch_HasWhatItFoundSoFar()
    {
        await using var host = await CollectorHost.StartAsync();
        var run = await host.CollectAsync(load: Load(ofRates: true));
        for (var second = 0; second < 5; second++)
        {
            await SecondAsync(host, run, isRefused: false);
        }
        Assert.Equal("8/s", run.Progress.Level);

        await run.StopAsync(now: false, "stopped", Cancellation);
        await host.AppendAsync(final: true);

        var summary = await run.Completion.Within(Cancellation);
        Assert.Equal(("stopped", "unfinished", 4.0), (summary.Run.Status, summary.Load.Breakpoint!.Outcome, summary.Load.Breakpoint.LastGood));
    }

    [Fact]
    public async Task Scales_OfASearchForAgents_IsNothing()
    {
        await using var host = await CollectorHost.StartAsync();
        var run = await host.CollectAsync(load: Load(ofRates: false));

        Assert.False(run.Scales.Allows(5));
        Assert.Contains("the search sets the number of agents", run.Scales.Why, StringComparison.Ordinal);
        await host.AppendAsync(final: true);
    }

    private static LoadSpec Load(bool ofRates)
    {
        LoadLevel Level(double value) => new(value, ofRates ? TimeSpan.FromSeconds(1) : null);
        return new LoadSpec
        {
            Shape = LoadShapeKind.Breakpoint,
            Rate = ofRates ? new ArrivalRate(20, TimeSpan.FromSeconds(1)) : null,
            To = Level(20), By = Level(4), Precision = Level(1), Every = TimeSpan.FromSeconds(2),
            Until = [new ThresholdSpec("http_error_rate", "<", 0.01, "< 0.01", "scenario")],
        };
    }

    private static async Task<RunOrders> OrdersAsync(CollectorHost host) => (await host.Queue.HeartbeatAsync("w1", Cancellation)).Runs[CollectorHost.Run];

    /// <summary>A second of the run: sessions, whose figures the collector has before the clock moves.</summary>
    private static async Task SecondAsync(CollectorHost host, CollectedRun run, bool isRefused)
    {
        host.Session(isRefused ? SessionOutcome.Failed : SessionOutcome.Succeeded, "0-0");
        if (isRefused)
        {
            host.Recorder.Action(new ActionSample(host.Recorder.Operation("checkout", "POST"), 503, "http_503", "target", TimeSpan.FromMilliseconds(3), TimeSpan.FromMilliseconds(2), default, default));
        }
        var before = run.Summarize().Sessions.Started;
        await host.AppendAsync();
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        limit.CancelAfter(TestTimeouts.Default);
        while (run.Summarize().Sessions.Started == before)
        {
            limit.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
        host.Time.Advance(TimeSpan.FromSeconds(1));
    }
}
