using System.Collections.Immutable;
using ApeTest.Runs.Queue;
using ApeTest.Runs.Recording;
using ApeTest.Runs.Records;
using ApeTest.Scenarios.Planning;
using ApeTest.Tests.Shared;

namespace ApeTest.Runs.Tests.Queue;

/// <summary>What every <see cref="IRunQueue"/> does. Each implementation derives one test class and says how its clock is moved on.</summary>
public abstract partial class RunQueueContract
{
    private readonly long _began = TimeProvider.System.GetTimestamp();

    protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>The queue under test, empty at the start of each test.</summary>
    protected abstract IRunQueue Queue { get; }

    /// <summary>Lets the queue's clock go on by <paramref name="by"/>.</summary>
    protected abstract Task AdvanceAsync(TimeSpan by);

    [Fact]
    public async Task Claim_NothingSubmitted_IsNull() => Assert.Null(await Queue.ClaimAsync("w1", Cancellation));

    [Fact]
    public async Task Claim_TwoWorkers_EachBlockGoesToOne()
    {
        var plan = await SubmitAsync(120);

        var leases = new[]
        {
            await ClaimAsync("w1"), await ClaimAsync("w2"), await ClaimAsync("w1"),
        };

        Assert.Null(await Queue.ClaimAsync("w2", Cancellation));
        Assert.Equal([0, 1, 2], leases.Select(lease => lease.Block.Index).Order());
        Assert.Equal(120, leases.Sum(lease => lease.Block.Count));
        Assert.All(leases, lease => Assert.Equal((plan.Run, 1L), (lease.Plan.Run, lease.Epoch)));
    }

    [Fact]
    public async Task Claim_LaterBlock_TellsTheTimeSinceTheFirstClaim()
    {
        await SubmitAsync(100);
        await AdvanceAsync(TimeSpan.FromSeconds(7));
        var first = await ClaimAsync("w1");
        await AdvanceAsync(TimeSpan.FromSeconds(4));
        var second = await ClaimAsync("w2");

        Assert.InRange(first.Elapsed, TimeSpan.Zero, AtMost(TimeSpan.Zero));
        Assert.InRange(second.Elapsed, TimeSpan.FromSeconds(4), AtMost(TimeSpan.FromSeconds(4)));
        Assert.Equal(first.Started, second.Started);
    }

    [Fact]
    public async Task Heartbeat_WithinTheLease_KeepsTheBlock()
    {
        var plan = await SubmitAsync(50);
        await ClaimAsync("w1");
        for (var i = 0; i < 4; i++)
        {
            await AdvanceAsync(TimeSpan.FromSeconds(10));
            var orders = await Queue.HeartbeatAsync("w1", Cancellation);
            Assert.Empty(orders.Lost);
            Assert.Equal(new RunOrders(null, StopStage.None), orders.Runs[plan.Run]);
        }

        Assert.Null(await Queue.ClaimAsync("w2", Cancellation));
    }

    [Fact]
    public async Task Claim_AfterAWorkerDied_GetsItsBlockWithANewEpochAndTheDeadIsTold()
    {
        var plan = await SubmitAsync(50);
        await ClaimAsync("w1");
        await AdvanceAsync(TimeSpan.FromSeconds(16));

        var lease = await ClaimAsync("w2");
        var orders = await Queue.HeartbeatAsync("w1", Cancellation);

        Assert.Equal(2, lease.Epoch);
        Assert.InRange(lease.Elapsed, TimeSpan.FromSeconds(16), AtMost(TimeSpan.FromSeconds(16)));
        Assert.Equal([new LostBlock(plan.Run, 0)], orders.Lost);
        Assert.Empty(orders.Runs);
    }

