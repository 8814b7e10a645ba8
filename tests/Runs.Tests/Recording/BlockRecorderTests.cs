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
    public void Drain_SessionsBeganAndEnded_TellsHowFarTheirSlotsAre()
    {
        var recorder = TestRun.Recorder(TestRun.Plan(), _time, worker: "w1");
        var goal = recorder.Goal("buy-coffee");
        recorder.SessionStarted(goal, TimeSpan.Zero, new SessionKey(3, 0), TestRun.TraceOf(TestRun.Trace));
        recorder.SessionStarted("browse", TimeSpan.Zero, new SessionKey(4, 6));
        recorder.SessionEnded(TestRun.Session(SessionOutcome.Succeeded, "4-6"), TimeSpan.FromSeconds(1), 1);
        recorder.SessionStarted("unnumbered", TimeSpan.Zero);
        var began = _time.GetUtcNow();
        _time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal([new SlotProgress(3, 1, "buy-coffee", TestRun.TraceOf(TestRun.Trace), began), new SlotProgress(4, 7)], recorder.Drain(final: false).Progress);
        Assert.Empty(recorder.Drain(final: false).Progress);
        recorder.SessionEnded(goal, SessionOutcome.Succeeded, TimeSpan.FromSeconds(1), 1, new SessionKey(3, 0));
        var last = recorder.Drain(final: false, released: true);
        Assert.Equal([new SlotProgress(3, 1)], last.Progress);
        Assert.True(last.Released);
    }

    [Fact]
    public void GroupEnded_MoreNamesThanAreKept_TheRestIsOtherAndDrainsGiveThemOnce()
    {
        var recorder = TestRun.Recorder(TestRun.Plan(), _time);
        var keys = Enumerable.Range(0, MetricsDelta.MaxNames + 20).Select(i => recorder.Group($"g{i}")).ToList();
        keys.ForEach(key => recorder.GroupEnded(key, TimeSpan.FromSeconds(1)));

        var groups = recorder.Drain(final: false).Metrics.Groups;
        keys.ForEach(key => recorder.GroupEnded(key, TimeSpan.FromSeconds(1)));
        var sum = new MetricsDelta();
        sum.Add(recorder.Drain(final: false).Metrics);
        sum.Add(new MetricsDelta());

        Assert.Equal(MetricsDelta.MaxNames + 1, groups.Count);
        Assert.Equal(20, groups[MetricsDelta.Other].Count);
        Assert.Equal(MetricsDelta.MaxNames + 20, sum.Groups.Values.Sum(group => group.Count));
        Assert.InRange(sum.Groups.Count, 2, MetricsDelta.MaxNames + 1);
    }

    [Fact]
    public void SessionEnded_UnsampledThatSucceed_KeepsTheSlowestOfAll()
    {
        var recorder = TestRun.Recorder(TestRun.Plan(), _time);
        var random = new Random(7);
        var durations = Enumerable.Range(0, 5000).Select(_ => TimeSpan.FromMilliseconds(random.Next(1, 1_000_000))).ToList();
        var kept = new List<double>();

        foreach (var duration in durations)
        {
            var record = TestRun.Session(SessionOutcome.Succeeded, sampled: false) with { DurationS = duration.TotalSeconds };
            recorder.SessionStarted("buy-coffee", TimeSpan.Zero);
            recorder.SessionEnded(record, duration, 1);
            kept.AddRange(recorder.Drain(final: false).Sessions.Select(static session => session.DurationS));
        }

        Assert.Superset(durations.OrderDescending().Take(5).Select(static duration => duration.TotalSeconds).ToHashSet(), kept.ToHashSet());
        // 5 x (1 + ln 1000) are expected of sessions, of actions, which take all the same, the first five.
        Assert.InRange(kept.Count, 5, 120);
    }

    [Fact]
    public void IsSlow_TheSlowestAction_IsEnough()
    {
        var recorder = TestRun.Recorder(TestRun.Plan(), _time);
        for (var i = 0; i < 10; i++)
        {
            recorder.IsSlow(TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(1));
        }

        Assert.False(recorder.IsSlow(TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(1)));
        Assert.True(recorder.IsSlow(TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(1.5)));
        Assert.True(recorder.IsSlow(TimeSpan.FromSeconds(11), TimeSpan.FromSeconds(0.5)));
    }

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
        // The first of a block are the slowest so far, whatever they take.
        for (var i = 0; i < 5; i++)
        {
            recorder.SessionEnded(TestRun.Session(SessionOutcome.Succeeded, sampled: false), TimeSpan.FromSeconds(1), 1);
        }
        Assert.Equal(5, recorder.Drain(final: false).Sessions.Length);
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
    public void SessionEnded_MoreTranscriptsThanThereIsRoomFor_KeepsTheSessionsWithoutThem()
    {
        var recorder = TestRun.Recorder(TestRun.Plan(), _time);
        var told = TestRun.Session(SessionOutcome.Failed) with { Turns = [new TurnRecord { N = 1, FirstCall = 1, Said = new string('x', (int)BlockRecorder.MaxTranscriptLength / 3) }] };
        for (var i = 0; i < 4; i++)
        {
            recorder.SessionEnded(told, TimeSpan.FromSeconds(1), 1);
        }

        var batch = recorder.Drain(final: false);
        recorder.SessionEnded(told, TimeSpan.FromSeconds(1), 1);

        Assert.Equal([false, false, true, true], batch.Sessions.Select(static session => session.TranscriptDropped));
        Assert.All(batch.Sessions, static session => Assert.Equal(session.TranscriptDropped, session.Turns.IsEmpty));
        Assert.Equal(0, batch.Metrics.RecordsDropped);
        Assert.False(Assert.Single(recorder.Drain(final: true).Sessions).TranscriptDropped);
    }

    [Fact]
    public void Action_ManyOperationsAndErrors_StayWithinBounds()
    {
        var recorder = TestRun.Recorder(TestRun.Plan(), _time);
        for (var i = 0; i < 300; i++)
        {
            recorder.Action(TestRun.Action(recorder, $"op-{i:000}", i + 1, 503, $"http_{i}") with { TraceId = new TraceKey(1, (ulong)i) });
        }
        for (var i = 0; i < 10; i++)
        {
            recorder.Action(TestRun.Action(recorder, "op-000", 1, 503, "http_0") with { TraceId = new TraceKey(2, (ulong)i) });
        }

        var metrics = recorder.Drain(final: false).Metrics;

        Assert.Equal(MetricsDelta.MaxOperations + 1, metrics.Http.Count);
        Assert.Equal(100, metrics.Http[MetricsDelta.Other].Count);
        Assert.Equal(MetricsDelta.MaxErrors + 1, metrics.Errors.Count);
        Assert.Equal(200, metrics.Errors["_other _other"].Count);
        Assert.Equal([Trace(1, 0), Trace(2, 0), Trace(2, 1), Trace(2, 2), Trace(2, 3)], metrics.Errors["http_0 target"].Traces);
        Assert.Equal(310, metrics.Actions.Errors);
        Assert.Equal(Enumerable.Range(0, 10).Select(i => (double)(300 - i)), metrics.Slowest.Select(slow => slow.Duration.TotalMilliseconds));
    }

    [Fact]
    public void Action_Failed_TellsWhereAndWhatOfTheFirst()
    {
        var recorder = TestRun.Recorder(TestRun.Plan(), _time);
        var failed = TestRun.Action(recorder, "checkout", 1, 503, "check") with { TraceId = new TraceKey(1, 1) };
        recorder.Action(failed with { Detail = "status 503, expected 201" });
        recorder.Action(failed with { TraceId = new TraceKey(1, 2), Detail = "took 2 s" });
        var metrics = recorder.Drain(final: false).Metrics;
        recorder.Action(failed with { TraceId = new TraceKey(1, 3) });
        recorder.Error(new ErrorSample("check", "target", new TraceKey(1, 4)) { Operation = "login", Detail = new string('x', 300) });
        for (var i = 0; i < 50; i++)
        {
            recorder.Action(TestRun.Action(recorder, $"op-{i:00}", 1, 503, "check"));
        }
        metrics.Add(recorder.Drain(final: true).Metrics);

        var error = metrics.Errors["check target"];

        Assert.Equal((3, "status 503, expected 201", Trace(1, 1)), Told("checkout"));
        Assert.Equal((1, new string('x', OperationErrors.MaxDetail), Trace(1, 4)), Told("login"));
        Assert.InRange(error.Operations.Count, MetricsDelta.MaxPlaces, MetricsDelta.MaxPlaces + 1);
        Assert.Equal((54, 54), (error.Count, error.Operations.Values.Sum(place => place.Count)));

        (long, string?, string?) Told(string operation) => error.Operations[operation] is var place ? (place.Count, place.Detail, place.Trace) : default;
    }

    [Fact]
    public void IterationDropped_SeveralAtOnce_CountsThem()
    {
        var recorder = TestRun.Recorder(TestRun.Plan(), _time);
        recorder.IterationDropped("run_end", 5);
        recorder.IterationDropped("run_end");
        recorder.IterationDropped("no_slot", 0);

        var dropped = recorder.Drain(final: true).Metrics.Dropped;

        Assert.Equal(6, Assert.Single(dropped, each => each.Key == "run_end").Value);
        Assert.Single(dropped);
    }

    [Fact]
    public void Record_InTheSteadyState_AllocatesNothing()
    {
        const int Actions = 20_000;
        var recorder = TestRun.Recorder(TestRun.Plan(), _time);
        var operations = Enumerable.Range(0, 5).Select(i => recorder.Operation($"op-{i}", "GET")).ToArray();
        var journey = recorder.Goal("journey");
        void Record(int count)
        {
            for (var i = 0; i < count; i++)
            {
                var duration = TimeSpan.FromMicroseconds(1000 + (i % 5000));
                recorder.Action(new ActionSample(operations[i % 5], 200, null, null, duration, duration, new TraceKey(1, (ulong)i), new SessionKey(1, i))
                {
                    BytesSent = 200,
                    BytesReceived = 3000,
                });
                recorder.Interval(new IntervalSample("journey", duration, default, default, default, duration, default));
                recorder.SessionStarted(journey, TimeSpan.Zero);
                recorder.SessionEnded(journey, SessionOutcome.Succeeded, duration, 5);
                recorder.Action(new ActionSample(operations[i % 5], 500, "http_500", "target", duration, duration, new TraceKey(1, (ulong)i), new SessionKey(1, i)));
            }
        }
        Record(Actions);
        var before = GC.GetAllocatedBytesForCurrentThread();

        Record(Actions);

        // One object for each action would be twenty times as much.
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, Actions);
    }

    [Fact]
    public void Keys_AfterADrain_StayValid()
    {
        var recorder = TestRun.Recorder(TestRun.Plan(), _time);
        var (first, second) = (recorder.Operation("first", "GET"), recorder.Operation("second", "POST"));
        var journey = recorder.Goal("journey");
        var sample = new ActionSample(second, 200, null, null, TimeSpan.FromMilliseconds(5), TimeSpan.FromMilliseconds(4), default, default)
        {
            BytesSent = 10,
            BytesReceived = 20,
            NewConnection = true,
            Retries = 2,
        };
        recorder.Action(sample);
        recorder.Drain(final: false);
        recorder.Action(sample);
        recorder.Action(sample with { NewConnection = false });
        recorder.Action(new ActionSample(default, 200, null, null, TimeSpan.Zero, TimeSpan.Zero, default, default));
        recorder.SessionStarted(journey, TimeSpan.Zero);
        recorder.SessionEnded(journey, SessionOutcome.Succeeded, TimeSpan.FromSeconds(1), 2);

        var batch = recorder.Drain(final: true);

        Assert.Equal(first, recorder.Operation("first", "GET"));
        Assert.Equal([MetricsDelta.Other, "second"], batch.Metrics.Http.Keys);
        var operation = batch.Metrics.Http["second"];
        Assert.Equal(("POST", 2L, 20L, 40L, 1L, 4L),
            (operation.Method, operation.Count, operation.BytesSent, operation.BytesReceived, operation.Connections, operation.Retries));
        Assert.Equal(1, batch.Metrics.Goals["journey"].Succeeded);
        Assert.Empty(batch.Sessions);
        Assert.Equal(0, batch.ActiveAgents);
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
            recorder.Action(TestRun.Action(recorder, "checkout", 5));
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
        recorder.Action(TestRun.Action(recorder, "checkout", 30, 503, "http_503"));
        recorder.Interval(new IntervalSample("buy-coffee", TimeSpan.FromMilliseconds(200), TimeSpan.FromMilliseconds(100),
            TimeSpan.FromMilliseconds(60), TimeSpan.FromMilliseconds(1), TimeSpan.FromMilliseconds(30), TimeSpan.FromMilliseconds(1)));
        recorder.ModelCall(new ModelUse("builtin", "planner", TimeSpan.FromMilliseconds(9), TimeSpan.Zero, TimeSpan.FromMilliseconds(4), 100, 10, true, 0.25m, 1));
        recorder.Error(new ErrorSample("model_timeout", "model", TestRun.TraceOf(TestRun.Trace)));
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

    private static string Trace(ulong high, ulong low) => new TraceKey(high, low).ToString();
}
