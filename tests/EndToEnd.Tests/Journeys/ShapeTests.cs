using ApeTest.Tests.Shared;

namespace ApeTest.EndToEnd.Tests.Journeys;

/// <summary>How many sessions reach the target, and when. That arrivals follow a shape exactly is proven without a clock in Scenarios.Tests.</summary>
public sealed class ShapeTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(120)]
    public async Task Start_Iterations_SendsExactlyThatMany(int agents)
    {
        using var directory = new TempDirectory();
        await using var target = await JourneyTarget.StartAsync();

        var run = await JourneyRun.StartAsync(directory, 0, One(target, $"agents: {agents}\niterations: 50"));

        Assert.Equal((50, 50L, 50L), (target.At("/t/a").Count, run.Count("a"), run.Summary.Sessions.Succeeded));
    }

    [Fact]
    public async Task Start_TenASecond_SendsExactlyThatMany()
    {
        using var directory = new TempDirectory();
        await using var target = await JourneyTarget.StartAsync();

        var run = await JourneyRun.StartAsync(directory, 0, One(target, "load: { rate: 10/s }\nduration: 5s"));

        Assert.Equal((50, 50L, 0L), (target.At("/t/a").Count, run.Summary.Load.Started, run.Summary.Load.Dropped));
        Assert.Equal("arrival_rate", run.Summary.Load.Shape);
    }

    [Theory]
    [InlineData("{ shape: ramp, from: 0/s, to: 40/s, over: 5s }", 100)]
    [InlineData("{ shape: steps, from: 10/s, to: 30/s, by: 10/s, every: 2s }", 120)]
    [InlineData("{ shape: spike, base: 5/s, peak: 50/s, at: 2s, hold: 2s }", 120)]
    [InlineData("{ shape: soak, to: 20/s, hold: 3s, over: 2s }", 100)]
    [InlineData("{ shape: custom, stages: [ { to: 20/s, over: 0 }, { to: 20/s, over: 2s }, { to: 0/s, over: 2s } ] }", 60)]
    public async Task Start_ShapeOfRates_SendsItsIntegralMoreWhereItIsHigher(string shape, int expected)
    {
        using var directory = new TempDirectory();
        await using var target = await JourneyTarget.StartAsync();

        var run = await JourneyRun.StartAsync(directory, 0, One(target, $"load: {shape}"));

        // At the end of a shape an arrival may be due in that very instant.
        Assert.InRange(run.Summary.Load.Started, expected - 1, expected + 1);
        Assert.Equal((run.Summary.Load.Started, 0L), (target.At("/t/a").Count, run.Summary.Load.Dropped));
        Assert.Equal(run.Summary.Load.Started, run.Summary.Sessions.Succeeded);
    }

    [Fact]
    public async Task Start_Spike_IsSeenAtTheTarget()
    {
        using var directory = new TempDirectory();
        await using var target = await JourneyTarget.StartAsync();

        await JourneyRun.StartAsync(directory, 0, One(target, "load: { shape: spike, base: 5/s, peak: 100/s, at: 3s, hold: 2s }"));

        var times = target.Requests.Select(request => request.At).Order().ToList();
        Assert.Equal(230, times.Count);
        // In the mean 29 a second; a machine that stands still for a moment makes the peak higher, not lower.
        Assert.Contains(Enumerable.Range(0, times.Count - 50), i => times[i + 50] - times[i] <= TimeSpan.FromSeconds(1));
    }

    [Fact]
    public async Task Start_RampOfAgents_EndsWithMost()
    {
        using var directory = new TempDirectory();
        await using var target = await JourneyTarget.StartAsync();

        var run = await JourneyRun.StartAsync(directory, 0, $$"""
            target: { url: "{{target.Url}}" }
            load: { shape: ramp, from: 1, to: 20, over: 3s }
            duration: 6s
            journeys: [ { think: 100ms, steps: [ { name: a, get: /t/a }, { name: b, get: /t/b } ] } ]
            """);

        Assert.InRange(run.Summary.Load.PeakAgents, 15, 20);
        // Connections are the agents' own.
        Assert.InRange(target.Requests.Select(request => request.Connection).Distinct().Count(), 15, 20);
        Assert.Equal(target.Requests.Count, run.Summary.Http.Sum(http => http.Count));
    }

    [Fact]
    public async Task Start_RateWithoutAFreeAgent_DropsAndCounts()
    {
        using var directory = new TempDirectory();
        await using var target = await JourneyTarget.StartAsync();

        var run = await JourneyRun.StartAsync(directory, 0, $$"""
            target: { url: "{{target.Url}}" }
            agents: 2
            load: { rate: 50/s }
            duration: 3s
            journeys: [ { steps: [ { name: a, get: /t/a }, { think: 1s } ] } ]
            """);

        Assert.Equal(150, run.Summary.Load.Started + run.Summary.Load.Dropped);
        Assert.InRange(run.Summary.Load.Started, 1, 8);
        Assert.Equal(run.Summary.Load.Started, target.At("/t/a").Count);
    }

    [Fact]
    public async Task Start_TargetThatStallsOnce_ShowsItThoughFewRequestsWereSent()
    {
        using var directory = new TempDirectory();
        var asked = 0;
        var stall = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        // One second into the load the target answers nobody for two seconds.
        await using var target = await JourneyTarget.StartAsync(async (_, _) =>
        {
            if (Interlocked.Increment(ref asked) == 20)
            {
                await Task.Delay(TimeSpan.FromSeconds(2), TimeProvider.System, TestContext.Current.CancellationToken);
                stall.SetResult();
            }
            else if (asked > 20)
            {
                await stall.Task;
            }
        });

        // As many agents as arrivals: none is dropped.
        var run = await JourneyRun.StartAsync(directory, 0, One(target, "agents: 100\nload: { rate: 20/s }\nduration: 5s"));

        Assert.Equal((100, 0L), (target.Requests.Count, run.Summary.Load.Dropped));
        var http = Assert.Single(run.Summary.Http);
        Assert.True(http.ResponseFromIntended!.Max >= 1.98, $"{http.ResponseFromIntended.Max}");
        Assert.True(http.ResponseFromIntended.P99 >= 1.5, $"{http.ResponseFromIntended.P99}");
        Assert.True(run.Summary.Sessions.Duration.P99 >= 1.5, $"{run.Summary.Sessions.Duration.P99}");
        // Of 100 requests some forty were due in those two seconds, a second each in the mean.
        Assert.True(http.ResponseFromIntended.Mean >= 0.3, $"{http.ResponseFromIntended.Mean}");
    }

    [Fact]
    public async Task Start_KnownDelays_AreInThePercentiles()
    {
        using var directory = new TempDirectory();
        var asked = 0;
        // Nine of ten at once, each tenth after 700 ms.
        await using var target = await JourneyTarget.StartAsync((_, _) => Interlocked.Increment(ref asked) % 10 == 0
            ? Task.Delay(TimeSpan.FromMilliseconds(700), TimeProvider.System, TestContext.Current.CancellationToken)
            : Task.CompletedTask);

        var run = await JourneyRun.StartAsync(directory, 0, One(target, "agents: 10\niterations: 300"));

        var duration = Assert.Single(run.Summary.Http).Duration;
        Assert.Equal(300, duration.Count);
        Assert.True(duration.P95 >= 0.69, $"{duration.P95}");
        Assert.True(duration.P50 < duration.P95 && duration.P95 <= duration.P99 && duration.P99 <= duration.Max, $"{duration}");
        // Thirty of 300 took at least 0.7 s.
        Assert.True(duration.Mean >= 0.0699, $"{duration.Mean}");
    }

    [Fact]
    public async Task Start_ThinkTime_IsAPartOfItsOwn()
    {
        using var directory = new TempDirectory();
        await using var target = await JourneyTarget.StartAsync();

        var run = await JourneyRun.StartAsync(directory, 0, $$"""
            target: { url: "{{target.Url}}" }
            agents: 10
            iterations: 20
            journeys: [ { think: 100ms, steps: [ { name: a, get: /t/a }, { repeat: 5, steps: [ { name: b, get: /t/b } ] } ] } ]
            """);

        Assert.Equal(100, run.Summary.Mtba.Count);
        Assert.InRange(run.Summary.Mtba.Parts.Think!.Value, 0.0995, 5);
        Assert.True(run.Summary.Mtba.Mean >= run.Summary.Mtba.Parts.Think);
        foreach (var session in target.Requests.GroupBy(request => request.TraceId))
        {
            var span = session.Max(request => request.At) - session.Min(request => request.At);
            Assert.True(span >= TimeSpan.FromMilliseconds(450), $"{span}");
        }
    }

    private static string One(JourneyTarget target, string load) => $$"""
        target: { url: "{{target.Url}}" }
        {{load}}
        journeys: [ { steps: [ { name: a, get: /t/a } ] } ]
        """;
}