    [Fact]
    public async Task Append_OfALostLease_IsIgnored()
    {
        var plan = await SubmitAsync(50);
        await ClaimAsync("w1");
        await Queue.AppendAsync(Batch(plan, started: 3), Cancellation);
        await AdvanceAsync(TimeSpan.FromSeconds(16));
        await Queue.AppendAsync(Batch(plan, sequence: 2, started: 5), Cancellation);
        await ClaimAsync("w2");
        await Queue.AppendAsync(Batch(plan, sequence: 3, started: 7), Cancellation);
        await Queue.AppendAsync(Batch(plan, epoch: 2, started: 11, final: true, worker: "w2"), Cancellation);

        var state = await EndAsync(plan.Run);

        Assert.Equal(14, state.Batches.Sum(batch => batch.Metrics.Started));
    }

    [Fact]
    public async Task Append_Repeated_CountsOnce()
    {
        var plan = await SubmitAsync(50);
        await ClaimAsync("w1");
        var first = Batch(plan, started: 2);
        await Queue.AppendAsync(first, Cancellation);
        await Queue.AppendAsync(first, Cancellation);
        var last = Batch(plan, sequence: 2, started: 5, final: true);
        await Queue.AppendAsync(last, Cancellation);
        await Queue.AppendAsync(last, Cancellation);

        var state = await EndAsync(plan.Run);

        Assert.Equal(7, state.Batches.Sum(batch => batch.Metrics.Started));
    }

    [Fact]
    public async Task Append_OutOfOrder_CountsAll()
    {
        var plan = await SubmitAsync(50);
        await ClaimAsync("w1");
        await Queue.AppendAsync(Batch(plan, sequence: 2, started: 2), Cancellation);
        await Queue.AppendAsync(Batch(plan, sequence: 1, started: 3), Cancellation);
        await Queue.AppendAsync(Batch(plan, sequence: 2, started: 2), Cancellation);
        await Queue.AppendAsync(Batch(plan, sequence: 3, final: true), Cancellation);

        Assert.Equal(5, (await EndAsync(plan.Run)).Batches.Sum(batch => batch.Metrics.Started));
    }

    [Fact]
    public async Task Watch_ARun_GoesFromQueuedOverRunningToCompleted()
    {
        var plan = await SubmitAsync(100);
        await using var states = Queue.WatchAsync(plan.Run, Cancellation).GetAsyncEnumerator(Cancellation);

        var queued = await NextAsync(states, _ => true);
        Assert.Equal(("queued", null, 0, 2, 0), (queued.Status, queued.Started, queued.BlocksDone, queued.BlocksTotal, queued.Workers));

        await ClaimAsync("w1");
        await ClaimAsync("w2");
        var running = await NextAsync(states, state => state.Workers == 2);
        Assert.Equal("running", running.Status);
        Assert.NotNull(running.Started);

        await Queue.AppendAsync(Batch(plan, final: true), Cancellation);
        var half = await NextAsync(states, state => state.BlocksDone == 1);
        Assert.False(half.Ended);
        Assert.Equal(1, half.Workers);

        await Queue.AppendAsync(Batch(plan, block: 1, final: true, worker: "w2"), Cancellation);
        var completed = await NextAsync(states, state => state.Ended);
        Assert.Equal(("completed", 2, 0), (completed.Status, completed.BlocksDone, completed.Workers));
        Assert.False(await states.MoveNextAsync());
    }

    [Fact]
    public async Task Watch_TwoWatchersOneLate_EachGetsEachBatchOnce()
    {
        var plan = await SubmitAsync(50);
        await ClaimAsync("w1");
        await using var early = Queue.WatchAsync(plan.Run, Cancellation).GetAsyncEnumerator(Cancellation);
        await NextAsync(early, _ => true);

        await Queue.AppendAsync(Batch(plan, sequence: 1, started: 2), Cancellation);
        var seenEarly = (await NextAsync(early, state => state.Batches.Length > 0)).Batches.Sum(batch => batch.Metrics.Started);
        await Queue.AppendAsync(Batch(plan, sequence: 2, started: 3), Cancellation);
        var late = EndAsync(plan.Run);
        await Queue.AppendAsync(Batch(plan, sequence: 3, started: 5, final: true), Cancellation);
        while (await early.MoveNextAsync())
        {
            seenEarly += early.Current.Batches.Sum(batch => batch.Metrics.Started);
        }

        Assert.Equal(10, seenEarly);
        Assert.Equal(10, (await late).Batches.Sum(batch => batch.Metrics.Started));
    }

