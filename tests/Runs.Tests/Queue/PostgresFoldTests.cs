using ApeTest.Runs.Queue;
using ApeTest.Runs.Queue.Postgres;
using ApeTest.Runs.Recording;
using ApeTest.Runs.Records;
using ApeTest.Scenarios.Planning;
using ApeTest.Tests.Shared;

namespace ApeTest.Runs.Tests.Queue;

/// <summary>Rows that every watcher has read are folded into one.</summary>
public sealed class PostgresFoldTests
{
    private static readonly QueueTimes s_often = new() { FoldInterval = TimeSpan.Zero, Poll = TimeSpan.FromMilliseconds(20) };

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Watch_ManyBatches_RowsAreFoldedAndALateWatcherGetsAllOnce()
    {
        await using var test = await QueueOnPostgres.StartAsync(await PostgresServer.SharedAsync(Cancellation), Cancellation, s_often);
        var plan = await SubmitAsync(test, 100);
        await using var early = test.Queue.WatchAsync(plan.Run, Cancellation).GetAsyncEnumerator(Cancellation);
        await AppendAsync(test.Queue, plan, 1, 300, early);
        await FoldedAsync(test, early);

        // What was folded is still known to have been.
        await test.Queue.AppendAsync(Batch(plan, 0, 300), Cancellation);
        await test.Queue.AppendAsync(Batch(plan, 0, 7), Cancellation);
        await test.Queue.AppendAsync(Batch(plan, 0, 302), Cancellation);
        await using var late = test.Queue.WatchAsync(plan.Run, Cancellation).GetAsyncEnumerator(Cancellation);
        Assert.True(await late.MoveNextAsync());
        var first = late.Current.Batches;
        Assert.Equal([0, 1, 0], first.Select(batch => batch.Block));
        Assert.Equal([300, 300, 1], first.Select(batch => batch.Metrics.Started));
        Assert.Equal(BatchMerge.MaxRecords, first[0].Sessions.Length);
        Assert.Equal(300 - BatchMerge.MaxRecords, first[0].Metrics.RecordsDropped);

        await test.Queue.AppendAsync(Batch(plan, 0, 301), Cancellation);
        await test.Queue.AppendAsync(Batch(plan, 0, 302), Cancellation);
        await test.Queue.AppendAsync(Batch(plan, 0, 303) with { Final = true }, Cancellation);
        await test.Queue.AppendAsync(Batch(plan, 1, 301) with { Final = true }, Cancellation);
        Assert.Equal(first.Sum(batch => batch.Metrics.Started) + 3, first.Sum(batch => batch.Metrics.Started) + await RestAsync(late));
        await RestAsync(early);
    }

    [Fact]
    public async Task Watch_AnotherWatcherLags_NothingIsFoldedThatItHasNotRead()
    {
        await using var test = await QueueOnPostgres.StartAsync(await PostgresServer.SharedAsync(Cancellation), Cancellation, s_often);
        var plan = await SubmitAsync(test, 50);
        await using var slow = test.Queue.WatchAsync(plan.Run, Cancellation).GetAsyncEnumerator(Cancellation);
        Assert.True(await slow.MoveNextAsync());
        await using (var quick = test.Queue.WatchAsync(plan.Run, Cancellation).GetAsyncEnumerator(Cancellation))
        {
            await AppendAsync(test.Queue, plan, 1, 50, quick);
            await test.Queue.AppendAsync(Batch(plan, 0, 51) with { Final = true }, Cancellation);
            await RestAsync(quick);
        }
        Assert.Equal(51, await test.ScalarAsync<long>("select count(*) from apetest.batches", Cancellation));

        Assert.Equal(51, await RestAsync(slow));
    }

