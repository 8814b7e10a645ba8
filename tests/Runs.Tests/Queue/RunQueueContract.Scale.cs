using ApeTest.Runs.Queue;
using ApeTest.Scenarios.Model;

namespace ApeTest.Runs.Tests.Queue;

/// <summary>What every <see cref="IRunQueue"/> does when a run is scaled.</summary>
public abstract partial class RunQueueContract
{
    [Fact]
    public async Task Scale_Down_ReachesTheWorkerAndTheWatcher()
    {
        var plan = await SubmitAsync(50);
        await ClaimAsync("w1");
        await using var states = Queue.WatchAsync(plan.Run, Cancellation).GetAsyncEnumerator(Cancellation);
        Assert.Null((await NextAsync(states, _ => true)).Agents);

        await ScaleAsync(plan, 7);

        Assert.Equal(new RunOrders(7, StopStage.None), (await Queue.HeartbeatAsync("w1", Cancellation)).Runs[plan.Run]);
        var scaled = await NextAsync(states, state => state.Agents == 7);
        Assert.Equal(1, scaled.BlocksTotal);
        Assert.Null(await Queue.ClaimAsync("w2", Cancellation));
    }

    [Fact]
    public async Task Scale_Up_AddsBlocksThatAreClaimedAndWaitedFor()
    {
        var plan = await SubmitAsync(20);
        await ClaimAsync("w1");
        await AdvanceAsync(TimeSpan.FromSeconds(3));

        await ScaleAsync(plan, 130);

        var added = new[] { await ClaimAsync("w2"), await ClaimAsync("w1"), await ClaimAsync("w2") };
        Assert.Null(await Queue.ClaimAsync("w1", Cancellation));
        // Slots go on where the plan's end, without a gap, at most 50 to a block.
        Assert.Equal([(1, 20, 50), (2, 70, 50), (3, 120, 50)], added.Select(lease => (lease.Block.Index, lease.Block.FirstSlot, lease.Block.Count)));
        Assert.All(added, lease =>
        {
            Assert.True(lease.IsAdded);
            Assert.Equal(new RunOrders(130, StopStage.None), lease.Orders);
            Assert.InRange(lease.Elapsed, TimeSpan.FromSeconds(3), AtMost(TimeSpan.FromSeconds(3)));
        });

        await Queue.AppendAsync(Batch(plan, final: true), Cancellation);
        await Queue.AppendAsync(Batch(plan, block: 1, started: 4, final: true, worker: "w2"), Cancellation);
        await Queue.AppendAsync(Batch(plan, block: 2, final: true), Cancellation);
        await using var states = Queue.WatchAsync(plan.Run, Cancellation).GetAsyncEnumerator(Cancellation);
        var running = await NextAsync(states, _ => true);
        Assert.Equal(("running", 3, 4), (running.Status, running.BlocksDone, running.BlocksTotal));
        await Queue.AppendAsync(Batch(plan, block: 3, started: 2, final: true, worker: "w2"), Cancellation);
        var end = await EndAsync(plan.Run);
        Assert.Equal("completed", end.Status);
        Assert.Equal(6, end.Batches.Sum(batch => batch.Metrics.Started));
    }

    [Fact]
    public async Task Scale_UpDownAndUpAgain_UsesTheBlocksThatAreThere()
    {
        var plan = await SubmitAsync(20);
        await ClaimAsync("w1");
        await ScaleAsync(plan, 60);
        var added = await ClaimAsync("w1");
        await ScaleAsync(plan, 5);
        await ScaleAsync(plan, 70);

        Assert.Equal((20, 50), (added.Block.FirstSlot, added.Block.Count));
        Assert.Null(await Queue.ClaimAsync("w1", Cancellation));
        Assert.Equal(70, (await Queue.HeartbeatAsync("w1", Cancellation)).Runs[plan.Run].Agents);
        await ScaleAsync(plan, 71);
        Assert.Equal(70, (await ClaimAsync("w1")).Block.FirstSlot);
    }

