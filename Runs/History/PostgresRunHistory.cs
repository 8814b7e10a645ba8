using System.Data;
using System.Text.Json;
using ApeTest.Runs.Json;
using ApeTest.Runs.Queue.Postgres;
using ApeTest.Runs.Summaries;
using Npgsql;
using NpgsqlTypes;

namespace ApeTest.Runs.History;

/// <summary>
/// The run history in PostgreSQL: final summaries and the scenarios that they are of, secrets redacted. It outlives the run's rows in the queue. What cannot reach
/// the database throws what Npgsql throws and may be repeated.
/// </summary>
public sealed class PostgresRunHistory
{
    /// <summary>Runs of the queue and of the history, each once.</summary>
    private const string Runs = """
        select coalesce(h.run, r.run) as run, coalesce(h.scenario, r.scenario) as scenario,
            coalesce(h.status, case when r.ended is not null then coalesce(r.reason, 'completed') when r.started is not null then 'running' else 'queued' end) as status,
            coalesce(h.started, r.started) as started, coalesce(h.agents, r.planned_agents) as agents, h.duration_s, h.run is not null as finished
        from apetest.history h full join apetest.runs r on r.run = h.run
        """;

    private readonly NpgsqlDataSource _database;

    internal PostgresRunHistory(NpgsqlDataSource database) => _database = database;

    /// <summary>Keeps the final summary of a run. Repeating it replaces what was kept.</summary>
    /// <param name="summary">The summary, with its final status.</param>
    /// <param name="resolvedScenario">The scenario with all defaults, secrets redacted.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task SaveAsync(RunSummary summary, string resolvedScenario, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(summary);
        if (summary.Run.Status is "queued" or "running")
        {
            throw new ArgumentException($"Run {summary.Run.Id} has not ended: it is {summary.Run.Status}.", nameof(summary));
        }
        await using var command = _database.CreateCommand("""
            insert into apetest.history (run, scenario, status, started, agents, duration_s, summary, resolved) values ($1, $2, $3, $4, $5, $6, $7, $8)
                on conflict (run) do update set scenario = excluded.scenario, status = excluded.status, started = excluded.started, agents = excluded.agents,
                    duration_s = excluded.duration_s, summary = excluded.summary, resolved = excluded.resolved, saved = excluded.saved
            """);
        command.Parameters.Add(new() { Value = summary.Run.Id });
        command.Parameters.Add(new() { Value = summary.Run.Scenario });
        command.Parameters.Add(new() { Value = summary.Run.Status });
        command.Parameters.Add(new() { Value = (object?)summary.Run.Started?.UtcDateTime ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.TimestampTz });
        command.Parameters.Add(new() { Value = summary.Run.Agents });
        command.Parameters.Add(new() { Value = summary.Run.DurationS });
        command.Parameters.Add(new() { Value = Compression.Pack(JsonSerializer.SerializeToUtf8Bytes(summary, RunsJson.Line.RunSummary)) });
        command.Parameters.Add(new() { Value = resolvedScenario });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Runs, newest first, those under way included.</summary>
    /// <param name="most">How many at most, from 1.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<IReadOnlyList<RunHistoryEntry>> ListAsync(int most, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(most, 1);
        // Ids begin with the time of their making.
        await using var command = _database.CreateCommand($"select run, scenario, status, started, agents, duration_s, finished from ({Runs}) a order by run desc limit $1");
        command.Parameters.Add(new() { Value = most });
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        List<RunHistoryEntry> runs = [];
        while (await rows.ReadAsync(cancellationToken))
        {
            runs.Add(Read(rows));
        }
        return runs;
    }

    /// <summary>A run, or null where none has this id.</summary>
    public async Task<RunHistoryEntry?> FindAsync(string run, CancellationToken cancellationToken)
    {
        await using var command = _database.CreateCommand($"""
            select a.run, a.scenario, a.status, a.started, a.agents, a.duration_s, a.finished, h.resolved from ({Runs}) a left join apetest.history h on h.run = a.run where a.run = $1
            """);
        command.Parameters.Add(new() { Value = run });
        await using var row = await command.ExecuteReaderAsync(CommandBehavior.SingleRow, cancellationToken);
        return await row.ReadAsync(cancellationToken) ? Read(row) with { ResolvedScenario = row.IsDBNull(7) ? null : row.GetString(7) } : null;
    }

    /// <summary>The final summary of a run; null where none is kept.</summary>
    public async Task<RunSummary?> SummaryAsync(string run, CancellationToken cancellationToken)
    {
        await using var command = _database.CreateCommand("select summary from apetest.history where run = $1");
        command.Parameters.Add(new() { Value = run });
        return await command.ExecuteScalarAsync(cancellationToken) is byte[] summary
            ? JsonSerializer.Deserialize(Compression.Unpack(summary), RunsJson.Line.RunSummary)
            : null;
    }

    /// <summary>Runs of which no final summary is kept, oldest first, ended ones included: a collector that starts takes them up.</summary>
    public async Task<IReadOnlyList<string>> UnfinishedAsync(CancellationToken cancellationToken)
    {
        await using var command = _database.CreateCommand(
            "select r.run from apetest.runs r where not exists (select from apetest.history h where h.run = r.run) order by r.ordinal");
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        List<string> runs = [];
        while (await rows.ReadAsync(cancellationToken))
        {
            runs.Add(rows.GetString(0));
        }
        return runs;
    }

    /// <summary>Forgets a run that has ended, its rows in the queue included; false where there is none, or it has not.</summary>
    public async Task<bool> DeleteAsync(string run, CancellationToken cancellationToken)
    {
        await using var command = _database.CreateCommand("""
            with gone as (delete from apetest.runs r where r.run = $1 and r.ended is not null returning r.run),
                 past as (delete from apetest.history h where h.run = $1 and not exists (select from apetest.runs r where r.run = $1 and r.ended is null) returning h.run)
            select exists (select from gone) or exists (select from past)
            """);
        command.Parameters.Add(new() { Value = run });
        return (bool)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    private static RunHistoryEntry Read(NpgsqlDataReader row) => new(
        row.GetString(0), row.GetString(1), row.GetString(2), row.IsDBNull(3) ? null : new DateTimeOffset(row.GetDateTime(3), TimeSpan.Zero),
        row.GetInt32(4), row.IsDBNull(5) ? null : row.GetDouble(5), row.GetBoolean(6));
}