    [Fact]
    public async Task Claim_AfterAFold_ResumesAllTheSame()
    {
        await using var test = await QueueOnPostgres.StartAsync(await PostgresServer.SharedAsync(Cancellation), Cancellation, s_often);
        var plan = await SubmitAsync(test, 50);
        await using var watcher = test.Queue.WatchAsync(plan.Run, Cancellation).GetAsyncEnumerator(Cancellation);
        await test.Queue.AppendAsync(Batch(plan, 0, 1) with { Progress = [new SlotProgress(3, 5, "buy-coffee"), new SlotProgress(4, 1)] }, Cancellation);
        await AppendAsync(test.Queue, plan, 2, 20, watcher);
        await FoldedAsync(test, watcher);
        await test.Queue.AppendAsync(Batch(plan, 0, 21) with { Progress = [new SlotProgress(4, 2)] }, Cancellation);
        await test.AdvanceAsync(TimeSpan.FromSeconds(13), Cancellation);

        var lease = await test.Queue.ClaimAsync("w2", Cancellation);

        Assert.Equal([new SlotProgress(3, 5), new SlotProgress(4, 2)], lease!.Resume);
        await test.Queue.AppendAsync(Batch(plan, 0, 1) with { Epoch = 2, Worker = "w2", Final = true }, Cancellation);
        await using var late = test.Queue.WatchAsync(plan.Run, Cancellation).GetAsyncEnumerator(Cancellation);
        var aborted = 0L;
        while (await late.MoveNextAsync())
        {
            aborted += late.Current.Batches.Sum(batch => batch.Metrics.Ended(SessionOutcome.Aborted));
        }
        Assert.Equal(1, aborted);
    }

    [Fact]
    public async Task Append_TwoHundredBlocksAtOnce_CostsFewRowsAndUpdates()
    {
        await using var test = await QueueOnPostgres.StartAsync(await PostgresServer.SharedAsync(Cancellation), Cancellation);
        var plan = await SubmitAsync(test, 10_000);

        for (var sequence = 1; sequence <= 5; sequence++)
        {
            await Task.WhenAll(Enumerable.Range(0, 200).Select(block => test.Queue.AppendAsync(Batch(plan, block, sequence), Cancellation)));
        }

        Assert.InRange(await test.ScalarAsync<long>("select count(*) from apetest.batches", Cancellation), 5, 100);
        Assert.Equal(1000, await test.ScalarAsync<long>("select sum(cardinality(blocks)) from apetest.batches", Cancellation));
    }

    private static SnapshotBatch Batch(RunPlan plan, int block, int sequence) =>
        RunQueueContract.Batch(plan, block, sequence: sequence, started: 1, session: SessionOutcome.Failed);

    private static async Task<RunPlan> SubmitAsync(QueueOnPostgres test, int agents)
    {
        var plan = TestRun.Plan(agents);
        await test.Queue.SubmitAsync(plan, Cancellation);
        foreach (var _ in plan.Blocks())
        {
            Assert.NotNull(await test.Queue.ClaimAsync("w1", Cancellation));
        }
        return plan;
    }

    private static async Task AppendAsync(PostgresRunQueue queue, RunPlan plan, int from, int to, IAsyncEnumerator<RunState> watcher)
    {
        for (var sequence = from; sequence <= to; sequence++)
        {
            await Task.WhenAll(plan.Blocks().Select(block => queue.AppendAsync(Batch(plan, block.Index, sequence), Cancellation)));
        }
        for (var seen = 0; seen < plan.BlockCount * (to - from + 1); seen += watcher.Current.Batches.Length)
        {
            Assert.True(await watcher.MoveNextAsync().AsTask().Within(Cancellation));
        }
    }

    /// <summary>Lets a watcher go on until few rows are left.</summary>
    private static async Task FoldedAsync(QueueOnPostgres test, IAsyncEnumerator<RunState> watcher)
    {
        var next = watcher.MoveNextAsync();
        while (await test.ScalarAsync<long>("select count(*) from apetest.batches", Cancellation) > 1)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, Cancellation);
        }
        Assert.False(next.IsCompleted);
        // A step of an iterator is waited for before the next: it is taken up again by the next batch.
        s_pending.Add(watcher, next);
    }

    private static readonly System.Runtime.CompilerServices.ConditionalWeakTable<IAsyncEnumerator<RunState>, object> s_pending = [];

    private static async Task<long> RestAsync(IAsyncEnumerator<RunState> watcher)
    {
        var started = 0L;
        if (s_pending.TryGetValue(watcher, out var pending))
        {
            s_pending.Remove(watcher);
            Assert.True(await (ValueTask<bool>)pending);
            started += watcher.Current.Batches.Sum(batch => batch.Metrics.Started);
        }
        while (await watcher.MoveNextAsync().AsTask().Within(Cancellation))
        {
            started += watcher.Current.Batches.Sum(batch => batch.Metrics.Started);
        }
        return started;
    }
}
