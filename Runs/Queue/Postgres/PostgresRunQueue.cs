using ApeTest.Runs.History;
using ApeTest.Runs.Recording;
using ApeTest.Scenarios.Planning;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace ApeTest.Runs.Queue.Postgres;

/// <summary>The run queue of several processes, in PostgreSQL.</summary>
public sealed class PostgresRunQueue : IRunQueue, IAsyncDisposable
{
    private readonly NpgsqlDataSource _database;

    private PostgresRunQueue(NpgsqlDataSource database)
    {
        _database = database;
        History = new PostgresRunHistory(database);
    }

    /// <summary>The history of runs.</summary>
    public PostgresRunHistory History { get; }

    /// <summary>Agents that fit where the runs submitted from now on take place. Null: not known.</summary>
    public int? Room { get; set; }

    /// <summary>Connects and brings the schema up to date. A server that is starting is waited for, 30 s at most.</summary>
    public static Task<PostgresRunQueue> OpenAsync(QueueConnection connection, string? serviceToken, TimeProvider time, ILogger? logger, CancellationToken cancellationToken) =>
        Task.FromResult(new PostgresRunQueue(NpgsqlDataSource.Create(connection.Open())));

    /// <inheritdoc/>
    public Task<string> SubmitAsync(RunPlan plan, CancellationToken cancellationToken) => throw new NotSupportedException();

    /// <inheritdoc/>
    public Task<BlockLease?> ClaimAsync(string worker, CancellationToken cancellationToken) => throw new NotSupportedException();

    /// <inheritdoc/>
    public Task<WorkerOrders> HeartbeatAsync(string worker, CancellationToken cancellationToken) => throw new NotSupportedException();

    /// <inheritdoc/>
    public Task AppendAsync(SnapshotBatch batch, CancellationToken cancellationToken) => throw new NotSupportedException();

    /// <inheritdoc/>
    public Task SignalAsync(string run, RunSignal signal, CancellationToken cancellationToken) => throw new NotSupportedException();

    /// <inheritdoc/>
    public IAsyncEnumerable<RunState> WatchAsync(string run, CancellationToken cancellationToken) => throw new NotSupportedException();

    /// <summary>Closes the connections.</summary>
    public ValueTask DisposeAsync() => _database.DisposeAsync();
}
