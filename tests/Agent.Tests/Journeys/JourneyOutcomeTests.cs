using ApeTest.Agent.Tests.Fakes;
using ApeTest.Agent.Workers;
using ApeTest.Runs.Queue;
using ApeTest.Runs.Records;
using ApeTest.Targets.Http;

namespace ApeTest.Agent.Tests.Journeys;

/// <summary>How a session of a journey ends, and what its record says of it.</summary>
public sealed class JourneyOutcomeTests
{
    private const string Two = JourneyHarness.Sampled + "journeys: [ { name: j, steps: [ { name: a, get: /a }, { name: b, get: /b } ] } ]";

    [Fact]
    public async Task RunAsync_EveryStepAsItMustBe_Succeeds()
    {
        await using var harness = new JourneyHarness(Two);

        var record = await harness.RunAsync();

        Assert.Equal((SessionOutcome.Succeeded, "evidence: every check holds"), (record.Outcome, record.Reason));
        Assert.Equal(["/a", "/b"], harness.Target.Seen.Select(seen => seen.Target));
        Assert.Equal(["a: any below 400", "b: any below 400"], record.Evidence.Select(evidence => evidence.Condition));
        Assert.All(record.Evidence, evidence => Assert.True(evidence.Ok));
        Assert.Equal(1, harness.Target.SessionsEnded);
        Assert.Equal(0.02, record.DurationS, 6);
    }

    [Theory]
    [InlineData(503, "{}", "", "http_503: a: status 503, expected below 400", "http_503")]
    [InlineData(200, "{\"x\":1}", ", check: { json: { $.x: 2 } }", "check: a", "check")]
    [InlineData(204, "", ", check: 201", "check: a: status 204, expected 201", "check")]
    [InlineData(200, "{}", ", extract: { x: $.x }", "extraction: a: x: $.x", "extraction")]
    public async Task RunAsync_StepNotAsItMustBe_FailsThereWithItsError(int status, string body, string more, string reason, string error)
    {
        await using var harness = new JourneyHarness(JourneyHarness.Sampled + $"journeys: [ {{ name: j, steps: [ {{ name: a, get: /a{more} }}, {{ name: b, get: /b }} ] }} ]",
            (_, _) => new RawReply(status, body));

        await harness.StartAsync();
        var batch = harness.Recorder.Drain(final: false);

        var record = Assert.Single(batch.Sessions);
        Assert.Equal(SessionOutcome.Failed, record.Outcome);
        Assert.StartsWith(reason, record.Reason, StringComparison.Ordinal);
        Assert.Single(harness.Target.Seen);
        Assert.False(Assert.Single(record.Evidence).Ok);
        Assert.Equal([$"{error} target"], batch.Metrics.Errors.Keys);
        Assert.Equal(1, batch.Metrics.Http["a"].Errors);
    }

    [Theory]
    [InlineData(TargetErrors.Reset)]
    [InlineData(TargetErrors.Dns)]
    [InlineData(TargetErrors.Connect)]
    [InlineData(TargetErrors.Protocol)]
    public async Task RunAsync_NoAnswer_FailsWithItsType(string error)
    {
        await using var harness = new JourneyHarness(Two, (_, _) => RawReply.Of(error));

        var wasAnswered = await harness.StartAsync();
        var record = Assert.Single(harness.Recorder.Drain(final: false).Sessions);

        Assert.False(wasAnswered);
        Assert.Equal((SessionOutcome.Failed, $"{error}: a: no luck: {error}"), (record.Outcome, record.Reason));
        Assert.Equal((null, error), (record.Actions[0].Status, record.Actions[0].Error));
    }

    [Fact]
    public async Task RunAsync_StepTimesOut_FailsAndIsNoSessionTimeout()
    {
        await using var harness = new JourneyHarness(JourneyHarness.Sampled + "journeys: [ { name: j, timeout: 60s, steps: [ { name: a, get: /a, timeout: 2s } ] } ]",
            (_, _) => new RawReply { Latency = TimeSpan.FromMinutes(5) });

        var record = await harness.RunAsync();

        Assert.Equal(SessionOutcome.Failed, record.Outcome);
        Assert.StartsWith("timeout: a", record.Reason, StringComparison.Ordinal);
        Assert.Equal(TimeSpan.FromSeconds(2), harness.Target.Seen[0].Timeout);
    }

