using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using ApeTest.Runs.Json;
using ApeTest.Runs.Queue;
using ApeTest.Runs.Queue.Postgres;
using ApeTest.Runs.Recording;
using ApeTest.Runs.Records;
using ApeTest.Tests.Shared;

namespace ApeTest.Queue_Bench;

/// <summary>
/// Sessions through the queue as fast as it takes them: two workers of ten blocks each write, a collector on a connection of its own reads and checks that every
/// session comes once. All on one machine, the compression and the JSON of both ends included.
/// </summary>
internal static class Throughput
{
    private const int Workers = 2;
    private const int BlocksEach = 10;
    private const int SessionsEach = 40;

    public static async Task<bool> RunAsync(PostgresServer server, int megabytes)
    {
        var time = TimeProvider.System;
        var url = await server.CreateDatabaseAsync(CancellationToken.None);
        var plan = BenchRun.Plan("20261121-131502-be01", Workers * BlocksEach * 50);
        var samples = BenchRun.Sessions(plan.Run);
        var bytesEach = samples.Average(static session => JsonSerializer.SerializeToUtf8Bytes(session, RunsJson.Line.SessionRecord).Length);
        var rounds = (int)Math.Ceiling(megabytes * 1024.0 * 1024 / (bytesEach * SessionsEach * Workers * BlocksEach));
        await using var collector = await BenchRun.OpenAsync(url);
        await collector.SubmitAsync(plan, CancellationToken.None);
        var before = await DatabaseLoad.TakeAsync(server, url);
        var began = time.GetTimestamp();

        var reading = ReadAsync(collector, plan.Run);
        await Task.WhenAll(Enumerable.Range(0, Workers).Select(worker => WriteAsync(url, $"w{worker}", rounds, samples)));
        var written = time.GetElapsedTime(began);
        var (sessions, distinct, states) = await reading;
        var took = time.GetElapsedTime(began);

        var load = await DatabaseLoad.TakeAsync(server, url) - before;
        var expected = (long)rounds * SessionsEach * Workers * BlocksEach;
        var volume = expected * bytesEach / 1024 / 1024;
        var whole = sessions == expected && distinct == expected;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"""
            throughput: {volume:f0} MB of session records (JSON, {bytesEach:f0} bytes each), {expected} sessions
              written in {written.TotalSeconds:f1} s, read and checked in {took.TotalSeconds:f1} s: {volume / took.TotalSeconds:f1} MB/s; every session once: {(whole ? "yes" : $"NO ({sessions} seen, {distinct} distinct)")}
              database: CPU {load.CpuSeconds:f1} s ({load.CpuSeconds / took.TotalSeconds:f2} cores), WAL {load.WalBytes / 1048576.0:f0} MB, size at the end {load.Size / 1048576.0:f0} MB
              rows: {load.Inserted} inserted, {load.Updated} updated ({load.Updated / took.TotalSeconds:f1}/s), {load.Deleted} deleted, {load.Commits} transactions
              workers and collector: CPU {Process.GetCurrentProcess().TotalProcessorTime.TotalSeconds:f1} s, peak {Process.GetCurrentProcess().PeakWorkingSet64 / 1048576.0:f0} MB resident, states {states}
            """));
        return whole;
    }

    private static async Task WriteAsync(string url, string worker, int rounds, SessionRecord[] samples)
    {
        await using var queue = await BenchRun.OpenAsync(url);
        List<BlockLease> leases = [];
        while (leases.Count < BlocksEach && await queue.ClaimAsync(worker, CancellationToken.None) is { } lease)
        {
            leases.Add(lease);
        }
        await Task.WhenAll(leases.Select(async lease =>
        {
            var recorder = new BlockRecorder(lease.Plan, lease.Block, lease.Epoch, worker, TimeProvider.System);
            var n = 0;
            for (var round = 1; round <= rounds; round++)
            {
                for (var i = 0; i < SessionsEach; i++, n++)
                {
                    var key = new SessionKey(lease.Block.FirstSlot + (n % lease.Block.Count), n / lease.Block.Count);
                    recorder.SessionStarted("buy-coffee", TimeSpan.Zero, key);
                    recorder.SessionEnded(samples[(n * 31) % samples.Length] with { Session = key.ToString(), Slot = key.Slot }, TimeSpan.FromMilliseconds(n % 977), 9);
                }
                await queue.AppendAsync(recorder.Drain(final: round == rounds), CancellationToken.None);
                await queue.HeartbeatIfDueAsync(worker);
            }
        }));
    }

    private static async Task<(long Sessions, long Distinct, int States)> ReadAsync(PostgresRunQueue queue, string run)
    {
        var (sessions, states) = (0L, 0);
        var seen = new Dictionary<int, System.Collections.BitArray>();
        var distinct = 0L;
        await foreach (var state in queue.WatchAsync(run, CancellationToken.None))
        {
            states++;
            foreach (var session in state.Batches.SelectMany(static batch => batch.Sessions))
            {
                sessions++;
                SessionKey.TryParse(session.Session, out var key);
                if (!seen.TryGetValue(key.Slot, out var numbers))
                {
                    seen[key.Slot] = numbers = new System.Collections.BitArray(1 << 16);
                }
                if (!numbers[key.Number])
                {
                    numbers[key.Number] = true;
                    distinct++;
                }
            }
        }
        return (sessions, distinct, states);
    }
}