    [Fact]
    public async Task Watch_AfterTheEnd_StillTellsAll()
    {
        var plan = await SubmitAsync(50);
        await ClaimAsync("w1");
        await Queue.AppendAsync(Batch(plan, started: 4), Cancellation);
        await Queue.AppendAsync(Batch(plan, sequence: 2, started: 5, final: true, session: SessionOutcome.Failed), Cancellation);

        var state = await EndAsync(plan.Run);

        Assert.Equal(9, state.Batches.Sum(batch => batch.Metrics.Started));
        Assert.Single(state.Batches.SelectMany(batch => batch.Sessions));
    }

    [Theory]
    [InlineData(RunSignalKind.Stop, null, StopStage.Drain, "stopped")]
    [InlineData(RunSignalKind.Stop, "interrupted", StopStage.Drain, "interrupted")]
    [InlineData(RunSignalKind.Abort, "budget", StopStage.Abort, "budget")]
    [InlineData(RunSignalKind.Abort, "aborted", StopStage.Abort, "aborted")]
    public async Task Signal_StopOrAbort_ReachesTheWorkerAndGivesTheStatus(RunSignalKind kind, string? reason, StopStage stage, string status)
    {
        var plan = await SubmitAsync(50);
        await ClaimAsync("w1");
        await Queue.SignalAsync(plan.Run, new RunSignal(kind, Reason: reason), Cancellation);

        Assert.Equal(stage, (await Queue.HeartbeatAsync("w1", Cancellation)).Runs[plan.Run].Stop);
        await Queue.AppendAsync(Batch(plan, final: true), Cancellation);

        Assert.Equal(status, (await EndAsync(plan.Run)).Status);
    }

    [Fact]
    public async Task Signal_StopThenAbort_KeepsTheFirstReasonAndTheStrongerStage()
    {
        var plan = await SubmitAsync(50);
        await ClaimAsync("w1");
        await Queue.SignalAsync(plan.Run, new RunSignal(RunSignalKind.Stop, Reason: "interrupted"), Cancellation);
        await Queue.SignalAsync(plan.Run, new RunSignal(RunSignalKind.Abort, Reason: "aborted"), Cancellation);
        await Queue.SignalAsync(plan.Run, new RunSignal(RunSignalKind.Stop), Cancellation);

        Assert.Equal(StopStage.Abort, (await Queue.HeartbeatAsync("w1", Cancellation)).Runs[plan.Run].Stop);
        await Queue.AppendAsync(Batch(plan, final: true), Cancellation);

        Assert.Equal("interrupted", (await EndAsync(plan.Run)).Status);
    }

    [Fact]
    public async Task Signal_StopBeforeAnyClaim_EndsTheRun()
    {
        var plan = await SubmitAsync(100);
        await Queue.SignalAsync(plan.Run, new RunSignal(RunSignalKind.Stop), Cancellation);

        Assert.Equal("stopped", (await EndAsync(plan.Run)).Status);
        Assert.Null(await Queue.ClaimAsync("w1", Cancellation));
    }

    [Fact]
    public async Task Signal_StopAndTheWorkerDies_EndsTheRun()
    {
        var plan = await SubmitAsync(50);
        await ClaimAsync("w1");
        await Queue.SignalAsync(plan.Run, new RunSignal(RunSignalKind.Stop), Cancellation);
        var end = EndAsync(plan.Run);
        await AdvanceAsync(TimeSpan.FromSeconds(17));

        Assert.Equal("stopped", (await end).Status);
    }

