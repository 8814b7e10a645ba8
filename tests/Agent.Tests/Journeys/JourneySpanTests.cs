using System.Collections.Concurrent;
using System.Diagnostics;
using ApeTest.Agent.Sessions;
using ApeTest.Agent.Tests.Fakes;

namespace ApeTest.Agent.Tests.Journeys;

/// <summary>Spans of journeys, for whoever listens.</summary>
public sealed class JourneySpanTests
{
    private const string Yaml = "journeys: [ { name: j, steps: [ { name: a, get: /a }, { name: b, get: /b } ] } ]";

    [Fact]
    public async Task RunAsync_SampledAndListened_HasASpanForEachRequestThatTheTargetSees()
    {
        var (listener, spans) = Listen();
        using var _ = listener;
        await using var harness = new JourneyHarness(JourneyHarness.Sampled + Yaml, (seen, _) => new RawReply(seen.Target == "/b" ? 500 : 200));

        var record = await harness.RunAsync();

        var mine = spans.Where(span => span.TraceId.ToHexString() == record.TraceId).OrderBy(span => span.StartTimeUtc).ToList();
        var session = Assert.Single(mine, span => span.OperationName == "invoke_agent j");
        Assert.Equal("failed", session.GetTagItem("apetest.session.outcome"));
        var steps = mine.Where(span => span != session).ToList();
        Assert.Equal(["execute_tool a", "execute_tool b"], steps.Select(span => span.OperationName).Order());
        Assert.All(steps, span => Assert.Equal(session.SpanId, span.ParentSpanId));
        Assert.Equal((500, "http_500"), (steps.Single(span => span.OperationName == "execute_tool b").GetTagItem("http.response.status_code"), steps.Single(span => span.OperationName == "execute_tool b").GetTagItem("error.type")));
        Assert.Equal(harness.Target.Seen.Select(seen => seen.Trace.Span.ToString("x16", null)).Order(), steps.Select(span => span.SpanId.ToHexString()).Order());
        Assert.All(harness.Target.Seen, seen => Assert.Equal((record.TraceId, true), (seen.Trace.TraceId, seen.Trace.Sampled)));
        Assert.All(mine, span => Assert.True(span.IsStopped));
    }

    [Fact]
    public async Task RunAsync_NotSampled_HasNoneAndItsRequestsSayItAll()
    {
        var (listener, spans) = Listen();
        using var _ = listener;
        await using var harness = new JourneyHarness("agents: 1\ntelemetry: { sample: 0 }\n" + Yaml);

        await harness.StartAsync();

        var trace = harness.Target.Seen[0].Trace.TraceId;
        Assert.DoesNotContain(spans, span => span.TraceId.ToHexString() == trace);
        Assert.All(harness.Target.Seen, seen => Assert.Equal((trace, false), (seen.Trace.TraceId, seen.Trace.Sampled)));
        Assert.Equal(2, harness.Target.Seen.Select(seen => seen.Trace.Span).Distinct().Count());
    }

    [Fact]
    public async Task RunAsync_SpansAndLogLines_NeverBecomeTheCurrentActivityOfTheLoop()
    {
        var (listener, _) = Listen();
        using var __ = listener;
        using var ambient = new Activity("host").Start();
        var during = new ConcurrentQueue<Activity?>();
        await using var harness = new JourneyHarness(JourneyHarness.Sampled + Yaml, (seen, _) =>
        {
            during.Enqueue(Activity.Current);
            return new RawReply(seen.Target == "/b" ? 500 : 200);
        });

        await harness.StartAsync();

        Assert.Equal(2, during.Count);
        Assert.All(during, activity => Assert.Same(ambient, activity));
        Assert.Same(ambient, Activity.Current);
        Assert.Null(ServiceDefaults.Identity.RequestIdentity.Current);
    }

    [Fact]
    public async Task RunAsync_TwoSessions_ShareNoTrace()
    {
        await using var harness = new JourneyHarness(JourneyHarness.Sampled + Yaml);

        Assert.NotEqual((await harness.RunAsync()).TraceId, (await harness.RunAsync()).TraceId);
    }

    private static (ActivityListener Listener, ConcurrentQueue<Activity> Stopped) Listen()
    {
        var stopped = new ConcurrentQueue<Activity>();
        var listener = new ActivityListener
        {
            ShouldListenTo = static source => source.Name == SessionTrace.SourceName,
            Sample = static (ref ActivityCreationOptions<ActivityContext> options) =>
                (options.Parent.TraceFlags & ActivityTraceFlags.Recorded) != 0 ? ActivitySamplingResult.AllDataAndRecorded : ActivitySamplingResult.None,
            ActivityStopped = stopped.Enqueue,
        };
        ActivitySource.AddActivityListener(listener);
        return (listener, stopped);
    }
}