    [Fact]
    public async Task RunAsync_Continue_GoesOnAndFailsWithTheFirstError()
    {
        await using var harness = new JourneyHarness(
            JourneyHarness.Sampled + "journeys: [ { name: j, steps: [ { name: a, get: /a, continue: true }, { name: b, get: /b, continue: true }, { name: c, get: /c } ] } ]",
            (_, n) => new RawReply(n == 0 ? 500 : n == 1 ? 404 : 200));

        var record = await harness.RunAsync();

        Assert.Equal(SessionOutcome.Failed, record.Outcome);
        Assert.StartsWith("http_500: a", record.Reason, StringComparison.Ordinal);
        Assert.Equal([500, 404, 200], record.Actions.Select(action => action.Status!.Value));
        Assert.Equal([false, false, true], record.Evidence.Select(evidence => evidence.Ok));
    }

    [Fact]
    public async Task RunAsync_TimeIsUpInAThink_IsStuckAtTheLimit()
    {
        await using var harness = new JourneyHarness(JourneyHarness.Sampled + "journeys: [ { name: j, timeout: 5s, think: 1h, steps: [ { name: a, get: /a }, { name: b, get: /b } ] } ]");

        var record = await harness.RunAsync();

        Assert.Equal((SessionOutcome.Stuck, "session_timeout: not finished within 5 s"), (record.Outcome, record.Reason));
        Assert.Equal(5, record.DurationS, 6);
        Assert.Single(record.Actions);
    }

    [Fact]
    public async Task RunAsync_TimeIsUpInARequest_IsStuckAtTheLimit()
    {
        await using var harness = new JourneyHarness(JourneyHarness.Sampled + "journeys: [ { name: j, timeout: 5s, steps: [ { name: a, get: /a, retries: 3 } ] } ]",
            (_, _) => new RawReply { Latency = TimeSpan.FromMinutes(5) });

        await harness.StartAsync();
        var batch = harness.Recorder.Drain(final: false);

        var record = Assert.Single(batch.Sessions);
        Assert.Equal((SessionOutcome.Stuck, "session_timeout: not finished within 5 s"), (record.Outcome, record.Reason));
        Assert.Equal(5, record.DurationS, 6);
        Assert.Equal("session_timeout", Assert.Single(record.Actions).Error);
    }

    [Fact]
    public async Task RunAsync_AbortedInAThink_IsAbortedForItsReason()
    {
        await using var harness = new JourneyHarness(JourneyHarness.Sampled + "journeys: [ { name: j, think: 1s, steps: [ { name: a, get: /a }, { name: b, get: /b } ] } ]");
        harness.Thread.Pausing = () =>
        {
            harness.Stop.Abort(StopOrder.RunAborted);
            harness.Stop.Aborted.WaitHandle.WaitOne(ApeTest.Tests.Shared.TestTimeouts.Default);
        };

        var record = await harness.RunAsync();

        Assert.Equal((SessionOutcome.Aborted, "run_aborted"), (record.Outcome, record.Reason));
        Assert.Single(record.Actions);
    }

    [Fact]
    public async Task RunAsync_AbortedInARequest_IsAbortedForItsReason()
    {
        JourneyHarness? harness = null;
        harness = new JourneyHarness(Two, (_, _) =>
        {
            harness!.Stop.Abort(StopOrder.RunEnd);
            harness.Stop.Aborted.WaitHandle.WaitOne(ApeTest.Tests.Shared.TestTimeouts.Default);
            return new RawReply();
        });
        await using var disposed = harness;

        var record = await harness.RunAsync();

        Assert.Equal((SessionOutcome.Aborted, "run_end"), (record.Outcome, record.Reason));
    }

    [Theory]
    [InlineData("", new string[0])]
    [InlineData(", continue: true", new[] { "/c" })]
    public async Task RunAsync_TemplateWithoutAValue_IsTheAgentsError(string more, string[] sent)
    {
        await using var harness = new JourneyHarness(JourneyHarness.Sampled
            + $"journeys: [ {{ name: j, steps: [ {{ if: {{ chance: 0 }}, then: [ {{ name: a, get: /a, extract: {{ x: $.x }} }} ] }}, {{ name: b, get: \"/b/{{{{x}}}}\"{more} }}, {{ name: c, get: /c }} ] }} ]");

        await harness.StartAsync();
        var batch = harness.Recorder.Drain(final: false);

        var record = Assert.Single(batch.Sessions);
        Assert.Equal(SessionOutcome.AgentError, record.Outcome);
        Assert.StartsWith("template: b: ", record.Reason, StringComparison.Ordinal);
        Assert.Equal(sent, harness.Target.Seen.Select(seen => seen.Target));
        Assert.Equal(["template harness"], batch.Metrics.Errors.Keys);
    }

