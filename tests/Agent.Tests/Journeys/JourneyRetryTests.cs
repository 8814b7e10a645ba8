using ApeTest.Agent.Tests.Fakes;
using ApeTest.Runs.Records;
using ApeTest.Targets.Http;

namespace ApeTest.Agent.Tests.Journeys;

/// <summary>Requests that are sent again.</summary>
public sealed class JourneyRetryTests
{
    private static string Retries(int most) => JourneyHarness.Sampled + $"journeys: [ {{ name: j, steps: [ {{ name: a, get: \"/{{{{uuid()}}}}\", retries: {most} }}, {{ name: b, get: /b }} ] }} ]";

    [Fact]
    public async Task RunAsync_LaterSuccess_IsARecoveryAndEachAttemptCounts()
    {
        await using var harness = new JourneyHarness(Retries(3), (_, n) => n switch { 0 => new RawReply(503), 1 => RawReply.Of(TargetErrors.Reset), _ => new RawReply() });

        await harness.StartAsync();
        var batch = harness.Recorder.Drain(final: false);

        Assert.Equal(SessionOutcome.Succeeded, batch.Sessions[0].Outcome);
        Assert.Equal(1, batch.Metrics.Recoveries["retry"]);
        Assert.Equal((3, 2, 2), (batch.Metrics.Http["a"].Count, batch.Metrics.Http["a"].Errors, batch.Metrics.Http["a"].Retries));
        Assert.Equal([503, null, 200, 200], batch.Sessions[0].Actions.Select(action => action.Status));
        // The very request again, generated values and all.
        Assert.Single(harness.Target.Seen.Take(3).Select(seen => seen.Target).Distinct());
    }

    [Fact]
    public async Task RunAsync_NeverBetter_FailsAfterTheLastWithDoubledPauses()
    {
        await using var harness = new JourneyHarness(Retries(8), (_, _) => new RawReply(429));

        var record = await harness.RunAsync();

        Assert.Equal(SessionOutcome.Failed, record.Outcome);
        Assert.StartsWith("http_429: a", record.Reason, StringComparison.Ordinal);
        Assert.Equal(9, record.Actions.Length);
        Assert.Equal([100, 200, 400, 800, 1600, 3200, 5000, 5000], harness.Thread.Pauses.Select(pause => pause.TotalMilliseconds));
    }

    [Theory]
    [InlineData(404, null)]
    [InlineData(0, TargetErrors.Denied)]
    public async Task RunAsync_WhatAnotherTryCannotMend_IsNotSentAgain(int status, string? error)
    {
        await using var harness = new JourneyHarness(Retries(3), (_, _) => new RawReply(status, "", error));

        await harness.RunAsync();

        Assert.Single(harness.Target.Seen);
        Assert.Empty(harness.Thread.Pauses);
    }

    [Fact]
    public async Task RunAsync_AnswerThatIsAskedFor_IsNotSentAgain()
    {
        await using var harness = new JourneyHarness(JourneyHarness.Sampled + "journeys: [ { name: j, steps: [ { name: a, get: /a, retries: 3, check: 503 } ] } ]", (_, _) => new RawReply(503));

        var record = await harness.RunAsync();

        Assert.Equal(SessionOutcome.Succeeded, record.Outcome);
        Assert.Single(harness.Target.Seen);
    }

    [Fact]
    public async Task RunAsync_FailedBehindARedirect_BeginsWithTheFirstRequest()
    {
        await using var harness = new JourneyHarness(JourneyHarness.Sampled + "journeys: [ { name: j, steps: [ { name: a, post: /a, json: { x: 1 }, retries: 1 } ] } ]",
            (seen, n) => seen.Target == "/a" ? new RawReply(303) { Headers = [("Location", "/b")] } : new RawReply(n == 1 ? 500 : 200));

        var record = await harness.RunAsync();

        Assert.Equal(SessionOutcome.Succeeded, record.Outcome);
        Assert.Equal(["POST /a", "GET /b", "POST /a", "GET /b"], harness.Target.Seen.Select(seen => $"{seen.Method} {seen.Target}"));
        Assert.Equal(["{\"x\":1}", "", "{\"x\":1}", ""], harness.Target.Seen.Select(seen => seen.Body));
    }

    [Fact]
    public async Task RunAsync_PausesBetweenAttempts_AreNoTimeBetweenActions()
    {
        await using var harness = new JourneyHarness(Retries(1), (_, n) => new RawReply(n == 0 ? 503 : 200));

        await harness.StartAsync();
        var intervals = harness.Metrics().Intervals;

        // 10 ms to the second attempt, 10 ms to the next step; the 100 ms between are our own rule.
        Assert.Equal(TimeSpan.FromMilliseconds(20).Ticks, intervals.Target);
        Assert.Equal((0L, 0L), (intervals.Think, intervals.Harness));
        Assert.Equal([100], harness.Thread.Pauses.Select(pause => pause.TotalMilliseconds));
    }

    [Theory]
    [InlineData("2", 2000)]
    [InlineData("0", 100)]
    [InlineData("3600", 7000)]
    [InlineData("soon", 100)]
    public async Task RunAsync_RetryAfter_IsWaitedForWithinTheStepsTimeout(string after, int pause)
    {
        await using var harness = new JourneyHarness(JourneyHarness.Sampled + "journeys: [ { name: j, steps: [ { name: a, get: /a, retries: 1, timeout: 7s } ] } ]",
            (_, n) => n == 0 ? new RawReply(503) { Headers = [("Retry-After", after)] } : new RawReply());

        await harness.StartAsync();
        var batch = harness.Recorder.Drain(final: false);

        Assert.Equal(SessionOutcome.Succeeded, batch.Sessions[0].Outcome);
        Assert.Equal([pause], harness.Thread.Pauses.Select(static pause => (int)pause.TotalMilliseconds));
        // What the target asks for is its own time.
        Assert.Equal(TimeSpan.FromMilliseconds(pause == 100 ? 10 : pause + 10).Ticks, batch.Metrics.Intervals.Target);
    }

    [Fact]
    public async Task RunAsync_RetryAfterADate_IsWaitedForUntilThen()
    {
        JourneyHarness? harness = null;
        harness = new JourneyHarness(JourneyHarness.Sampled + "journeys: [ { name: j, steps: [ { name: a, get: /a, retries: 1 } ] } ]",
            (_, n) => n == 0 ? new RawReply(429) { Latency = TimeSpan.Zero, Headers = [("Retry-After", $"{harness!.Clock.GetUtcNow().AddSeconds(9):R}")] } : new RawReply());
        await using var disposed = harness;

        await harness.RunAsync();

        // A date has whole seconds.
        Assert.InRange(Assert.Single(harness.Thread.Pauses).TotalSeconds, 8, 9);
    }
}
