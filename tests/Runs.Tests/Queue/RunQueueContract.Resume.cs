using System.Collections.Immutable;
using ApeTest.Runs.Queue;
using ApeTest.Runs.Recording;
using ApeTest.Runs.Records;

namespace ApeTest.Runs.Tests.Queue;

/// <summary>What every <see cref="IRunQueue"/> does when a block goes from one worker to another.</summary>
public abstract partial class RunQueueContract
{
    private static readonly ImmutableArray<SlotProgress> s_twoUnderWay =
    [
        new(0, 3, "buy-coffee", TestRun.TraceOf(TestRun.Trace), TestRun.Started), new(1, 7), new(4, 1, "browse", default, TestRun.Started),
    ];

    [Fact]
    public async Task Append_Released_FreesTheBlockAtOnceAndItsFiguresStand()
    {
        var plan = await SubmitAsync(50);
        await ClaimAsync("w1");
        Assert.Null(await Queue.ClaimAsync("w2", Cancellation));

        var last = Batch(plan, started: 3) with { Released = true, Progress = [new SlotProgress(2, 3)] };
        await Queue.AppendAsync(last, Cancellation);
        var lease = await ClaimAsync("w2");
        await Queue.AppendAsync(last, Cancellation);
        await Queue.AppendAsync(Batch(plan, epoch: 1, sequence: 2, started: 100), Cancellation);

        Assert.Equal((0, 2), (lease.Block.Index, lease.Epoch));
        Assert.Equal([new SlotProgress(2, 3)], lease.Resume);
        var orders = await Queue.HeartbeatAsync("w1", Cancellation);
        Assert.Empty(orders.Runs);
        Assert.Empty(orders.Lost);
        await Queue.AppendAsync(Batch(plan, epoch: 2, started: 4, final: true, worker: "w2"), Cancellation);
        var end = await EndAsync(plan.Run);
        Assert.Equal(("completed", 7, 0), (end.Status, end.Batches.Sum(batch => batch.Metrics.Started), Aborted(end)));
    }

    [Fact]
    public async Task Append_ReleasedInAStoppedRun_EndsIt()
    {
        var plan = await SubmitAsync(50);
        await ClaimAsync("w1");
        await Queue.SignalAsync(plan.Run, new RunSignal(RunSignalKind.Stop), Cancellation);

        await Queue.AppendAsync(Batch(plan, started: 3) with { Released = true }, Cancellation);

        Assert.Equal("stopped", (await EndAsync(plan.Run)).Status);
    }

    [Fact]
    public async Task Claim_FirstLease_HasNothingToResume()
    {
        await SubmitAsync(50);

        Assert.Empty((await ClaimAsync("w1")).Resume);
    }

    [Fact]
    public async Task Claim_AfterAWorkerDied_ResumesAfterTheLastSessionsThatBegan()
    {
        var plan = await SubmitAsync(100);
        await ClaimAsync("w1");
        await ClaimAsync("w1");
        await Queue.AppendAsync(Batch(plan, sequence: 2) with { Progress = s_twoUnderWay }, Cancellation);
        await Queue.AppendAsync(Batch(plan, sequence: 1) with { Progress = [new SlotProgress(0, 2, "browse"), new SlotProgress(3, 1)] }, Cancellation);
        await Queue.AppendAsync(Batch(plan, block: 1) with { Progress = [new SlotProgress(50, 9)] }, Cancellation);
        await AdvanceAsync(TimeSpan.FromSeconds(16));

        var leases = new[] { await ClaimAsync("w2"), await ClaimAsync("w3") };

        Assert.Equal([new SlotProgress(0, 3), new SlotProgress(1, 7), new SlotProgress(3, 1), new SlotProgress(4, 1)], leases[0].Resume);
        Assert.Equal([new SlotProgress(50, 9)], leases[1].Resume);
    }

    [Fact]
    public async Task Watch_AWorkerDied_ItsSessionsUnderWayAreAbortedOnce()
    {
        var plan = await SubmitAsync(50);
        var early = EndAsync(plan.Run);
        await ClaimAsync("w1");
        await Queue.AppendAsync(Batch(plan, started: 11) with { Progress = s_twoUnderWay }, Cancellation);
        await AdvanceAsync(TimeSpan.FromSeconds(16));
        await ClaimAsync("w2");
        await Queue.AppendAsync(Batch(plan, epoch: 2, started: 1, worker: "w2") with { Progress = [new SlotProgress(0, 4, "buy-coffee")] }, Cancellation);
        await Queue.AppendAsync(Batch(plan, epoch: 2, sequence: 2, final: true, worker: "w2") with { Progress = [new SlotProgress(0, 4)] }, Cancellation);

        foreach (var end in new[] { await early, await EndAsync(plan.Run) })
        {
            Assert.Equal((12, 2), (end.Batches.Sum(batch => batch.Metrics.Started), Aborted(end)));
            var lost = end.Batches.SelectMany(batch => batch.Sessions).OrderBy(session => session.Slot).ToArray();
            Assert.Equal([("0-2", "buy-coffee", TestRun.Trace), ("4-0", "browse", new string('0', 32))], lost.Select(session => (session.Session, session.Goal, session.TraceId)));
            Assert.All(lost, session => Assert.StartsWith("worker_lost: ", session.Reason, StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task Watch_AllWorkersDiedAndTheRunIsStopped_TheirSessionsAreAborted()
    {
        var plan = await SubmitAsync(50);
        await ClaimAsync("w1");
        await Queue.AppendAsync(Batch(plan, started: 11) with { Progress = s_twoUnderWay }, Cancellation);
        await AdvanceAsync(TimeSpan.FromSeconds(16));
        await Queue.SignalAsync(plan.Run, new RunSignal(RunSignalKind.Stop), Cancellation);

        var end = await EndAsync(plan.Run);

        Assert.Equal(("stopped", 11, 2), (end.Status, end.Batches.Sum(batch => batch.Metrics.Started), Aborted(end)));
    }

    [Fact]
    public async Task Append_AllBlocksOfAWorkerAtOnce_KeepsAll()
    {
        var plan = await SubmitAsync(2000);
        var leases = new List<BlockLease>();
        while (await Queue.ClaimAsync("w1", Cancellation) is { } lease)
        {
            leases.Add(lease);
        }
        for (var sequence = 1; sequence <= 3; sequence++)
        {
            await Task.WhenAll(leases.Select(lease => Queue.AppendAsync(Batch(plan, lease.Block.Index, 1, sequence, 1, sequence == 3), Cancellation)));
        }

        var end = await EndAsync(plan.Run);

        Assert.Equal((40, 120L), (end.BlocksDone, end.Batches.Sum(batch => batch.Metrics.Started)));
    }

    private static long Aborted(RunState end) => end.Batches.Sum(batch => batch.Metrics.Ended(SessionOutcome.Aborted));
}
