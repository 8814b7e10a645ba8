using ApeTest.Runs.Queue.Postgres;
using ApeTest.Tests.Shared;
using Npgsql;

namespace ApeTest.Runs.Tests.Queue;

/// <summary>A queue in an empty database of its own.</summary>
internal sealed class QueueOnPostgres : IAsyncDisposable
{
    public const string Token = "service-token-8d1c";

    private TimeSpan _ahead;

    private QueueOnPostgres(string url, PostgresRunQueue queue, NpgsqlDataSource database) => (Url, Queue, Database) = (url, queue, database);

    public string Url { get; }

    public PostgresRunQueue Queue { get; }

    /// <summary>The database beside the queue, for tests that look into it.</summary>
    public NpgsqlDataSource Database { get; }

    public static async Task<QueueOnPostgres> StartAsync(PostgresServer server, CancellationToken cancellationToken, QueueTimes? times = null) =>
        await StartAsync(await server.CreateDatabaseAsync(cancellationToken), cancellationToken, times);

    /// <param name="url">An empty database.</param>
    /// <param name="cancellationToken">Ends the start.</param>
    /// <param name="times">Its times; null: the usual ones.</param>
    public static async Task<QueueOnPostgres> StartAsync(string url, CancellationToken cancellationToken, QueueTimes? times = null)
    {
        var connection = QueueConnection.Parse(url);
        return new QueueOnPostgres(url, await OpenAsync(url, times, cancellationToken), NpgsqlDataSource.Create(connection.Open().ConnectionString));
    }

    /// <summary>Another process's queue on the database.</summary>
    public static Task<PostgresRunQueue> OpenAsync(string url, QueueTimes? times, CancellationToken cancellationToken, string? token = Token) =>
        PostgresRunQueue.OpenAsync(QueueConnection.Parse(url), token, times ?? new QueueTimes(), TimeProvider.System, null, cancellationToken);

    /// <summary>Puts the database's clock forward. Unless <paramref name="away"/>, somebody reached the database all the while.</summary>
    public async Task AdvanceAsync(TimeSpan by, CancellationToken cancellationToken, bool away = false)
    {
        _ahead += by;
        var clock = FormattableString.Invariant(
            $"create or replace function apetest.clock() returns timestamptz language sql volatile as 'select clock_timestamp() + interval ''{_ahead.TotalSeconds} s'''");
        await ExecuteAsync(away ? clock : clock + FormattableString.Invariant($"; update apetest.pulse set at = at + interval '{by.TotalSeconds} s'"), cancellationToken);
    }

    public async Task ExecuteAsync(string sql, CancellationToken cancellationToken)
    {
        await using var command = Database.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(cancellationToken);
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