    [Theory]
    [InlineData("", 1)]
    [InlineData(", continue: true", 2)]
    public async Task RunAsync_DeniedByThePolicy_IsTheAgentsErrorAndNoRequest(string more, int asked)
    {
        await using var harness = new JourneyHarness(JourneyHarness.Sampled + $"journeys: [ {{ name: j, think: 1s, steps: [ {{ name: a, get: /a{more} }}, {{ name: b, get: /b }} ] }} ]",
            (seen, _) => seen.Target == "/a" ? RawReply.Of(TargetErrors.Denied) with { Latency = TimeSpan.Zero } : new RawReply());

        await harness.StartAsync();
        var batch = harness.Recorder.Drain(final: false);

        Assert.Equal((SessionOutcome.AgentError, "denied: a: no luck: denied"), (batch.Sessions[0].Outcome, batch.Sessions[0].Reason));
        Assert.Equal(["denied gateway"], batch.Metrics.Errors.Keys);
        Assert.Equal(asked, harness.Target.Seen.Count);
        // Its 0 ms would pull the percentiles down, and nothing was asked of the target.
        Assert.Equal(asked == 1 ? [] : ["b"], batch.Metrics.Http.Keys);
        Assert.Equal(asked - 1, batch.Metrics.Actions.Total);
        Assert.Equal("denied", batch.Sessions[0].Actions[0].Error);
    }

    [Fact]
    public async Task RunAsync_RedirectToWhatIsDenied_IsTheTargetsFailure()
    {
        await using var harness = new JourneyHarness(JourneyHarness.Sampled + "journeys: [ { name: j, steps: [ { name: a, get: /a, continue: true }, { name: b, get: /b } ] } ]",
            (seen, _) => seen.Target switch { "/a" => new RawReply(302) { Headers = [("Location", "/secret")] }, "/secret" => RawReply.Of(TargetErrors.Denied), _ => new RawReply() });

        await harness.StartAsync();
        var batch = harness.Recorder.Drain(final: false);

        Assert.Equal((SessionOutcome.Failed, "denied: a: no luck: denied"), (batch.Sessions[0].Outcome, batch.Sessions[0].Reason));
        Assert.Equal(["/a", "/secret", "/b"], harness.Target.Seen.Select(seen => seen.Target));
        Assert.Equal((1, 1), (batch.Metrics.Http["a"].Count, batch.Metrics.Http["b"].Count));
    }

    [Fact]
    public async Task RunAsync_BreakerOpen_FailsWithoutARequestInTheFigures()
    {
        await using var harness = new JourneyHarness(Two, (_, _) => RawReply.Of(TargetErrors.CircuitOpen));

        await harness.StartAsync();
        var batch = harness.Recorder.Drain(final: false);

        Assert.Equal(SessionOutcome.Failed, batch.Sessions[0].Outcome);
        Assert.Empty(batch.Metrics.Http);
        Assert.Equal(["circuit_open gateway"], batch.Metrics.Errors.Keys);
    }

    [Fact]
    public async Task RunAsync_ValueThatAFailedStepDidNotGive_FailsWithThatStep()
    {
        await using var harness = new JourneyHarness(JourneyHarness.Sampled
            + "journeys: [ { name: j, steps: [ { name: a, get: /a, continue: true, extract: { q: $.q } }, { name: b, get: \"/b/{{q}}\" } ] } ]", (_, _) => new RawReply(503));

        await harness.StartAsync();
        var batch = harness.Recorder.Drain(final: false);

        Assert.Equal(SessionOutcome.Failed, batch.Sessions[0].Outcome);
        Assert.StartsWith("http_503: a", batch.Sessions[0].Reason, StringComparison.Ordinal);
        Assert.Equal(["http_503 target", "template harness"], batch.Metrics.Errors.Keys);
        Assert.Single(harness.Target.Seen);
    }