    [Fact]
    public async Task Scale_BeforeAnyClaim_IsInTheFirstLease()
    {
        var plan = await SubmitAsync(50);
        Assert.True((await Queue.HeartbeatAsync("w1", Cancellation)).Runs.IsEmpty);
        await ScaleAsync(plan, 3);

        Assert.Equal(new RunOrders(3, StopStage.None), (await ClaimAsync("w1")).Orders);
    }

    [Fact]
    public async Task Scale_AfterBlocksHaveEnded_CountsFromTheFirstThatHasNot()
    {
        var plan = await SubmitAsync(120);
        foreach (var _ in plan.Blocks())
        {
            await ClaimAsync("w1");
        }
        await ScaleAsync(plan, 10);
        await Queue.AppendAsync(Batch(plan, block: 1, final: true), Cancellation);
        Assert.Equal(0, (await Queue.HeartbeatAsync("w1", Cancellation)).Runs[plan.Run].FirstSlot);

        await Queue.AppendAsync(Batch(plan, final: true), Cancellation);

        Assert.Equal(new RunOrders(10, StopStage.None, 80), (await Queue.HeartbeatAsync("w1", Cancellation)).Runs[plan.Run]);
    }

    [Fact]
    public async Task Scale_AfterAStop_ChangesNothing()
    {
        var plan = await SubmitAsync(20);
        await ClaimAsync("w1");
        await Queue.SignalAsync(plan.Run, new RunSignal(RunSignalKind.Stop), Cancellation);
        await ScaleAsync(plan, 200);

        Assert.Equal(new RunOrders(null, StopStage.Drain), (await Queue.HeartbeatAsync("w1", Cancellation)).Runs[plan.Run]);
        await Queue.AppendAsync(Batch(plan, final: true), Cancellation);
        Assert.Equal(("stopped", 1), await EndOfAsync(plan));
    }

    [Fact]
    public async Task Stop_AfterScalingUp_ClosesBlocksThatNobodyTook()
    {
        var plan = await SubmitAsync(20);
        await ClaimAsync("w1");
        await ScaleAsync(plan, 200);
        await Queue.SignalAsync(plan.Run, new RunSignal(RunSignalKind.Stop), Cancellation);
        await Queue.AppendAsync(Batch(plan, final: true), Cancellation);

        Assert.Equal(("stopped", 5), await EndOfAsync(plan));
    }

    [Theory]
    [InlineData(null, null, 0)]
    [InlineData(null, null, -3)]
    [InlineData(null, null, ScaleRange.MostAgents + 1)]
    [InlineData(100, null, 121)]
    [InlineData(null, 50.0, 2)]
    public async Task Scale_ToWhatTheRunCannotHave_Throws(int? iterations, double? rate, int agents)
    {
        var plan = TestRun.Plan(120);
        plan = plan with
        {
            Scenario = plan.Scenario with
            {
                Iterations = iterations,
                Load = new LoadSpec { Rate = rate is { } count ? new ArrivalRate(count, TimeSpan.FromSeconds(1)) : null },
            },
        };
        await Queue.SubmitAsync(plan, Cancellation);
        await ClaimAsync("w1");

        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => ScaleAsync(plan, agents));

        Assert.Equal(new RunOrders(null, StopStage.None), (await Queue.HeartbeatAsync("w1", Cancellation)).Runs[plan.Run]);
    }

    [Fact]
    public async Task Scale_OfAnArrivalRate_AddsNoBlocks()
    {
        var plan = TestRun.Plan(20);
        plan = plan with { Scenario = plan.Scenario with { Load = new LoadSpec { Rate = new ArrivalRate(5, TimeSpan.FromSeconds(1)) } } };
        await Queue.SubmitAsync(plan, Cancellation);
        await ClaimAsync("w1");
        await ScaleAsync(plan, 500);

        Assert.Equal(500, (await Queue.HeartbeatAsync("w1", Cancellation)).Runs[plan.Run].Agents);
        Assert.Null(await Queue.ClaimAsync("w1", Cancellation));
    }
}