    [Fact]
    public async Task Signal_AfterTheEnd_ChangesNothing()
    {
        var plan = await SubmitAsync(50);
        await ClaimAsync("w1");
        await Queue.AppendAsync(Batch(plan, final: true), Cancellation);
        await Queue.SignalAsync(plan.Run, new RunSignal(RunSignalKind.Abort, Reason: "aborted"), Cancellation);

        Assert.Equal("completed", (await EndAsync(plan.Run)).Status);
    }

    [Fact]
    public async Task UnknownRun_ThrowsKeyNotFound()
    {
        await Assert.ThrowsAsync<KeyNotFoundException>(() => Queue.SignalAsync(TestRun.Id, default, Cancellation));
        await Assert.ThrowsAsync<KeyNotFoundException>(() => EndAsync(TestRun.Id));
    }

    [Fact]
    public async Task Append_FromManyWorkersAtOnce_LosesNothing()
    {
        var plan = await SubmitAsync(400);
        var end = EndAsync(plan.Run);
        await Parallel.ForAsync(0, 8, Cancellation, async (i, cancellationToken) =>
        {
            var worker = $"w{i}";
            var lease = (await Queue.ClaimAsync(worker, cancellationToken))!;
            for (var sequence = 1; sequence <= 50; sequence++)
            {
                await Queue.AppendAsync(Batch(plan, lease.Block.Index, lease.Epoch, sequence, 1, sequence == 50, worker), cancellationToken);
            }
        });

        var state = await end;

        Assert.Equal(400, state.Batches.Sum(batch => batch.Metrics.Started));
        Assert.Equal(8, state.BlocksDone);
    }

    internal static SnapshotBatch Batch(RunPlan plan, int block = 0, long epoch = 1, long sequence = 1, long started = 0,
        bool final = false, string worker = "w1", SessionOutcome? session = null) => new()
    {
        Run = plan.Run,
        Block = block,
        Epoch = epoch,
        Sequence = sequence,
        Worker = worker,
        From = TestRun.Started,
        At = TestRun.Started,
        Final = final,
        Sessions = session is { } outcome ? [TestRun.Session(outcome)] : [],
        Metrics = new MetricsDelta { Started = started },
    };

    /// <summary>How much of the queue's clock can have passed where it was moved on by <paramref name="advanced"/>: beside that it goes as fast as a busy machine lets the test.</summary>
    private TimeSpan AtMost(TimeSpan advanced) => advanced + TimeProvider.System.GetElapsedTime(_began) + TimeSpan.FromSeconds(1);

    protected async Task<RunPlan> SubmitAsync(int agents)
    {
        var plan = TestRun.Plan(agents);
        Assert.Equal(plan.Run, await Queue.SubmitAsync(plan, Cancellation));
        return plan;
    }

    protected Task ScaleAsync(RunPlan plan, int agents) => Queue.SignalAsync(plan.Run, new RunSignal(RunSignalKind.Scale, agents), Cancellation);

    protected async Task<BlockLease> ClaimAsync(string worker)
    {
        var lease = await Queue.ClaimAsync(worker, Cancellation);
        Assert.NotNull(lease);
        return lease;
    }

    /// <summary>Watches to the end: the last state, with the batches of all.</summary>
    protected async Task<RunState> EndAsync(string run)
    {
        var batches = ImmutableArray.CreateBuilder<SnapshotBatch>();
        RunState? last = null;
        await foreach (var state in Queue.WatchAsync(run, Cancellation))
        {
            batches.AddRange(state.Batches);
            last = state;
        }
        Assert.NotNull(last);
        Assert.True(last.Ended);
        return last with { Batches = batches.ToImmutable() };
    }

    private async Task<(string Status, int Blocks)> EndOfAsync(RunPlan plan)
    {
        var end = await EndAsync(plan.Run);
        return (end.Status, end.BlocksTotal);
    }

    private static async Task<RunState> NextAsync(IAsyncEnumerator<RunState> states, Func<RunState, bool> wanted)
    {
        while (true)
        {
            Assert.True(await states.MoveNextAsync().AsTask().Within(Cancellation));
            if (wanted(states.Current))
            {
                return states.Current;
            }
        }
    }
}
