using ApeTest.Runs.Queue;
using ApeTest.Runs.Recording;
using ApeTest.Runs.Records;
using ApeTest.Runs.Summaries;
using ApeTest.Scenarios.Model;
using ApeTest.Tests.Shared;

namespace ApeTest.Runs.Tests.Summaries;

/// <summary>Runs whose figures are known, for tests of what is made of them.</summary>
internal static class KnownRuns
{
    /// <summary>The figures of a run of which nothing is known yet.</summary>
    public static RunAggregate Aggregate() => new(TestRun.Plan(), "embedded", "partial");

    /// <summary>A run of 20 s with sessions of these outcomes, three actions, one interval and one model call.</summary>
    public static RunSummary Of(FakeTimeProvider time, (SessionOutcome Outcome, int Count)[] sessions, params ThresholdSpec[] thresholds)
    {
        var plan = TestRun.Plan(thresholds: [.. thresholds]);
        var recorder = TestRun.Recorder(plan, time);
        foreach (var (outcome, count) in sessions)
        {
            for (var i = 0; i < count; i++)
            {
                recorder.SessionStarted("buy-coffee", TimeSpan.Zero);
                recorder.SessionEnded(TestRun.Session(outcome, sampled: false), TimeSpan.FromSeconds(1), 2);
            }
        }
        recorder.Action(TestRun.Action(recorder, "checkout", 250));
        recorder.Action(TestRun.Action(recorder, "list", 400, 0, "timeout"));
        recorder.Action(TestRun.Action(recorder, "GET /orders/{id}", 100, 200, "check", "GET"));
        recorder.IterationDropped("no_free_agent");
        recorder.IterationDropped("run_end");
        recorder.Interval(new IntervalSample("buy-coffee", TimeSpan.FromMilliseconds(200), TimeSpan.FromMilliseconds(50), default, default, default, default));
        recorder.ModelCall(new ModelUse("p", "m", TimeSpan.FromSeconds(1), default, null, 1, 1, false, 0.5m, 0));
        var aggregate = new RunAggregate(plan, "embedded", "partial");
        aggregate.Add(new RunState(plan.Run, "completed", TestRun.Started, 1, 1, 1, [recorder.Drain(final: true)]));
        return aggregate.Summarize(TestRun.Started.AddSeconds(20));
    }

    /// <summary>A batch with something of everything.</summary>
    public static SnapshotBatch Batch(Scenarios.Planning.RunPlan plan, FakeTimeProvider time)
    {
        var recorder = TestRun.Recorder(plan, time);
        foreach (var outcome in Enum.GetValues<SessionOutcome>())
        {
            recorder.SessionStarted("buy-coffee", TimeSpan.FromMilliseconds(2));
            recorder.SessionEnded(TestRun.Session(outcome), TimeSpan.FromSeconds(1.25), 5);
        }
        recorder.Action(TestRun.Action(recorder, "checkout", 30) with { BytesSent = 310, BytesReceived = 1200, NewConnection = true });
        recorder.Action(TestRun.Action(recorder, "checkout", 900, 503, "http_503") with { BytesSent = 310, BytesReceived = 90, Retries = 1 });
        recorder.Action(TestRun.Action(recorder, "listProducts", 12, 200, method: "GET"));
        recorder.GroupEnded(recorder.Group("buy"), TimeSpan.FromSeconds(1.25));
        recorder.Rejected("nope");
        recorder.Recovery("reauth");
        recorder.Edited("gateway: configuration 1 became 2");
        recorder.IterationDropped("no_slot");
        recorder.Error(new ErrorSample("model_timeout", "model", TestRun.TraceOf(TestRun.Trace)));
        recorder.Interval(new IntervalSample("buy-coffee", TimeSpan.FromMilliseconds(213), TimeSpan.FromMilliseconds(80),
            TimeSpan.FromMilliseconds(100), TimeSpan.FromMilliseconds(1), TimeSpan.FromMilliseconds(30), TimeSpan.FromMilliseconds(1)));
        recorder.ModelCall(new ModelUse("builtin", "planner", TimeSpan.FromMilliseconds(100), TimeSpan.FromMilliseconds(5),
            TimeSpan.FromMilliseconds(40), 1200, 80, true, 0.0012m, 1));
        return recorder.Drain(final: true, new GeneratorSample(0.41, 210_000_000, 0.004, [TimeSpan.FromMilliseconds(2)])
        {
            Loops = [new LoopSample(100, TimeSpan.FromMilliseconds(1.5))],
        });
    }

    /// <summary>The run of the golden file.</summary>
    public static RunSummary Known(FakeTimeProvider time)
    {
        var plan = TestRun.Plan(thresholds:
        [
            new ThresholdSpec("session_success", ">=", 0.95, ">= 0.95", "scenario"),
            new ThresholdSpec("http_p95{operation=logout}", "<", 0.3, "< 300ms", "cli"),
            new ThresholdSpec("mtba_active_p95", "<", 1, "< 1s", "default"),
        ]);
        var aggregate = new RunAggregate(plan, "embedded", "partial");
        aggregate.Add(new RunState(plan.Run, "completed", TestRun.Started, 1, 1, 1, [Batch(plan, time)]));
        aggregate.TakeInterval(TestRun.Started.AddSeconds(1), draining: false);
        return aggregate.Summarize(TestRun.Started.AddSeconds(20.8));
    }
}