    [Fact]
    public async Task RunAsync_LastStepFailsBehindAnother_IsToldByTheFirst()
    {
        await using var harness = new JourneyHarness(JourneyHarness.Sampled + "journeys: [ { name: j, steps: [ { name: a, get: /a, continue: true }, { name: b, get: /b } ] } ]",
            (_, n) => n == 0 ? new RawReply(500) : RawReply.Of(TargetErrors.Denied));

        var record = await harness.RunAsync();

        Assert.Equal(SessionOutcome.Failed, record.Outcome);
        Assert.StartsWith("http_500: a", record.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task RunAsync_NoRequestAtAll_IsStuckForWantOfEvidence()
    {
        await using var harness = new JourneyHarness(JourneyHarness.Sampled + "journeys: [ { name: j, steps: [ { if: { chance: 0 }, then: [ { name: a, get: /a } ] } ] } ]");

        var record = await harness.RunAsync();

        Assert.Equal((SessionOutcome.Stuck, "no_evidence: no request was sent"), (record.Outcome, record.Reason));
    }

    [Fact]
    public async Task RunAsync_LoopThatNeverEnds_FailsAtItsLimit()
    {
        await using var harness = new JourneyHarness(JourneyHarness.Sampled
            + "journeys: [ { name: j, steps: [ { name: a, get: /a }, { while: { status: 200 }, max: 4, steps: [ { name: b, get: /b } ] } ] } ]");

        await harness.StartAsync();
        var batch = harness.Recorder.Drain(final: false);

        Assert.Equal((SessionOutcome.Failed, "loop_limit: the condition still holds after 4 turns"), (batch.Sessions[0].Outcome, batch.Sessions[0].Reason));
        Assert.Equal(4, batch.Metrics.Http["b"].Count);
        Assert.Equal(["loop_limit target"], batch.Metrics.Errors.Keys);
    }

    [Fact]
    public async Task RunAsync_RedirectsWithoutEnd_FailAndEachHopIsAnExchange()
    {
        await using var harness = new JourneyHarness(JourneyHarness.Sampled + "journeys: [ { name: j, steps: [ { name: a, get: /a, redirects: 2 } ] } ]",
            (_, n) => new RawReply(302) { Headers = [("Location", $"/hop-{n}")] });

        await harness.StartAsync();
        var batch = harness.Recorder.Drain(final: false);

        Assert.Equal((SessionOutcome.Failed, "protocol: a: more than 2 redirects"), (batch.Sessions[0].Outcome, batch.Sessions[0].Reason));
        Assert.Equal(["/a", "/hop-0", "/hop-1"], harness.Target.Seen.Select(seen => seen.Target));
        Assert.Equal((3, 1), (batch.Metrics.Http["a"].Count, batch.Metrics.Http["a"].Errors));
    }

    [Fact]
    public async Task RunAsync_BudgetUsedUp_IsAbortedAndStopsTheRunOnce()
    {
        await using var harness = new JourneyHarness(Two, (_, _) => RawReply.Of(TargetErrors.Budget));

        var record = await harness.RunAsync();
        await harness.StartAsync();

        Assert.Equal((SessionOutcome.Aborted, "budget: the run's request budget is used up"), (record.Outcome, record.Reason));
        Assert.Equal((RunSignalKind.Stop, "budget"), (Assert.Single(harness.Signals).Kind, harness.Signals.First().Reason));
    }

    [Fact]
    public async Task RunAsync_FaultOfOurs_CostsOneSession()
    {
        await using var harness = new JourneyHarness(Two, (_, n) => new RawReply { Fault = n == 0 ? new InvalidOperationException("a bug") : null });

        var first = await harness.RunAsync();
        var second = await harness.RunAsync();

        Assert.Equal((SessionOutcome.AgentError, "harness: InvalidOperationException"), (first.Outcome, first.Reason));
        Assert.Equal(SessionOutcome.Succeeded, second.Outcome);
        Assert.Contains(harness.Log.Records, line => line.Event == "journey.harness_failed");
    }

    [Fact]
    public async Task RunAsync_NoRowLeft_CostsOneSession()
    {
        await using var harness = new JourneyHarness("agents: 1\ntelemetry: { sample: 1 }\ndata: { user: { rows: [ { name: ann } ], onEnd: stop } }\n"
            + "journeys: [ { name: j, steps: [ { name: a, get: \"/{{user.name}}\" } ] } ]");

        var first = await harness.RunAsync();
        var second = await harness.RunAsync();

        Assert.Equal((SessionOutcome.Succeeded, SessionOutcome.AgentError), (first.Outcome, second.Outcome));
        Assert.Single(harness.Target.Seen);
    }
}
