using System.Net.Sockets;
using ApeTest.Scenarios;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace ApeTest.Runs.Queue.Postgres;

/// <summary>The database of a <see cref="PostgresRunQueue"/>: opening it, and what its parts share.</summary>
internal sealed partial class QueueDatabase : IAsyncDisposable
{
    private const int OldestServer = 13;

    private static readonly TimeSpan Retry = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan BeatInterval = TimeSpan.FromMilliseconds(500);

    private static readonly NpgsqlConnectionStringBuilder NpgsqlDefault = new();

    private readonly ILogger? _logger;
    private long _beaten;
    private long _away; // timestamp since which watchers have had no answer; 0: they have

    private QueueDatabase(NpgsqlDataSource source, QueueConnection connection, QueueTimes times, TimeProvider time, ILogger? logger)
    {
        (Source, Connection, Times, Time, _logger) = (source, connection, times, time, logger);
        _beaten = time.GetTimestamp() - (2 * time.TimestampFrequency);
    }

    public NpgsqlDataSource Source { get; }

    public QueueConnection Connection { get; }

    public QueueTimes Times { get; }

    public TimeProvider Time { get; }

    /// <summary>Whether trying again later may help: the server or the way to it is gone, is starting, or is short of something.</summary>
    public static bool IsTransient(Exception exception) => exception switch
    {
        PostgresException answer => answer.IsTransient || answer.SqlState[..2] is "08" or "53" or "55" or "57" or "58" or "40",
        NpgsqlException or TimeoutException or SocketException or IOException => true,
        _ => false,
    };

    /// <summary>Connects and migrates; a server that does not answer yet is waited for. What fails for good throws <see cref="ApeTestException"/> (exit 3).</summary>
    public static async Task<QueueDatabase> OpenAsync(
        QueueConnection connection, QueueTimes times, TimeProvider time, ILogger? logger, CancellationToken cancellationToken)
    {
        var settings = connection.Open();
        settings.ApplicationName ??= "apetest";
        // Where nobody has set anything: who waits longer than a lease for an answer has lost it, and a way that is cut must be noticed.
        settings.CommandTimeout = settings.CommandTimeout == NpgsqlDefault.CommandTimeout ? 10 : settings.CommandTimeout;
        settings.Timeout = settings.Timeout == NpgsqlDefault.Timeout ? 5 : settings.Timeout;
        settings.KeepAlive = settings.KeepAlive == NpgsqlDefault.KeepAlive ? 10 : settings.KeepAlive;
        var database = new QueueDatabase(new NpgsqlDataSourceBuilder(settings.ConnectionString).Build(), connection, times, time, logger);
        try
        {
            await database.ConnectAsync(cancellationToken);
            return database;
        }
        catch
        {
            await database.DisposeAsync();
            throw;
        }
    }

    /// <summary>
    /// To be called before whatever looks at leases: tells the database that it was reached, so that an outage is known as one. At most twice a second.
    /// </summary>
    public async Task BeatAsync(CancellationToken cancellationToken)
    {
        var now = Time.GetTimestamp();
        if (Time.GetElapsedTime(Volatile.Read(ref _beaten), now) < BeatInterval)
        {
            return;
        }
        await using var command = Source.CreateCommand("select apetest.beat($1)");
        command.Parameters.Add(new() { Value = Times.Outage });
        await command.ExecuteNonQueryAsync(cancellationToken);
        Volatile.Write(ref _beaten, now);
    }

    /// <summary>Frees what dead workers hold, so that a run ends though nobody works on it any more.</summary>
    public async Task SweepAsync(CancellationToken cancellationToken)
    {
        await BeatAsync(cancellationToken);
        await using var command = Source.CreateCommand("select apetest.sweep($1)");
        command.Parameters.Add(new() { Value = Times.Lease });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>For how long watchers have had no answer; null: they have one.</summary>
    public TimeSpan? Away => Volatile.Read(ref _away) is not 0 and var since ? Time.GetElapsedTime(since) : null;

    /// <summary>A watcher has been answered.</summary>
    public void Answered() => Volatile.Write(ref _away, 0);

    /// <summary>Logs that the database is away.</summary>
    public void Lost(Exception exception, string what)
    {
        if (what is "watch")
        {
            Interlocked.CompareExchange(ref _away, Time.GetTimestamp(), 0);
        }
        if (_logger is not null)
        {
            DatabaseLost(_logger, what, Connection.Display, exception.Message);
        }
    }

    public ValueTask DisposeAsync() => Source.DisposeAsync();

    private async Task ConnectAsync(CancellationToken cancellationToken)
    {
        var began = Time.GetTimestamp();
        while (true)
        {
            try
            {
                await using (var connection = await Source.OpenConnectionAsync(cancellationToken))
                {
                    if (connection.PostgreSqlVersion.Major < OldestServer)
                    {
                        throw new ApeTestException($"The run queue's server {Connection.Display} is PostgreSQL {connection.PostgreSqlVersion}, which is too old.",
                            $"PostgreSQL {OldestServer} or later is needed.", ExitCodes.Environment);
                    }
                }
                await SchemaMigrations.ApplyAsync(Source, cancellationToken);
                return;
            }
            catch (Exception exception) when (IsTransient(exception) && Time.GetElapsedTime(began) < Times.Patience)
            {
                Lost(exception, "open");
                await Task.Delay(Retry, Time, cancellationToken);
            }
            catch (Exception exception) when (exception is NpgsqlException or SocketException or TimeoutException or IOException)
            {
                throw Refused(exception);
            }
        }
    }

    private ApeTestException Refused(Exception exception)
    {
        var state = (exception as PostgresException)?.SqlState;
        var (problem, hint) = state switch
        {
            "28P01" or "28000" => ($"refuses the user or password of APETEST_QUEUE", "Check user and password, or the file that `password_file` names."),
            "3D000" => ("has no such database", "Create it, or name another in APETEST_QUEUE."),
            "42501" => ("does not let this user create the schema `apetest`", "Grant it CREATE on the database."),
            "53300" => ("has no connection left", "Each worker takes up to four: use fewer workers, or raise max_connections, or the user's CONNECTION LIMIT."),
            _ => ($"cannot be reached: {exception.InnerException?.Message ?? exception.Message}", "Is PostgreSQL up, and does APETEST_QUEUE name its host and port?"),
        };
        return new ApeTestException($"The run queue's server {Connection.Display} {problem}.", hint, ExitCodes.Environment, exception);
    }

    [LoggerMessage(31, LogLevel.Warning, "the run queue's database {Server} failed at {Operation}: {Problem}", EventName = "queue.away")]
    private static partial void DatabaseLost(ILogger logger, string operation, string server, string problem);
}
