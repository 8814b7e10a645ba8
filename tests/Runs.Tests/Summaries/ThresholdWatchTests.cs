using ApeTest.Runs.Queue;
using ApeTest.Runs.Recording;
using ApeTest.Runs.Records;
using ApeTest.Runs.Summaries;
using ApeTest.Scenarios.Model;
using ApeTest.Scenarios.Thresholds;
using ApeTest.Tests.Shared;

namespace ApeTest.Runs.Tests.Summaries;

/// <summary>A run second by second, whose answers take what the test says.</summary>
public sealed class ThresholdWatchTests
{
    private readonly FakeTimeProvider _time = new(TestRun.Started);
    private RunAggregate _run = null!;
    private BlockRecorder _recorder = null!;
    private double _elapsed;

    [Fact]
    public void Window_OneBadWhileAmongGoodOnes_FailsAndTellsWhichAndWhen()
    {
        Begin(Spec("http_p95{operation=checkout}", "<", 0.3, window: 10));
        Seconds(20, 100);
        Seconds(5, 900);
        Seconds(20, 100);

        var result = Assert.Single(Results());

        // Over the whole run it would have held; in a window of ten the bad five are half.
        Assert.Equal(("http_p95{operation=checkout}", false, 10.0), (result.Name, result.Ok, result.WindowS));
        Assert.Equal(0.9, result.Value!.Value, 2);
        Assert.InRange(result.WorstAtS!.Value, 21, 25);
        Assert.Null(_run.Broken);
    }

    [Fact]
    public void Window_WhoseConditionHoldsInAll_PassesWithTheWorst()
    {
        Begin(Spec("http_max", "<", 0.3, window: 10));
        Seconds(15, 100);
        Seconds(1, 250);
        Seconds(30, 120);

        var result = Assert.Single(Results());

        Assert.Equal((true, 0.25, 16.0), (result.Ok, result.Value, result.WorstAtS));
    }

    [Fact]
    public void Window_OfALowerBound_KeepsTheSmallest()
    {
        Begin(Spec("session_success", ">=", 0.5, window: 2));
        Seconds(4, 100);
        Seconds(2, 100, outcome: SessionOutcome.Failed);
        Seconds(4, 100);

        var result = Assert.Single(Results());

        Assert.Equal((false, 0.0, 6.0), (result.Ok, result.Value, result.WorstAtS));
    }

    [Fact]
    public void Window_ShorterRunThanTheWindow_IsInconclusive()
    {
        Begin(Spec("http_p95", "<", 0.3, window: 10));
        Seconds(9, 100);

        var result = Assert.Single(Results());

        Assert.Equal((false, true, null), (result.Ok, result.Inconclusive, result.WorstAtS));
    }

    [Fact]
    public void Window_WithoutSamples_IsSkipped()
    {
        Begin(Spec("http_p95", "<", 0.3, window: 3));
        Seconds(5, 100);
        Seconds(10, null);
        Seconds(5, 100);

        var result = Assert.Single(Results());

        Assert.Equal((true, 0.1), (result.Ok, Math.Round(result.Value!.Value, 2)));
    }

    [Fact]
    public void Window_OfTicksThatDoNotComeAtWholeSeconds_IsFullAllTheSame()
    {
        Begin(Spec("http_max", "<", 0.3, window: 10));
        Tick(0.4, 100);
        Seconds(10, 100);
        Seconds(1, 400);

        var result = Assert.Single(Results());

        Assert.Equal((false, 0.4, 11.4), (result.Ok, result.Value, result.WorstAtS));
    }

    [Fact]
    public void Window_AfterTheLoadHasEnded_IsNotJudged()
    {
        Begin(Spec("http_max", "<", 0.3, window: 2));
        Seconds(5, 100);
        Tick(1, 100, draining: true);
        Tick(1, 900, draining: true);

        Assert.True(Assert.Single(Results()).Ok);
    }

    [Fact]
    public void Window_SeveralOfOneSource_CountNothingTwice()
    {
        Begin(Spec("http_error_rate", "<=", 1, window: 5), Spec("http_max{operation=checkout}", "<", 1, window: 5), Spec("http_p50", "<", 1, window: 5),
            Spec("sessions", "==", 15, window: 5), Spec("agent_error_rate", "<=", 0.5, window: 5), Spec("errors", "==", 0, window: 5));
        Seconds(10, 100);

        Assert.All(Results(), result => Assert.True(result.Ok, $"{result.Name} {result.Value}"));
    }

    [Fact]
    public void Window_OfARate_IsThatOfTheWindowAndZeroWhereNothingWasSent()
    {
        Begin(Spec("http_rate{operation=checkout}", ">=", 2.5, window: 4), Spec("http_rate", ">", 0, window: 2));
        Seconds(10, 100);
        Assert.Equal([(true, 3.0), (true, 3.0)], Results().Select(result => (result.Ok, result.Value!.Value)));
        Seconds(3, null);

        Assert.Equal([(false, 0.75), (false, 0.0)], Results().Select(result => (result.Ok, result.Value!.Value)));
    }

    [Fact]
    public void Abort_OverAWindow_IsToldOnceWhenItBreaks()
    {
        Begin(Spec("http_p95", "<", 0.3, window: 5, abort: true, after: 0));
        Seconds(10, 100);
        Assert.Null(_run.Broken);
        Seconds(1, 900);

        var broken = _run.Broken!;
        Assert.Equal("threshold: http_p95 < 0.3: 0.9 at 11 s", broken.Reason);
        Assert.Equal(broken.Reason, _run.Summarize(Now).Run.Reason);
        Seconds(5, 2000);

        Assert.Same(broken, _run.Broken);
    }

