using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Data;
using ApeTest.Runs.Recording;
using ApeTest.Scenarios;
using ApeTest.Scenarios.Planning;
using Npgsql;

namespace ApeTest.Runs.Queue.Postgres;

/// <summary>
/// Claims and heartbeats. A worker's name in the database carries a mark of this process, so that one that was started again under its old name
/// neither extends nor takes for its own what its former self held.
/// </summary>
internal sealed class LeaseStore(QueueDatabase database, PlanStore plans) : IDisposable
{
    /// <summary>So long after a run's start nobody takes more of its blocks than a fair share among the workers that are alive.</summary>
    private static readonly TimeSpan Sharing = TimeSpan.FromSeconds(3);

    /// <summary>A worker that is alive has reached the database within this time.</summary>
    private static readonly TimeSpan Alive = TimeSpan.FromSeconds(3);

    private readonly string _process = "/" + Guid.NewGuid().ToString("N")[..12];
    private readonly SemaphoreSlim _gate = new(1, 1);
    private readonly ConcurrentDictionary<(string Worker, LostBlock Block), long> _ending = new();
    private readonly Dictionary<string, Dictionary<LostBlock, long>> _held = new(StringComparer.Ordinal);

    /// <summary>The one run that is claimed from; null: any.</summary>
    public string? OnlyRun { get; set; }

    /// <summary>Whether a run that has just begun is shared out evenly among the workers that are alive; else whoever comes first takes what it can.</summary>
    public bool SharesEvenly { get; set; }

    /// <summary>The worker's name in the database.</summary>
    public string KeyOf(string worker) => worker + _process;

