using System.Collections.Concurrent;
using ApeTest.Scenarios.Planning;
using Npgsql;

namespace ApeTest.Runs.Queue.Postgres;

/// <summary>Plans as rows: sealed on their way in, opened once a process.</summary>
internal sealed class PlanStore(QueueDatabase database, PlanSeal seal)
{
    /// <summary>Plans with feeds are large: few runs are under way at a time.</summary>
    private const int MaxKnown = 8;

    /// <summary>Runs that ended last and keep their batches, as <see cref="MemoryRunQueue.KeepEnded"/>. Those without a summary are kept for a week.</summary>
    private const int KeepEnded = MemoryRunQueue.KeepEnded;

    private readonly ConcurrentDictionary<string, Known> _known = new(StringComparer.Ordinal);

    /// <summary>An opened plan, and how many agents fit where it was submitted.</summary>
    public sealed record Known(RunPlan Plan, int? Room);

    public async Task SubmitAsync(RunPlan plan, int? room, CancellationToken cancellationToken)
    {
        await using var connection = await database.Source.OpenConnectionAsync(cancellationToken);
        await using var batch = new NpgsqlBatch(connection)
        {
            BatchCommands =
            {
                new NpgsqlBatchCommand("insert into apetest.runs (run, scenario, planned_agents, plan, room) values ($1, $2, $3, $4, $5)")
                {
                    Parameters = { new() { Value = plan.Run }, new() { Value = plan.Scenario.Name }, new() { Value = plan.Slots }, new() { Value = seal.Seal(plan) }, new() { Value = (object?)room ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Integer } },
                },
                Insert(plan.Run, plan.Blocks()),
                // What ended long ago goes: its summary is in the history.
                new NpgsqlBatchCommand("""
                    delete from apetest.runs r where r.ended < apetest.clock() - interval '7 days' or (exists (select from apetest.history h where h.run = r.run)
                        and r.run in (select e.run from apetest.runs e where e.ended is not null order by e.ended desc, e.ordinal desc offset $1))
                    """)
                {
                    Parameters = { new() { Value = KeepEnded } },
                },
                new NpgsqlBatchCommand("""
                    delete from apetest.workers w where w.heartbeat < apetest.clock() - interval '1 hour' and not exists (select from apetest.blocks b where b.worker = w.worker)
                    """),
                new NpgsqlBatchCommand("select pg_notify('apetest', $1)") { Parameters = { new() { Value = plan.Run } } },
            },
        };
        try
        {
            await batch.ExecuteNonQueryAsync(cancellationToken);
        }
        catch (PostgresException exception) when (exception.SqlState == PostgresErrorCodes.UniqueViolation)
        {
            throw new ArgumentException($"Run {plan.Run} was submitted before.", nameof(plan), exception);
        }
    }

    /// <summary>The plan of a run. Unknown runs throw <see cref="KeyNotFoundException"/>, plans that another token sealed <see cref="Scenarios.ApeTestException"/>.</summary>
    public async Task<Known> FindAsync(string run, CancellationToken cancellationToken)
    {
        if (_known.TryGetValue(run, out var known))
        {
            return known;
        }
        await using var command = database.Source.CreateCommand("select plan, room from apetest.runs where run = $1");
        command.Parameters.Add(new() { Value = run });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        if (!await reader.ReadAsync(cancellationToken))
        {
            throw Unknown(run);
        }
        known = new Known(seal.Open(run, await reader.GetFieldValueAsync<byte[]>(0, cancellationToken)), reader.IsDBNull(1) ? null : reader.GetInt32(1));
        if (_known.Count >= MaxKnown)
        {
            _known.Clear();
        }
        return _known[run] = known;
    }

    /// <summary>Blocks of a run as rows.</summary>
    public static NpgsqlBatchCommand Insert(string run, IReadOnlyCollection<RunBlock> blocks) => new(
        "insert into apetest.blocks (run, block, first_slot, slots) select $1, b.block, b.first_slot, b.slots from unnest($2, $3, $4) as b (block, first_slot, slots)")
    {
        Parameters =
        {
            new() { Value = run }, new() { Value = blocks.Select(static block => block.Index).ToArray() },
            new() { Value = blocks.Select(static block => block.FirstSlot).ToArray() }, new() { Value = blocks.Select(static block => block.Count).ToArray() },
        },
    };

    public static KeyNotFoundException Unknown(string run, Exception? cause = null) => new($"The queue knows no run {run}.", cause);
}
