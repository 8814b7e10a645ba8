using System.Globalization;
using ApeTest.Runs.Queue;
using ApeTest.Runs.Queue.Postgres;
using ApeTest.Runs.Recording;
using ApeTest.Runs.Records;
using ApeTest.Tests.Shared;

namespace ApeTest.Queue_Bench;

/// <summary>What many agents cost the database while they do little: four workers that heartbeat and report each block every second, and a collector.</summary>
internal static class SlotCost
{
    /// <summary>Row updates a second that the issue allows.</summary>
    private const double Most = 50;

    private const int Workers = 4;

    public static async Task<bool> RunAsync(PostgresServer server, int slots, TimeSpan duration)
    {
        var time = TimeProvider.System;
        var url = await server.CreateDatabaseAsync(CancellationToken.None);
        var plan = BenchRun.Plan("20261121-131502-be02", slots);
        await using var collector = await BenchRun.OpenAsync(url);
        await collector.SubmitAsync(plan, CancellationToken.None);
        List<(PostgresRunQueue Queue, string Name, List<(BlockLease Lease, BlockRecorder Recorder)> Blocks)> workers = [];
        for (var i = 0; i < Workers; i++)
        {
            workers.Add((await BenchRun.OpenAsync(url), $"w{i}", []));
        }
        for (var i = 0; await workers[i % Workers].Queue.ClaimAsync(workers[i % Workers].Name, CancellationToken.None) is { } lease; i++)
        {
            workers[i % Workers].Blocks.Add((lease, new BlockRecorder(plan, lease.Block, lease.Epoch, workers[i % Workers].Name, time)));
        }
        var reading = ReadAsync(collector, plan.Run);
        var before = await DatabaseLoad.TakeAsync(server, url);
        var began = time.GetTimestamp();

        await Task.WhenAll(workers.Select(worker => WorkAsync(worker.Queue, worker.Name, worker.Blocks, duration)));
        var took = time.GetElapsedTime(began);
        var load = await DatabaseLoad.TakeAsync(server, url) - before;
        await Task.WhenAll(workers.SelectMany(static worker => worker.Blocks.Select(block => worker.Queue.AppendAsync(block.Recorder.Drain(final: true), CancellationToken.None))));
        var started = await reading;
        foreach (var worker in workers)
        {
            await worker.Queue.DisposeAsync();
        }

        var updates = load.Updated / took.TotalSeconds;
        var expected = workers.Sum(static worker => worker.Blocks.Count) * (long)duration.TotalSeconds;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"""
            slots: {slots} in {plan.BlockCount} blocks at {Workers} workers, {took.TotalSeconds:f0} s, every block reports each second, sessions counted: {started} of {expected}
              rows a second: {updates:f1} updated (at most {Most:f0}), {load.Inserted / took.TotalSeconds:f1} inserted, {load.Deleted / took.TotalSeconds:f1} deleted; {load.Commits / took.TotalSeconds:f0} transactions a second
              database: CPU {load.CpuSeconds / took.TotalSeconds:f3} cores, WAL {load.WalBytes / took.TotalSeconds / 1024:f0} KB/s
            """));
        return updates < Most && started == expected;
    }

    private static async Task WorkAsync(PostgresRunQueue queue, string name, List<(BlockLease Lease, BlockRecorder Recorder)> blocks, TimeSpan duration)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1), TimeProvider.System);
        for (var n = 0; n < duration.TotalSeconds; n++)
        {
            await queue.HeartbeatAsync(name, CancellationToken.None);
            foreach (var (lease, recorder) in blocks)
            {
                var key = new SessionKey(lease.Block.FirstSlot + (n % lease.Block.Count), n / lease.Block.Count);
                recorder.SessionStarted("buy-coffee", TimeSpan.Zero, key);
                recorder.SessionEnded(recorder.Goal("buy-coffee"), SessionOutcome.Succeeded, TimeSpan.FromSeconds(1.5), 9, key);
            }
            await Task.WhenAll(blocks.Select(block => queue.AppendAsync(block.Recorder.Drain(final: false), CancellationToken.None)));
            await timer.WaitForNextTickAsync();
        }
    }

    private static async Task<long> ReadAsync(PostgresRunQueue queue, string run)
    {
        var started = 0L;
        await foreach (var state in queue.WatchAsync(run, CancellationToken.None))
        {
            started += state.Batches.Sum(static batch => batch.Metrics.Started);
        }
        return started;
    }
}
