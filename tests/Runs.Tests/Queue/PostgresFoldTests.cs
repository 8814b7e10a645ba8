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
        await using var calm = await QueueOnPostgres.OpenAsync(test.Url, null, Cancellation);
        var plan = await SubmitAsync(test, 100);
        var early = new BackgroundWatcher(test.Queue, plan.Run);
        await AppendAsync(test.Queue, plan, 1, 300);
        await FoldedAsync(test);

        // What was folded is still known to have been.
        await test.Queue.AppendAsync(Batch(plan, 0, 300), Cancellation);
        await test.Queue.AppendAsync(Batch(plan, 0, 7), Cancellation);
        var late = new BackgroundWatcher(calm, plan.Run);
        await late.HasAsync(2);
        Assert.Equal([(0, 300), (1, 300)], late.Batches.Select(batch => (batch.Block, batch.Metrics.Started)));
        Assert.Equal(BatchMerge.MaxRecords, late.Batches[0].Sessions.Length);
        Assert.Equal(300 - BatchMerge.MaxRecords, late.Batches[0].Metrics.RecordsDropped);

        await test.Queue.AppendAsync(Batch(plan, 0, 302), Cancellation);
        await test.Queue.AppendAsync(Batch(plan, 0, 301), Cancellation);
        await test.Queue.AppendAsync(Batch(plan, 0, 302), Cancellation);
        await test.Queue.AppendAsync(Batch(plan, 0, 303) with { Final = true }, Cancellation);
        await test.Queue.AppendAsync(Batch(plan, 1, 301) with { Final = true }, Cancellation);
        await Task.WhenAll(early.EndAsync(), late.EndAsync());
        Assert.Equal(604, early.Batches.Sum(batch => batch.Metrics.Started));
        Assert.Equal(604, late.Batches.Sum(batch => batch.Metrics.Started));
    }

    [Fact]
    public async Task Watch_AnotherWatcherLags_NothingIsFoldedThatItHasNotRead()
    {
        await using var test = await QueueOnPostgres.StartAsync(await PostgresServer.SharedAsync(Cancellation), Cancellation, s_often);
        var plan = await SubmitAsync(test, 50);
        await using var slow = test.Queue.WatchAsync(plan.Run, Cancellation).GetAsyncEnumerator(Cancellation);
        Assert.True(await slow.MoveNextAsync());
        var quick = new BackgroundWatcher(test.Queue, plan.Run);
        await AppendAsync(test.Queue, plan, 1, 50);
        await quick.HasAsync(50);
        await test.Queue.AppendAsync(Batch(plan, 0, 51) with { Final = true }, Cancellation);
        await quick.EndAsync();
        Assert.Equal(51, await test.ScalarAsync<long>("select count(*) from apetest.batches", Cancellation));

        var started = 0L;
        while (await slow.MoveNextAsync().AsTask().Within(Cancellation))
        {
            started += slow.Current.Batches.Sum(batch => batch.Metrics.Started);
        }
        Assert.Equal(51, started);
    }

    [Fact]
    public async Task Claim_AfterAFold_ResumesAllTheSame()
    {
        await using var test = await QueueOnPostgres.StartAsync(await PostgresServer.SharedAsync(Cancellation), Cancellation, s_often);
        var plan = await SubmitAsync(test, 50);
        var early = new BackgroundWatcher(test.Queue, plan.Run);
        await test.Queue.AppendAsync(Batch(plan, 0, 1) with { Progress = [new SlotProgress(3, 5, "buy-coffee"), new SlotProgress(4, 1)] }, Cancellation);
        await AppendAsync(test.Queue, plan, 2, 20);
        await FoldedAsync(test);
        await test.Queue.AppendAsync(Batch(plan, 0, 21) with { Progress = [new SlotProgress(4, 2)] }, Cancellation);
        await test.AdvanceAsync(TimeSpan.FromSeconds(13), Cancellation);

        var lease = await test.Queue.ClaimAsync("w2", Cancellation);

        Assert.Equal([new SlotProgress(3, 5), new SlotProgress(4, 2)], lease!.Resume);
        await test.Queue.AppendAsync(Batch(plan, 0, 1) with { Epoch = 2, Worker = "w2", Final = true }, Cancellation);
        var late = new BackgroundWatcher(test.Queue, plan.Run);
        await Task.WhenAll(early.EndAsync(), late.EndAsync());
        Assert.All([early, late], watcher => Assert.Equal(1, watcher.Batches.Sum(batch => batch.Metrics.Ended(SessionOutcome.Aborted))));
    }

    [Fact]
    public async Task Append_TwoHundredBlocksAtOnce_CostsFewRows()
    {
        await using var test = await QueueOnPostgres.StartAsync(await PostgresServer.SharedAsync(Cancellation), Cancellation);
        var plan = await SubmitAsync(test, 10_000);

        for (var sequence = 1; sequence <= 5; sequence++)
        {
            await Task.WhenAll(plan.Blocks().Select(block => test.Queue.AppendAsync(Batch(plan, block.Index, sequence), Cancellation)));
        }

        Assert.InRange(await test.ScalarAsync<long>("select count(*) from apetest.batches", Cancellation), 5, 100);
        Assert.Equal(1000, await test.ScalarAsync<long>("select sum(cardinality(blocks)) from apetest.batches", Cancellation));
    }

    [Fact]
    public async Task Submit_ManyRuns_KeepsThoseWithoutASummaryAndTheLastEndedOnes()
    {
        await using var test = await QueueOnPostgres.StartAsync(await PostgresServer.SharedAsync(Cancellation), Cancellation);
        for (var i = 0; i < 12; i++)
        {
            var plan = TestRun.Plan(1, $"20261121-1315{i:00}-0000");
            await test.Queue.SubmitAsync(plan, Cancellation);
            await test.Queue.SignalAsync(plan.Run, new(ApeTest.Runs.Queue.RunSignalKind.Stop), Cancellation);
            if (i > 0)
            {
                await test.Queue.History.SaveAsync(History.PostgresRunHistoryTests.Summary(plan.Run), "name: shop", Cancellation);
            }
        }
        await test.Queue.SubmitAsync(TestRun.Plan(1, "20261121-131559-0000"), Cancellation);

        // The first has no summary, so that somebody may still want it; of the others the last eight.
        Assert.Equal(1 + 8 + 1, await test.ScalarAsync<long>("select count(*) from apetest.runs", Cancellation));
        Assert.Equal(["20261121-131500-0000", "20261121-131559-0000"], await test.Queue.History.UnfinishedAsync(Cancellation));
        Assert.Equal(13, (await test.Queue.History.ListAsync(100, Cancellation)).Count);
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

    private static async Task AppendAsync(PostgresRunQueue queue, RunPlan plan, int from, int to)
    {
        for (var sequence = from; sequence <= to; sequence++)
        {
            await Task.WhenAll(plan.Blocks().Select(block => queue.AppendAsync(Batch(plan, block.Index, sequence), Cancellation)));
        }
    }

    private static async Task FoldedAsync(QueueOnPostgres test)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        limit.CancelAfter(TestTimeouts.Default);
        while (await test.ScalarAsync<long>("select count(*) from apetest.batches", limit.Token) > 1)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, limit.Token);
        }
    }
}
