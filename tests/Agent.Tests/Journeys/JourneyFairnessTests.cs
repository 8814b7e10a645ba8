using ApeTest.Agent.Tests.Fakes;
using ApeTest.Agent.Workers;
using ApeTest.Runs.Records;
using ApeTest.Targets.Http;

namespace ApeTest.Agent.Tests.Journeys;

/// <summary>Sessions that wait for nothing: they must neither hold their thread nor outlive their limits.</summary>
public sealed class JourneyFairnessTests
{
    private const string Endless = "{ repeat: 1000000, steps: [ { repeat: 1000000, steps: [ { if: { status: 404 }, then: [ { name: never, get: /never } ] } ] } ] }";

    [Fact]
    public async Task RunAsync_LoopsThatSendNothing_AreEndedByTheSessionsLimit()
    {
        await using var harness = new JourneyHarness(JourneyHarness.Sampled + $"journeys: [ {{ name: j, timeout: 100ms, steps: [ {Endless} ] }} ]");

        var record = await harness.RunAsync();

        Assert.Equal((SessionOutcome.Stuck, "session_timeout: not finished within 0.1 s"), (record.Outcome, record.Reason));
        Assert.Equal(100, harness.Thread.Pauses.Count);
    }

    [Fact]
    public async Task RunAsync_PausesOfNothing_AreNoWait()
    {
        await using var harness = new JourneyHarness(JourneyHarness.Sampled + "journeys: [ { name: j, timeout: 100ms, steps: [ { repeat: 1000000, steps: [ { repeat: 1000000, steps: [ { think: 0s } ] } ] }, { name: z, get: /z } ] } ]");

        Assert.Equal(SessionOutcome.Stuck, (await harness.RunAsync()).Outcome);
    }

    [Fact]
    public async Task RunAsync_LoopsThatSendNothing_AreEndedByTheStop()
    {
        await using var harness = new JourneyHarness(JourneyHarness.Sampled + $"journeys: [ {{ name: j, timeout: 1h, steps: [ {Endless} ] }} ]");
        harness.Thread.Pausing = () => Abort(harness);

        var record = await harness.RunAsync();

        Assert.Equal((SessionOutcome.Aborted, StopOrder.RunAborted), (record.Outcome, record.Reason));
    }

    [Fact]
    public async Task EndAgent_TeardownThatSendsNothing_IsCutOff()
    {
        await using var harness = new JourneyHarness(JourneyHarness.Sampled + $"journeys: [ {{ name: j, timeout: 100ms, setup: [ {{ name: s, get: /s }} ], steps: [ {{ name: a, get: /a }} ], teardown: [ {Endless} ] }} ]");
        await harness.RunAsync();

        await harness.EndAgentAsync();

        Assert.True(harness.Target.IsDisposed);
    }

    [Fact]
    public async Task RunAsync_StepsThatFailAtOnceInALoop_AreSpacedOutUntilTheSessionsLimit()
    {
        await using var harness = new JourneyHarness(JourneyHarness.Sampled + "journeys: [ { name: j, timeout: 10s, steps: [ { repeat: 1000000, steps: [ { name: a, get: /a, continue: true } ] } ] } ]",
            (_, _) => RawReply.Of(TargetErrors.Connect) with { Latency = TimeSpan.Zero });

        var record = await harness.RunAsync();

        Assert.Equal(SessionOutcome.Stuck, record.Outcome);
        Assert.Equal([1, 2, 4, 8], harness.Thread.Pauses.Take(4).Select(pause => pause.TotalMilliseconds));
        Assert.All(harness.Thread.Pauses, pause => Assert.InRange(pause, TimeSpan.FromTicks(1), TimeSpan.FromSeconds(1)));
        Assert.InRange(harness.Target.Seen.Count, 10, 25);
    }

    [Fact]
    public async Task RunAsync_AbortedWithARequestUnderWay_CountsItAsCancelled()
    {
        JourneyHarness? harness = null;
        harness = new JourneyHarness(JourneyHarness.Sampled + "journeys: [ { name: j, steps: [ { name: a, get: /a }, { name: b, get: /b } ] } ]", (_, n) =>
        {
            if (n == 1)
            {
                Abort(harness!);
            }
            return new RawReply();
        });
        await using var disposed = harness;

        await harness.StartAsync();
        var batch = harness.Recorder.Drain(final: false);

        Assert.Equal(["cancelled harness"], batch.Metrics.Errors.Keys);
        Assert.Equal(["a"], batch.Metrics.Http.Keys);
        Assert.Equal([null, "cancelled"], Assert.Single(batch.Sessions).Actions.Select(action => action.Error));
    }

    [Fact]
    public async Task RunAsync_AbortedBetweenRequests_CancelsNothing()
    {
        await using var harness = new JourneyHarness(JourneyHarness.Sampled + "journeys: [ { name: j, steps: [ { name: a, get: /a }, { think: 1s }, { name: b, get: /b } ] } ]");
        harness.Thread.Pausing = () => Abort(harness);

        await harness.StartAsync();

        Assert.Empty(harness.Recorder.Drain(final: false).Metrics.Errors);
    }

    private static void Abort(JourneyHarness harness)
    {
        harness.Stop.Abort(StopOrder.RunAborted);
        harness.Stop.Aborted.WaitHandle.WaitOne(ApeTest.Tests.Shared.TestTimeouts.Default);
    }
}
