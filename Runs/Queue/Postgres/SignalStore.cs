using Npgsql;

namespace ApeTest.Runs.Queue.Postgres;

/// <summary>Signals: read a run's orders, change them by <see cref="StandingOrders"/>, write them back, all under the run's lock.</summary>
internal sealed class SignalStore(QueueDatabase database, PlanStore plans)
{
    public async Task SignalAsync(string run, RunSignal signal, CancellationToken cancellationToken)
    {
        var (plan, room) = await plans.FindAsync(run, cancellationToken);
        StandingOrders.Check(signal, plan, room);
        await database.SweepAsync(cancellationToken);
        await using var connection = await database.Source.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        if (await ReadAsync(connection, run, cancellationToken) is not { } found)
        {
            return;
        }
        var orders = found.Orders.After(signal, plan, found.Elapsed);
        if (orders == found.Orders)
        {
            return;
        }
        var added = orders.Missing(plan, found.Last).ToArray();
        await using var write = new NpgsqlBatch(connection)
        {
            BatchCommands =
            {
                new NpgsqlBatchCommand("update apetest.runs set stop = $2, reason = $3, agents = $4, rates = $5 where run = $1")
                {
                    Parameters =
                    {
                        new() { Value = run }, new() { Value = (short)orders.Stop }, new() { Value = (object?)orders.Reason ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Text },
                        new() { Value = (object?)orders.Agents ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Integer }, new() { Value = OrderColumns.Text(orders.Rates) },
                    },
                },
                PlanStore.Insert(run, added),
                new NpgsqlBatchCommand("select apetest.settle($1)") { Parameters = { new() { Value = run } } },
            },
        };
        await write.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    /// <summary>The run's orders, under its lock; null where it has ended.</summary>
    private static async Task<(StandingOrders Orders, TimeSpan Elapsed, Scenarios.Planning.RunBlock Last)?> ReadAsync(
        NpgsqlConnection connection, string run, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("""
            select r.stop, r.agents, r.rates, r.reason, coalesce(extract(epoch from apetest.clock() - r.started), 0)::double precision, b.block, b.first_slot, b.slots
                from apetest.runs r cross join lateral (select * from apetest.blocks b where b.run = r.run order by b.block desc limit 1) b
                where r.run = $1 and r.ended is null for no key update of r
            """, connection);
        command.Parameters.Add(new() { Value = run });
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        return await row.ReadAsync(cancellationToken)
            ? (OrderColumns.Read(row, 0) with { Reason = row.IsDBNull(3) ? null : row.GetString(3) }, TimeSpan.FromSeconds(row.GetDouble(4)), new(row.GetInt32(5), row.GetInt32(6), row.GetInt32(7)))
            : null;
    }
}
