using System.Text.Json;
using ApeTest.Runs.Json;
using ApeTest.Runs.Recording;
using ApeTest.Runs.Records;
using ApeTest.Tests.Shared;

namespace ApeTest.Runs.Tests.Recording;

public sealed class BlockRecorderTests
{
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public void Drain_Twice_GivesOnlyWhatIsNew()
    {
        var recorder = TestRun.Recorder(TestRun.Plan(), _time, epoch: 3);
        recorder.SessionStarted("buy-coffee", TimeSpan.Zero);
        recorder.SessionStarted("buy-coffee", TimeSpan.Zero);
        recorder.SessionEnded(TestRun.Session(SessionOutcome.Failed), TimeSpan.FromSeconds(1), 4);

        var first = recorder.Drain(final: false);
        var second = recorder.Drain(final: true);

        Assert.Equal((1, 2, 1, 1, 1), ((int)first.Sequence, (int)first.Metrics.Started, first.ActiveAgents, first.Sessions.Length,
            (int)first.Metrics.Ended(SessionOutcome.Failed)));
        Assert.Equal((2, 0, 1, 0, true), ((int)second.Sequence, (int)second.Metrics.Started, second.ActiveAgents, second.Sessions.Length, second.Final));
        Assert.Equal((3L, "w1", 0), (second.Epoch, second.Worker, second.Block));
    }

    [Theory]
    [InlineData(SessionOutcome.Succeeded, true, true)]
    [InlineData(SessionOutcome.Succeeded, false, false)]
    [InlineData(SessionOutcome.Failed, false, true)]
    [InlineData(SessionOutcome.Stuck, false, true)]
    [InlineData(SessionOutcome.AgentError, false, true)]
    [InlineData(SessionOutcome.Aborted, false, true)]
    public void SessionEnded_ByOutcomeAndSampling_IsKeptOrOnlyCounted(SessionOutcome outcome, bool sampled, bool kept)
    {
        var recorder = TestRun.Recorder(TestRun.Plan(), _time);
        recorder.SessionEnded(TestRun.Session(outcome, sampled: sampled), TimeSpan.FromSeconds(1), 1);

        var batch = recorder.Drain(final: false);

        Assert.Equal(kept ? 1 : 0, batch.Sessions.Length);
        Assert.Equal(1, batch.Metrics.Ended(outcome));
        Assert.Equal(0, batch.Metrics.RecordsDropped);
    }

    [Fact]
    public void SessionEnded_MoreThanTheBufferHolds_CountsTheRestAsDropped()
    {
        var recorder = TestRun.Recorder(TestRun.Plan(), _time);
        for (var i = 0; i < BlockRecorder.MaxRecords + 7; i++)
        {
            recorder.SessionEnded(TestRun.Session(SessionOutcome.Failed), TimeSpan.FromSeconds(1), 1);
        }

        var batch = recorder.Drain(final: false);

        Assert.Equal(BlockRecorder.MaxRecords, batch.Sessions.Length);
        Assert.Equal(7, batch.Metrics.RecordsDropped);
        Assert.Equal(BlockRecorder.MaxRecords + 7, batch.Metrics.Ended(SessionOutcome.Failed));
    }

    [Fact]
    public void SessionEnded_LargeRecords_AreBoundedByBytes()
    {
        var recorder = TestRun.Recorder(TestRun.Plan(), _time);
        var large = TestRun.Session(SessionOutcome.Failed) with { Reason = new string('x', 3 << 20) };
        for (var i = 0; i < 4; i++)
        {
            recorder.SessionEnded(large, TimeSpan.FromSeconds(1), 1);
        }

        var batch = recorder.Drain(final: false);

        Assert.Equal(2, batch.Sessions.Length);
        Assert.Equal(2, batch.Metrics.RecordsDropped);
    }

    [Fact]
    public void Action_ManyOperationsAndErrors_StayWithinBounds()
    {
        var recorder = TestRun.Recorder(TestRun.Plan(), _time);
        for (var i = 0; i < 300; i++)
        {
            recorder.Action(TestRun.Action($"op-{i:000}", i + 1, 503, $"http_{i}") with { TraceId = $"t{i}" });
        }
        for (var i = 0; i < 10; i++)
        {
            recorder.Action(TestRun.Action("op-000", 1, 503, "http_0") with { TraceId = $"x{i}" });
        }

        var metrics = recorder.Drain(final: false).Metrics;

        Assert.Equal(MetricsDelta.MaxOperations + 1, metrics.Http.Count);
        Assert.Equal(100, metrics.Http[MetricsDelta.Other].Count);
        Assert.Equal(MetricsDelta.MaxErrors + 1, metrics.Errors.Count);
        Assert.Equal(200, metrics.Errors["_other _other"].Count);
        Assert.Equal(["t0", "x0", "x1", "x2", "x3"], metrics.Errors["http_0 target"].Traces);
        Assert.Equal(310, metrics.Actions.Errors);
        Assert.Equal(Enumerable.Range(0, 10).Select(i => (double)(300 - i)), metrics.Slowest.Select(slow => slow.Duration.TotalMilliseconds));
    }

