using ApeTest.Runs.Queue;
using ApeTest.Runs.Queue.Postgres;
using ApeTest.Runs.Recording;
using ApeTest.Scenarios.Planning;
using ApeTest.Tests.Shared;

namespace ApeTest.Runs.Tests.Queue;

/// <summary>What the queue does when the database, the way to it or a worker goes away.</summary>
public sealed class PostgresFaultTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Server_KilledAndStartedAgainMidRun_NothingIsLostOrRepeated()
    {
        await using var server = await PostgresServer.StartAsync(durable: true, Cancellation);
        await using var test = await QueueOnPostgres.StartAsync(server, Cancellation);
        await using var collector = await QueueOnPostgres.OpenAsync(test.Url, null, Cancellation);
        var plan = TestRun.Plan(100);
        await test.Queue.SubmitAsync(plan, Cancellation);
        Assert.NotNull(await test.Queue.ClaimAsync("w1", Cancellation));
        Assert.NotNull(await test.Queue.ClaimAsync("w1", Cancellation));
        var watcher = new BackgroundWatcher(collector, plan.Run);
        await AppendAsync(test.Queue, RunQueueContract.Batch(plan, started: 3));
        await AppendAsync(test.Queue, RunQueueContract.Batch(plan, block: 1, started: 4));
        await watcher.HasAsync(2);

        await server.StopAsync(kill: true);
        var failed = await Assert.ThrowsAnyAsync<Exception>(() => test.Queue.HeartbeatAsync("w1", Cancellation));
        Assert.True(QueueDatabase.IsTransient(failed), failed.ToString());
        var last = RunQueueContract.Batch(plan, sequence: 2, started: 5, final: true);
        failed = await Assert.ThrowsAnyAsync<Exception>(() => test.Queue.AppendAsync(last, Cancellation));
        Assert.True(QueueDatabase.IsTransient(failed), failed.ToString());
        failed = await Assert.ThrowsAnyAsync<Exception>(() => test.Queue.ClaimAsync("w1", Cancellation));
        Assert.True(QueueDatabase.IsTransient(failed), failed.ToString());
        await server.StartAgainAsync(Cancellation);

        // As a worker does: again until it is taken.
        await AppendAsync(test.Queue, last);
        await AppendAsync(test.Queue, last);
        Assert.Empty((await AgainAsync(() => test.Queue.HeartbeatAsync("w1", Cancellation))).Lost);
        await AppendAsync(test.Queue, RunQueueContract.Batch(plan, block: 1, sequence: 2, started: 6, final: true));

        Assert.Equal("completed", (await watcher.EndAsync()).Status);
        Assert.Equal([(0, 1L, 3L), (0, 2, 5), (1, 1, 4), (1, 2, 6)], watcher.Batches.Select(batch => (batch.Block, batch.Sequence, batch.Metrics.Started)).Order());
    }

    [Fact]
    public async Task Database_AwayForLongerThanALease_LeasesSurvive()
    {
        await using var test = await QueueOnPostgres.StartAsync(await PostgresServer.SharedAsync(Cancellation), Cancellation);
        await using var other = await QueueOnPostgres.OpenAsync(test.Url, null, Cancellation);
        var plan = TestRun.Plan(50);
        await test.Queue.SubmitAsync(plan, Cancellation);
        await test.Queue.ClaimAsync("w1", Cancellation);

        await test.AdvanceAsync(TimeSpan.FromSeconds(20), Cancellation, away: true);

        Assert.Null(await other.ClaimAsync("w2", Cancellation));
        Assert.Empty((await test.Queue.HeartbeatAsync("w1", Cancellation)).Lost);
        // And what comes after the outage counts as ever.
        await test.AdvanceAsync(TimeSpan.FromSeconds(13), Cancellation);
        Assert.Equal(2, (await other.ClaimAsync("w2", Cancellation))!.Epoch);
    }

    [Fact]
    public async Task Worker_StartedAgainUnderItsName_DoesNotExtendWhatItsFormerSelfHeld()
    {
        await using var test = await QueueOnPostgres.StartAsync(await PostgresServer.SharedAsync(Cancellation), Cancellation);
        await using var again = await QueueOnPostgres.OpenAsync(test.Url, null, Cancellation);
        var plan = TestRun.Plan(50);
        await test.Queue.SubmitAsync(plan, Cancellation);
        await test.Queue.ClaimAsync("w1", Cancellation);

        await test.AdvanceAsync(TimeSpan.FromSeconds(8), Cancellation);
        Assert.Empty((await again.HeartbeatAsync("w1", Cancellation)).Runs);
        await test.AdvanceAsync(TimeSpan.FromSeconds(5), Cancellation);

        Assert.Equal(2, (await again.ClaimAsync("w1", Cancellation))!.Epoch);
    }

    [Fact]
    public async Task Claim_WhoseAnswerWasLost_IsGivenBackAtTheNextHeartbeat()
    {
        await using var test = await QueueOnPostgres.StartAsync(await PostgresServer.SharedAsync(Cancellation), Cancellation);
        await using var other = await QueueOnPostgres.OpenAsync(test.Url, null, Cancellation);
        var plan = TestRun.Plan(100);
        await test.Queue.SubmitAsync(plan, Cancellation);
        await test.Queue.ClaimAsync("w1", Cancellation);
        await test.ExecuteAsync($"select apetest.claim((select worker from apetest.workers), '12 s', '{plan.Run}')", Cancellation);
        Assert.Null(await other.ClaimAsync("w2", Cancellation));

        Assert.Empty((await test.Queue.HeartbeatAsync("w1", Cancellation)).Lost);

        Assert.Equal((1, 2), (await other.ClaimAsync("w2", Cancellation)) is { } lease ? (lease.Block.Index, lease.Epoch) : default);
    }

    [Fact]
    public async Task Claim_OfABlockThatItDoesNotKnowToHaveLost_WaitsUntilItHears()
    {
        await using var test = await QueueOnPostgres.StartAsync(await PostgresServer.SharedAsync(Cancellation), Cancellation);
        var plan = TestRun.Plan(50);
        await test.Queue.SubmitAsync(plan, Cancellation);
        await test.Queue.ClaimAsync("w1", Cancellation);
        await test.AdvanceAsync(TimeSpan.FromSeconds(13), Cancellation);

        Assert.Null(await test.Queue.ClaimAsync("w1", Cancellation));

        Assert.Equal([new LostBlock(plan.Run, 0)], (await test.Queue.HeartbeatAsync("w1", Cancellation)).Lost);
        Assert.NotNull(await test.Queue.ClaimAsync("w1", Cancellation));
    }

    [Fact]
    public async Task Claim_FromManyProcessesAtOnce_NoBlockIsLeasedTwice()
    {
        await using var test = await QueueOnPostgres.StartAsync(await PostgresServer.SharedAsync(Cancellation), Cancellation);
        var plan = TestRun.Plan(10_000);
        await test.Queue.SubmitAsync(plan, Cancellation);
        var leases = new System.Collections.Concurrent.ConcurrentBag<BlockLease>();

        await Parallel.ForAsync(0, 8, new ParallelOptions { MaxDegreeOfParallelism = 8, CancellationToken = Cancellation }, async (i, cancellationToken) =>
        {
            await using var queue = await QueueOnPostgres.OpenAsync(test.Url, null, cancellationToken);
            while (await queue.ClaimAsync($"w{i}", cancellationToken) is { } lease)
            {
                leases.Add(lease);
                // Two hundred claims may take a busy machine longer than a lease lasts.
                await queue.HeartbeatAsync($"w{i}", cancellationToken);
            }
        });

        Assert.Equal(plan.Blocks(), leases.Select(lease => lease.Block).OrderBy(block => block.Index));
        Assert.All(leases, lease => Assert.Equal(1, lease.Epoch));
        Assert.Single(leases.Select(lease => lease.Started).Distinct());
    }

    [Fact]
    public async Task Watch_ListeningConnectionLost_PollsAndListensAgain()
    {
        await using var test = await QueueOnPostgres.StartAsync(await PostgresServer.SharedAsync(Cancellation), Cancellation);
        var plan = TestRun.Plan(50);
        await test.Queue.SubmitAsync(plan, Cancellation);
        await test.Queue.ClaimAsync("w1", Cancellation);
        var watcher = new BackgroundWatcher(test.Queue, plan.Run);
        await ListeningAsync(test, 0);

        var listener = await test.ScalarAsync<int>("select pid from pg_stat_activity where datname = current_database() and query = 'listen apetest'", Cancellation);
        await test.ExecuteAsync($"select pg_terminate_backend({listener})", Cancellation);
        await AppendAsync(test.Queue, RunQueueContract.Batch(plan, started: 1));
        await AppendAsync(test.Queue, RunQueueContract.Batch(plan, sequence: 2, started: 1));
        await watcher.HasAsync(2);
        await ListeningAsync(test, listener);
        await AppendAsync(test.Queue, RunQueueContract.Batch(plan, sequence: 3, final: true));

        Assert.Equal("completed", (await watcher.EndAsync()).Status);
    }

    private static async Task ListeningAsync(QueueOnPostgres test, int before)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        limit.CancelAfter(TestTimeouts.Default);
        while (await test.ScalarAsync<long>($"select count(*) from pg_stat_activity where datname = current_database() and query = 'listen apetest' and pid <> {before}", limit.Token) == 0)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, limit.Token);
        }
    }

    private static Task AppendAsync(PostgresRunQueue queue, SnapshotBatch batch) => AgainAsync(async () =>
    {
        await queue.AppendAsync(batch, Cancellation);
        return true;
    });

    private static async Task<T> AgainAsync<T>(Func<Task<T>> call)
    {
        while (true)
        {
            try
            {
                return await call().Within(Cancellation);
            }
            catch (Exception exception) when (QueueDatabase.IsTransient(exception))
            {
                await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, Cancellation);
            }
        }
    }
}
