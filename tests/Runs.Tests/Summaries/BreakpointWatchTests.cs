using System.Collections.Immutable;
using System.Text.Json;
using ApeTest.Runs.Json;
using ApeTest.Runs.Queue;
using ApeTest.Runs.Recording;
using ApeTest.Runs.Records;
using ApeTest.Runs.Schemas;
using ApeTest.Runs.Summaries;
using ApeTest.Scenarios;
using ApeTest.Scenarios.Model;
using ApeTest.Tests.Shared;

namespace ApeTest.Runs.Tests.Summaries;

/// <summary>A search second by second, on a target that breaks as the test says.</summary>
public sealed class BreakpointWatchTests
{
    private static readonly ThresholdSpec NoErrors = new("http_error_rate", "<", 0.01, "< 0.01", "scenario");

    private readonly FakeTimeProvider _time = new(TestRun.Started);
    private readonly List<double> _orders = [];
    private RunAggregate _run = null!;
    private BlockRecorder _recorder = null!;
    private int _elapsed;

    private BreakpointWatch Watch => _run.Breakpoint!;

    private BreakpointSummary Found => _run.Summarize(Now).Load.Breakpoint!;

    private DateTimeOffset Now => TestRun.Started.AddSeconds(_elapsed);

    [Fact]
    public void Observe_TargetWithAKnee_OrdersLevelsUpThenBisectsToIt()
    {
        Begin(Rates(10, 100, 10, 2));

        Seconds(200, level => level > 33);

        Assert.Equal([20, 30, 40, 35, 32.5, 33.75], _orders);
        Assert.Equal(("found", "sessions_per_s", 32.5, 33.75), (Found.Outcome, Found.Unit, Found.LastGood, Found.FirstBroken));
        Assert.Equal(new BreakpointThreshold("http_error_rate", "< 0.01", 1), Found.Threshold);
        Assert.Equal(["held", "held", "held", "broken", "broken", "held", "broken"], Found.Levels.Select(static level => level.Verdict));
        // Three seconds to settle and four that are judged, each.
        Assert.Equal([7, 14, 21, 28, 35, 42, 49], Found.Levels.Select(static level => level.AtS));
        Assert.Equal(ExitCodes.Done, Exit());
    }

    [Fact]
    public void Observe_Agents_OrdersWholeNumbers()
    {
        Begin(new LoadSpec { Shape = LoadShapeKind.Breakpoint, From = 2, To = 20, By = 4, Every = TimeSpan.FromSeconds(4), Until = [NoErrors] });

        Seconds(100, level => level > 7);

        Assert.Equal([6, 10, 8, 7], _orders);
        Assert.Equal(("found", "agents", 7.0, 8.0), (Found.Outcome, Found.Unit, Found.LastGood, Found.FirstBroken));
    }

    [Fact]
    public void Observe_ErrorsWhileALevelSettles_BreakNothing()
    {
        Begin(Rates(10, 20, 10, 2));
        for (var level = 0; level < 2; level++)
        {
            Seconds(2, _ => true);
            Seconds(5, _ => false);
        }

        Assert.Equal(("held", 20.0, null), (Found.Outcome, Found.LastGood, Found.FirstBroken));
        Assert.True(Watch.IsOver);
        Assert.Equal(ExitCodes.Done, Exit());
    }

    [Fact]
    public void Observe_BrokenBySaturatedGenerator_IsTriedAgainThenGivenUp()
    {
        Begin(Rates(10, 100, 10, 2));
        Seconds(7, _ => false);
        Seconds(100, _ => true, cpu: 0.95);

        Assert.Equal([20], _orders);
        Assert.Equal(("generator", 10.0, null), (Found.Outcome, Found.LastGood, Found.FirstBroken));
        Assert.Contains("generator_cpu", Found.Reason, StringComparison.Ordinal);
        Assert.Equal(["held", "generator", "generator", "generator"], Found.Levels.Select(static level => level.Verdict));
        Assert.Equal(ExitCodes.Partial, Exit());
    }

    [Fact]
    public void Observe_SaturatedForAWhile_GoesOnWithTheSameLevel()
    {
        Begin(Rates(10, 20, 10, 2));
        Seconds(7, _ => true, cpu: 0.95);
        Seconds(14, _ => false);

        Assert.Equal(("held", 20.0, null), (Found.Outcome, Found.LastGood, Found.Reason));
    }