    [Fact]
    public void Record_FromManyThreads_LosesNothing()
    {
        var recorder = TestRun.Recorder(TestRun.Plan(), _time);
        var drained = new MetricsDelta();
        var gate = new Lock();

        Parallel.For(0, 4000, i =>
        {
            recorder.SessionStarted("g", TimeSpan.Zero);
            recorder.Action(TestRun.Action("checkout", 5));
            recorder.Rejected("nope");
            recorder.Recovery("reauth");
            recorder.IterationDropped("no_slot");
            if (i % 100 == 0)
            {
                var batch = recorder.Drain(final: false);
                lock (gate)
                {
                    drained.Add(batch.Metrics);
                }
            }
        });
        drained.Add(recorder.Drain(final: true).Metrics);

        Assert.Equal((4000, 4000, 4000, 4000L, 4000L), ((int)drained.Started, (int)drained.Actions.Total, (int)drained.Actions.Rejected,
            drained.Recoveries["reauth"], drained.Dropped["no_slot"]));
        Assert.Equal(4000, drained.Http["checkout"].Duration.Count);
    }

    [Fact]
    public void ModelCall_Failed_CountsAndCostsButIsNoDuration()
    {
        var recorder = TestRun.Recorder(TestRun.Plan(), _time);
        var use = new ModelUse("p", "m", TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1), null, 10, 5, false, 0.5m, 1);
        recorder.ModelCall(use);
        recorder.ModelCall(use with { Failed = true, Failovers = 2 });

        var llm = recorder.Drain(final: true).Metrics.Llm;

        var totals = llm.ByModel["p/m"];
        Assert.Equal((2, 1, 2, 2), (totals.Calls, totals.Failed, totals.Retries, totals.Failovers));
        Assert.Equal((20, 1.0m), (totals.PromptTokens, totals.CostUsd));
        Assert.Equal((1, 1), (llm.Duration.Count, llm.Queue.Count));
    }

    [Fact]
    public void Batch_AsJson_RoundTrips()
    {
        var recorder = TestRun.Recorder(TestRun.Plan(), _time);
        recorder.SessionStarted("buy-coffee", TimeSpan.FromMilliseconds(3));
        recorder.Action(TestRun.Action("checkout", 30, 503, "http_503"));
        recorder.Interval(new IntervalSample("buy-coffee", TimeSpan.FromMilliseconds(200), TimeSpan.FromMilliseconds(100),
            TimeSpan.FromMilliseconds(60), TimeSpan.FromMilliseconds(1), TimeSpan.FromMilliseconds(30), TimeSpan.FromMilliseconds(1)));
        recorder.ModelCall(new ModelUse("builtin", "planner", TimeSpan.FromMilliseconds(9), TimeSpan.Zero, TimeSpan.FromMilliseconds(4), 100, 10, true, 0.25m, 1));
        recorder.Error(new ErrorSample("model_timeout", "model", TestRun.Trace));
        recorder.SessionEnded(TestRun.Session(SessionOutcome.AgentError), TimeSpan.FromSeconds(1), 3);
        var batch = recorder.Drain(final: true, new GeneratorSample(0.5, 1000, 0.01, [TimeSpan.FromMilliseconds(2)]));

        var json = JsonSerializer.Serialize(batch, RunsJson.Line.SnapshotBatch);
        var read = JsonSerializer.Deserialize(json, RunsJson.Line.SnapshotBatch)!;

        Assert.Equal(json, JsonSerializer.Serialize(read, RunsJson.Line.SnapshotBatch));
        Assert.Contains("\"by_model\":{\"builtin/planner\":{\"provider\":\"builtin\"", json, StringComparison.Ordinal);
        Assert.Equal(0.25m, read.Metrics.Llm.ByModel["builtin/planner"].CostUsd);
        Assert.Equal(1, read.Metrics.Intervals.Active.Count);
        Assert.Equal(2, read.Metrics.Errors.Count);
        Assert.Equal(1, read.Metrics.Http["checkout"].ByStatus[503]);
        Assert.Single(read.Metrics.Slowest);
        Assert.Equal(SessionOutcome.AgentError, Assert.Single(read.Sessions).Outcome);
    }
}
