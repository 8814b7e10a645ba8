using ApeTest.Runs.Queue.Postgres;
using ApeTest.Tests.Shared;
using Npgsql;

namespace ApeTest.Runs.Tests.Queue;

/// <summary>A queue in an empty database of its own.</summary>
internal sealed class QueueOnPostgres : IAsyncDisposable
{
    public const string Token = "service-token-8d1c";

    private QueueOnPostgres(string url, PostgresRunQueue queue, NpgsqlDataSource database) => (Url, Queue, Database) = (url, queue, database);

    public string Url { get; }

    public PostgresRunQueue Queue { get; }

    /// <summary>The database beside the queue, for tests that look into it.</summary>
    public NpgsqlDataSource Database { get; }

    public static async Task<QueueOnPostgres> StartAsync(PostgresServer server, CancellationToken cancellationToken, QueueTimes? times = null)
    {
        var url = await server.CreateDatabaseAsync(cancellationToken);
        var connection = QueueConnection.Parse(url);
        return new QueueOnPostgres(url, await OpenAsync(url, times, cancellationToken), NpgsqlDataSource.Create(connection.Open().ConnectionString));
    }

    /// <summary>Another process's queue on the database.</summary>
    public static Task<PostgresRunQueue> OpenAsync(string url, QueueTimes? times, CancellationToken cancellationToken, string? token = Token) =>
        PostgresRunQueue.OpenAsync(QueueConnection.Parse(url), token, times ?? new QueueTimes(), TimeProvider.System, null, cancellationToken);

    /// <summary>Lets time go by: what was noted then lies further back now.</summary>
    public async Task AdvanceAsync(TimeSpan by, CancellationToken cancellationToken)
    {
        await using var batch = Database.CreateBatch();
        foreach (var sql in new[] { "update apetest.workers set heartbeat = heartbeat - $1", "update apetest.runs set started = started - $1" })
        {
            var command = batch.CreateBatchCommand();
            command.CommandText = sql;
            command.Parameters.Add(new NpgsqlParameter { Value = by });
            batch.BatchCommands.Add(command);
        }
        await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    public async Task<T> ScalarAsync<T>(string sql, CancellationToken cancellationToken)
    {
        await using var command = Database.CreateCommand(sql);
        return (T)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    public async ValueTask DisposeAsync()
    {
        await Queue.DisposeAsync();
        await Database.DisposeAsync();
    }
}