    [Fact]
    public void Observe_ArrivalsWithoutAFreeAgent_AreNoBreakingPoint()
    {
        Begin(Rates(10, 100, 10, 2));
        Seconds(100, _ => false, dropped: 1);

        Assert.Equal(("generator", null, null), (Found.Outcome, Found.LastGood, Found.FirstBroken));
        Assert.Contains("no_free_agent", Found.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Observe_NothingAnswers_IsBroken()
    {
        Begin(Rates(10, 10, 10, 10) with { Until = [new ThresholdSpec("http_p95", "<", 1, "< 1s", "scenario")] });
        Seconds(7, _ => null);

        Assert.Equal(("found", null, 10.0), (Found.Outcome, Found.LastGood, Found.FirstBroken));
        Assert.Null(Found.Threshold!.Value);
    }

    [Fact]
    public void OrderAgain_AfterAnOrderWasLost_TheLevelBeginsAnew()
    {
        Begin(Rates(10, 20, 10, 2));
        Seconds(7, _ => false);
        Watch.OrderAgain();

        Seconds(7, _ => false);
        Assert.Equal([20, 20], _orders);
        Assert.False(Watch.IsOver);
        Seconds(2, _ => false);
        Assert.True(Watch.IsOver);
    }

    [Fact]
    public void Summary_RunEndedBefore_IsUnfinishedAndFitsTheSchema()
    {
        Begin(Rates(10, 100, 10, 2));
        Seconds(20, level => level > 15);
        Assert.Equal("searching", Found.Outcome);
        Assert.Equal("15/s", _run.Progress(Now, 1, 1).Level);

        Assert.Equal(ExitCodes.Partial, Exit());
        Assert.Equal("unfinished", Found.Outcome);
        using var json = JsonDocument.Parse(JsonSerializer.Serialize(_run.Summarize(Now), RunsJson.Line.RunSummary));
        using var schema = JsonDocument.Parse(SummarySchema.Text);
        Assert.Empty(SchemaShape.Errors(schema.RootElement, schema.RootElement, json.RootElement, "$"));
    }

    private static LoadSpec Rates(double from, double to, double by, double precision) => new()
    {
        Shape = LoadShapeKind.Breakpoint,
        Rate = new ArrivalRate(to, TimeSpan.FromSeconds(1)),
        From = Rate(from),
        To = Rate(to),
        By = Rate(by),
        Precision = Rate(precision),
        Every = TimeSpan.FromSeconds(4),
        Until = [NoErrors],
    };

    private static LoadLevel Rate(double perSecond) => new(perSecond, TimeSpan.FromSeconds(1));

    private void Begin(LoadSpec load)
    {
        var plan = TestRun.Plan();
        plan = plan with { Scenario = plan.Scenario with { Duration = TimeSpan.FromHours(1), Load = load } };
        _recorder = TestRun.Recorder(plan, _time);
        _run = new RunAggregate(plan, "embedded", "partial");
        State("running");
    }

    private void State(string status) => _run.Add(new RunState(TestRun.Id, status, TestRun.Started, 0, 1, 1, ImmutableArray<SnapshotBatch>.Empty));

    private int Exit()
    {
        State("completed");
        return RunVerdict.ExitCode(_run.Summarize(Now), null);
    }

    /// <param name="count">Seconds.</param>
    /// <param name="breaks">Whether the target refuses at a level; null: it does not answer.</param>
    /// <param name="cpu">CPU of the generator.</param>
    /// <param name="dropped">Arrivals a second without a free agent.</param>
    private void Seconds(int count, Func<double, bool?> breaks, double cpu = 0.1, int dropped = 0)
    {
        for (var i = 0; i < count; i++)
        {
            for (var session = 0; session < 5; session++)
            {
                _recorder.SessionStarted("g", TimeSpan.Zero);
                if (breaks(Watch.Level ?? 0) is { } refuses)
                {
                    _recorder.Action(TestRun.Action(_recorder, "checkout", 20, refuses ? 503 : 200, refuses ? "http_503" : null));
                    _recorder.SessionEnded(_recorder.Goal("g"), refuses ? SessionOutcome.Failed : SessionOutcome.Succeeded, TimeSpan.FromSeconds(1), 1);
                }
            }
            for (var lost = 0; lost < dropped; lost++)
            {
                _recorder.IterationDropped("no_free_agent");
            }
            _elapsed++;
            _run.Add(_recorder.Drain(final: false, new GeneratorSample(cpu, 1, 0, [])));
            _run.TakeInterval(Now, draining: false);
            if (Watch.TakeOrder() is { } order)
            {
                _orders.Add(order);
            }
        }
    }
}
