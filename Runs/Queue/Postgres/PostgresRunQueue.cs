using ApeTest.Runs.History;
using ApeTest.Runs.Recording;
using ApeTest.Scenarios;
using ApeTest.Scenarios.Planning;
using Microsoft.Extensions.Logging;

namespace ApeTest.Runs.Queue.Postgres;

/// <summary>
/// The run queue of several processes, in PostgreSQL (docs/design/009-queue.md). The clock of leases and runs is the database's; time in which the database was
/// away does not end a lease. What cannot reach it throws what Npgsql throws and may be repeated; a watcher reconnects by itself.
/// <para>
/// Watchers: each batch reaches each watcher exactly once. One that starts late gets one merged batch for each block, of what has been folded until then, with
/// all metrics and the block's latest session records, and then the batches since. Runs that ended last are kept as in <see cref="MemoryRunQueue"/>.
/// </para>
/// </summary>
public sealed class PostgresRunQueue : IRunQueue, IAsyncDisposable
{
    private readonly QueueDatabase _database;
    private readonly PlanStore _plans;
    private readonly LeaseStore _leases;
    private readonly SignalStore _signals;
    private readonly BatchWriter _writer;
    private readonly QueueNotices _notices;

    private PostgresRunQueue(QueueDatabase database, PlanSeal seal)
    {
        _database = database;
        _plans = new PlanStore(database, seal);
        _leases = new LeaseStore(database, _plans);
        _signals = new SignalStore(database, _plans);
        _writer = new BatchWriter(database, _leases);
        _notices = new QueueNotices(database);
        History = new PostgresRunHistory(database.Source);
    }

    /// <summary>The history of runs.</summary>
    public PostgresRunHistory History { get; }

    /// <summary>For how long the database has not answered those who watch a run here; null: it answers, or nobody watches.</summary>
    public TimeSpan? Away => _database.Away;

    /// <summary><c>host:port/database</c>, without secrets.</summary>
    public string Display => _database.Connection.Display;

    /// <summary>Agents that fit where the runs submitted from now on take place. Null: not known.</summary>
    public int? Room { get; set; }

    /// <summary>The one run whose blocks are claimed here; null: any. Default null.</summary>
    public string? OnlyRun { get => _leases.OnlyRun; set => _leases.OnlyRun = value; }

    /// <summary>
    /// Whether this worker leaves others their share: in the first seconds of a run it takes no more of its blocks than its part among the workers that are
    /// alive. Default false.
    /// </summary>
    public bool SharesEvenly { get => _leases.SharesEvenly; set => _leases.SharesEvenly = value; }

    /// <summary>
    /// Connects and brings the schema up to date. A server that does not answer yet is waited for, 30 s at most. One that cannot be reached or used, refuses the
    /// password, is older than PostgreSQL 13 or has the schema of a later ApeTest throws <see cref="ApeTestException"/> (exit 3).
    /// </summary>
    /// <param name="connection">Where.</param>
    /// <param name="serviceToken">What plans are sealed with; the same for all that take part.</param>
    /// <param name="time">Clock of polls and pauses.</param>
    /// <param name="logger">Is told when the database is away; null for nobody.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    public static Task<PostgresRunQueue> OpenAsync(
        QueueConnection connection, string? serviceToken, TimeProvider time, ILogger? logger, CancellationToken cancellationToken) =>
        OpenAsync(connection, serviceToken, new QueueTimes(), time, logger, cancellationToken);

    internal static async Task<PostgresRunQueue> OpenAsync(
        QueueConnection connection, string? serviceToken, QueueTimes times, TimeProvider time, ILogger? logger, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(connection);
        var seal = new PlanSeal(serviceToken, connection);
        return new PostgresRunQueue(await QueueDatabase.OpenAsync(connection, times, time, logger, cancellationToken), seal);
    }

    /// <inheritdoc/>
    public async Task<string> SubmitAsync(RunPlan plan, CancellationToken cancellationToken)
    {
        await _plans.SubmitAsync(plan, Room, cancellationToken);
        return plan.Run;
    }

    /// <summary>Leases a free block. A plan that was sealed with another token throws <see cref="ApeTestException"/> (exit 3), where there is no other run.</summary>
    public Task<BlockLease?> ClaimAsync(string worker, CancellationToken cancellationToken) => _leases.ClaimAsync(worker, cancellationToken);

    /// <inheritdoc/>
    public Task<WorkerOrders> HeartbeatAsync(string worker, CancellationToken cancellationToken) => _leases.HeartbeatAsync(worker, cancellationToken);

    /// <inheritdoc/>
    public Task AppendAsync(SnapshotBatch batch, CancellationToken cancellationToken) => _writer.AppendAsync(batch, cancellationToken);

    /// <inheritdoc/>
    public Task SignalAsync(string run, RunSignal signal, CancellationToken cancellationToken) => _signals.SignalAsync(run, signal, cancellationToken);

    /// <inheritdoc/>
    public IAsyncEnumerable<RunState> WatchAsync(string run, CancellationToken cancellationToken) =>
        new PostgresWatcher(_database, _notices, run).WatchAsync(cancellationToken);

    /// <summary>The plan of a run. Unknown runs throw <see cref="KeyNotFoundException"/>, plans that another token sealed <see cref="ApeTestException"/> (exit 3).</summary>
    public async Task<RunPlan> PlanAsync(string run, CancellationToken cancellationToken) => (await _plans.FindAsync(run, cancellationToken)).Plan;

    /// <summary>Writes what was appended and closes the connections.</summary>
    public async ValueTask DisposeAsync()
    {
        await _writer.DisposeAsync();
        await _notices.DisposeAsync();
        _leases.Dispose();
        await _database.DisposeAsync();
    }
}