    [Fact]
    public void Abort_OverTheRunSoFar_WaitsForItsDelay()
    {
        Begin(Spec("http_p95", "<", 0.3, abort: true, after: 10));
        Seconds(9, 900);
        Assert.Null(_run.Broken);
        Seconds(1, 900);

        Assert.Equal(TimeSpan.FromSeconds(10), _run.Broken!.At);
        // The last sessions are quick: the run was stopped, and that is the verdict.
        Tick(1, 1, draining: true, actions: 10_000);
        var result = Assert.Single(Results());
        Assert.Equal((false, 0.9, 10.0, null), (result.Ok, Math.Round(result.Value!.Value, 2), result.WorstAtS, result.WindowS));
    }

    [Fact]
    public void Abort_RecoveredBeforeTheDelay_DoesNotStopTheRun()
    {
        Begin(Spec("http_p95", "<", 0.3, window: 2, abort: true, after: 10));
        Seconds(3, 900);
        Seconds(20, 100);

        Assert.Null(_run.Broken);
        Assert.False(Assert.Single(Results()).Ok);
    }

    [Fact]
    public void Abort_OfASumThatMayStillGrow_Waits()
    {
        Begin(Spec("sessions", ">=", 100, abort: true), Spec("errors", "==", 3, abort: true));
        Seconds(3, 100);

        Assert.Null(_run.Broken);
        Seconds(4, 100, error: "http_500");

        Assert.Equal("errors", _run.Broken!.Threshold.Metric);
    }

    [Fact]
    public void Abort_NothingMeasuredYet_Waits()
    {
        Begin(Spec("ttft_p95", "<", 0.3, abort: true), Spec("no_such_metric", "<", 1, abort: true));
        Seconds(5, 100);

        Assert.Null(_run.Broken);
    }

    [Fact]
    public void Broken_InARunThatEndedOtherwise_IsNoReason()
    {
        Begin(Spec("http_p95", "<", 0.3, abort: true));
        Seconds(1, 900);
        _run.Add(new RunState(TestRun.Id, "stopped", TestRun.Started, 1, 1, 0, []));

        Assert.Null(_run.Summarize(Now).Run.Reason);
    }

    [Fact]
    public void Window_OfEveryMetricOfTheVocabulary_HasAValue()
    {
        Begin([.. ThresholdMetrics.All.Select(metric => Spec(metric.Name, "<", 1e12, window: 3))]);
        for (var i = 0; i < 5; i++)
        {
            _recorder.ModelCall(new ModelUse("p", "m", TimeSpan.FromSeconds(1), default, TimeSpan.FromMilliseconds(50), 10, 5, false, 0.1m, 0));
            _recorder.Error(new ErrorSample("model_timeout", "model", default));
            Seconds(1, 100);
        }

        Assert.All(Results(), result => Assert.True(result.Ok, result.Name));
    }

    private static ThresholdSpec Spec(string metric, string op, double limit, int? window = null, bool abort = false, int after = 0) =>
        new(metric, op, limit, FormattableString.Invariant($"{op} {limit}"), "scenario")
        {
            Window = window is { } seconds ? TimeSpan.FromSeconds(seconds) : null,
            Abort = abort,
            AbortAfter = TimeSpan.FromSeconds(after),
        };

    private DateTimeOffset Now => TestRun.Started.AddSeconds(_elapsed);

    private IEnumerable<ThresholdResult> Results() => _run.Summarize(Now).Thresholds;

    private void Begin(params ThresholdSpec[] thresholds)
    {
        var plan = TestRun.Plan(thresholds: [.. thresholds]);
        _recorder = TestRun.Recorder(plan, _time);
        _run = new RunAggregate(plan, "embedded", "partial");
        _run.Add(new RunState(TestRun.Id, "running", TestRun.Started, 0, 1, 1, []));
    }

    private void Seconds(int count, int? milliseconds, SessionOutcome outcome = SessionOutcome.Succeeded, string? error = null)
    {
        for (var i = 0; i < count; i++)
        {
            Tick(1, milliseconds, outcome: outcome, error: error);
        }
    }

    private void Tick(double seconds, int? milliseconds, bool draining = false, int actions = 3,
        SessionOutcome outcome = SessionOutcome.Succeeded, string? error = null)
    {
        for (var i = 0; milliseconds is { } duration && i < actions; i++)
        {
            _recorder.SessionStarted("g", TimeSpan.Zero);
            _recorder.Action(TestRun.Action(_recorder, "checkout", duration, error is null ? 200 : 500, i == 0 ? error : null)
                with { BytesSent = 100, BytesReceived = 1000 });
            _recorder.Interval(new IntervalSample("g", TimeSpan.FromSeconds(1), default, default, default, TimeSpan.FromMilliseconds(duration), default));
            _recorder.SessionEnded(_recorder.Goal("g"), outcome, TimeSpan.FromSeconds(1), 1);
        }
        _elapsed = Math.Round(_elapsed + seconds, 3);
        _run.Add(_recorder.Drain(final: false));
        _run.TakeInterval(Now, draining);
    }
}