    public async Task<BlockLease?> ClaimAsync(string worker, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            await database.BeatAsync(cancellationToken);
            ApeTestException? refused = null;
            foreach (var run in await CandidatesAsync(worker, cancellationToken))
            {
                PlanStore.Known known;
                try
                {
                    // Before anything is leased: nobody else could take a block that is held by whoever cannot work on it.
                    known = await plans.FindAsync(run, cancellationToken);
                }
                catch (ApeTestException exception)
                {
                    refused = exception;
                    continue;
                }
                catch (KeyNotFoundException)
                {
                    continue;
                }
                if (await ClaimAsync(worker, known.Plan, cancellationToken) is not { } lease)
                {
                    continue;
                }
                var block = new LostBlock(run, lease.Block.Index);
                if (Held(worker).ContainsKey(block))
                {
                    // Its own, which it does not know yet to be lost: it must hear that first.
                    await ReleaseAsync(worker, block, lease.Epoch, cancellationToken);
                    return null;
                }
                Held(worker)[block] = lease.Epoch;
                return lease.Epoch == 1 ? lease : lease with { Resume = await ResumeAsync(run, lease.Block.Index, cancellationToken) };
            }
            return refused is null ? null : throw refused;
        }
        finally
        {
            _gate.Release();
        }
    }

    public async Task<WorkerOrders> HeartbeatAsync(string worker, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            await database.BeatAsync(cancellationToken);
            var orders = ImmutableSortedDictionary.CreateBuilder<string, RunOrders>(StringComparer.Ordinal);
            var holds = new Dictionary<LostBlock, long>();
            await using (var command = database.Source.CreateCommand("select run, block, epoch, stop, agents, rates, open_slot from apetest.heartbeat($1, $2)"))
            {
                command.Parameters.Add(new() { Value = KeyOf(worker) });
                command.Parameters.Add(new() { Value = database.Times.Lease });
                await using var rows = await command.ExecuteReaderAsync(cancellationToken);
                while (await rows.ReadAsync(cancellationToken))
                {
                    var run = rows.GetString(0);
                    holds[new LostBlock(run, rows.GetInt32(1))] = rows.GetInt64(2);
                    if (!orders.ContainsKey(run))
                    {
                        orders.Add(run, OrderColumns.Read(rows, 3).ToOrders(rows.GetInt32(6)));
                    }
                }
            }
            var lost = await CompareAsync(worker, holds, cancellationToken);
            return new WorkerOrders(orders.ToImmutable(), lost);
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>The last batches of blocks are on their way: whether those are held is not known until <see cref="EndedAsync"/>.</summary>
    public void Ending(IEnumerable<SnapshotBatch> batches)
    {
        foreach (var batch in batches)
        {
            _ending[(batch.Worker, new LostBlock(batch.Run, batch.Block))] = batch.Epoch;
        }
    }

    /// <summary>They were kept, or not.</summary>
    public async Task EndedAsync(SnapshotBatch[] batches, bool kept)
    {
        if (batches.Length == 0)
        {
            return;
        }
        await _gate.WaitAsync();
        foreach (var batch in batches)
        {
            var block = new LostBlock(batch.Run, batch.Block);
            if (kept && Held(batch.Worker).TryGetValue(block, out var epoch) && epoch == batch.Epoch)
            {
                Held(batch.Worker).Remove(block);
            }
            _ending.TryRemove((batch.Worker, block), out _);
        }
        _gate.Release();
    }

    public void Dispose() => _gate.Dispose();

    /// <summary>What the worker thinks it has and has not, it lost; what it has without knowing (the answer to its claim was lost) it gives back.</summary>
    private async Task<ImmutableArray<LostBlock>> CompareAsync(string worker, Dictionary<LostBlock, long> holds, CancellationToken cancellationToken)
    {
        var held = Held(worker);
        var lost = held.Where(block => !_ending.ContainsKey((worker, block.Key)) && (!holds.TryGetValue(block.Key, out var epoch) || epoch != block.Value)).Select(static block => block.Key).ToImmutableArray();
        foreach (var block in lost)
        {
            held.Remove(block);
        }
        foreach (var (block, epoch) in holds)
        {
            if (!_ending.ContainsKey((worker, block)) && (!held.TryGetValue(block, out var known) || known != epoch))
            {
                await ReleaseAsync(worker, block, epoch, cancellationToken);
            }
        }
        return lost;
    }

    private async Task ReleaseAsync(string worker, LostBlock block, long epoch, CancellationToken cancellationToken)
    {
        await using var command = database.Source.CreateCommand("select apetest.release($1, $2, $3, $4)");
        command.Parameters.Add(new() { Value = KeyOf(worker) });
        command.Parameters.Add(new() { Value = block.Run });
        command.Parameters.Add(new() { Value = block.Block });
        command.Parameters.Add(new() { Value = epoch });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private Dictionary<LostBlock, long> Held(string worker)
    {
        if (!_held.TryGetValue(worker, out var held))
        {
            _held[worker] = held = [];
        }
        return held;
    }

    private async Task<List<string>> CandidatesAsync(string worker, CancellationToken cancellationToken)
    {
        await using var batch = database.Source.CreateBatch();
        batch.BatchCommands.Add(new NpgsqlBatchCommand("select apetest.sweep($1)") { Parameters = { new() { Value = database.Times.Lease } } });
        batch.BatchCommands.Add(new NpgsqlBatchCommand("""
            select r.run from apetest.runs r where r.stop = 0 and r.ended is null and ($1 is null or r.run = $1)
                and exists (select from apetest.blocks b where b.run = r.run and not b.done and b.worker is null)
                and (not $5 or r.started < apetest.clock() - $3
                    or (select count(*) filter (where b.worker = $2) from apetest.blocks b where b.run = r.run)
                        < (select ceil(count(*)::numeric / (select greatest(1, count(*)) from apetest.workers w where w.heartbeat > apetest.clock() - $4)) from apetest.blocks b where b.run = r.run))
                order by r.ordinal
            """)
        {
            Parameters =
            {
                new() { Value = (object?)OnlyRun ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Text }, new() { Value = KeyOf(worker) },
                new() { Value = Sharing }, new() { Value = Alive }, new() { Value = SharesEvenly },
            },
        });
        await using var rows = await batch.ExecuteReaderAsync(cancellationToken);
        await rows.NextResultAsync(cancellationToken);
        List<string> runs = [];
        while (await rows.ReadAsync(cancellationToken))
        {
            runs.Add(rows.GetString(0));
        }
        return runs;
    }

    private async Task<BlockLease?> ClaimAsync(string worker, RunPlan plan, CancellationToken cancellationToken)
    {
        await using var command = database.Source.CreateCommand(
            "select block, first_slot, slots, epoch, started, elapsed_s, stop, agents, rates, open_slot from apetest.claim($1, $2, $3)");
        command.Parameters.Add(new() { Value = KeyOf(worker) });
        command.Parameters.Add(new() { Value = database.Times.Lease });
        command.Parameters.Add(new() { Value = plan.Run });
        await using var row = await command.ExecuteReaderAsync(CommandBehavior.SingleRow, cancellationToken);
        return await row.ReadAsync(cancellationToken)
            ? new BlockLease(plan, new RunBlock(row.GetInt32(0), row.GetInt32(1), row.GetInt32(2)), row.GetInt64(3),
                new DateTimeOffset(row.GetDateTime(4), TimeSpan.Zero), TimeSpan.FromSeconds(row.GetDouble(5)), OrderColumns.Read(row, 6).ToOrders(row.GetInt32(9)))
            : null;
    }

    /// <summary>How far the block's slots came under earlier leases: none of them can report any more.</summary>
    private async Task<ImmutableArray<SlotProgress>> ResumeAsync(string run, int block, CancellationToken cancellationToken)
    {
        await using var command = database.Source.CreateCommand(
            "select blocks, accepted, progress from apetest.batches where run = $1 and blocks @> array[$2] order by ordinal");
        command.Parameters.Add(new() { Value = run });
        command.Parameters.Add(new() { Value = block });
        var slots = new SortedDictionary<int, SlotProgress>();
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        while (await rows.ReadAsync(cancellationToken))
        {
            var (blocks, accepted) = (rows.GetFieldValue<int[]>(0), rows.GetFieldValue<bool[]>(1));
            var progress = BatchPayload.UnpackProgress(rows.GetFieldValue<byte[]>(2));
            for (var i = 0; i < blocks.Length; i++)
            {
                if (blocks[i] == block && accepted[i])
                {
                    BlockFold.Advance(slots, progress[i]);
                }
            }
        }
        // What was under way has been aborted with the lease.
        return [.. slots.Values.Select(static slot => new SlotProgress(slot.Slot, slot.Next))];
    }
}
