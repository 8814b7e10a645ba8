using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using Npgsql;

namespace ApeTest.Tests.Shared;

/// <summary>
/// A PostgreSQL server of the tests' own: Debian's binaries, a data directory of its own, loopback, a free port. It ends with the test process, however that
/// ends, since a shell holds it that reads from this process. Skips where there is none (<see cref="Requires"/>).
/// </summary>
public sealed class PostgresServer : IAsyncDisposable
{
    /// <summary>Its superuser.</summary>
    public const string User = "ape";

    /// <summary>The superuser's password.</summary>
    public const string Password = "pg-secret-4711";

    private static readonly Lock Gate = new();
    private static Task<PostgresServer>? s_shared;

    private readonly string _bin;
    private readonly string _data;
    private readonly bool _durable;
    private Process? _process;
    private bool _started;

    private PostgresServer(string bin, string data, bool durable) => (_bin, _data, _durable) = (bin, data, durable);

    /// <summary>Port on 127.0.0.1; stays the same over restarts.</summary>
    public int Port { get; private set; }

    /// <summary>The server that all tests of this assembly share; each takes a database of its own. It is never killed.</summary>
    public static Task<PostgresServer> SharedAsync(CancellationToken cancellationToken)
    {
        lock (Gate)
        {
            s_shared ??= StartAsync(durable: false, CancellationToken.None);
            return s_shared.WaitAsync(TestTimeouts.Default, cancellationToken);
        }
    }

    /// <summary>A server for one test, which may kill it.</summary>
    /// <param name="durable">Whether what it has committed must outlive it: slower.</param>
    /// <param name="cancellationToken">Ends the start.</param>
    public static async Task<PostgresServer> StartAsync(bool durable, CancellationToken cancellationToken)
    {
        var bin = Bin();
        Requires.That(bin is not null, "PostgreSQL's server is not installed: no /usr/lib/postgresql/*/bin and no `initdb` on the PATH");
        var server = new PostgresServer(bin!, Path.Combine(Path.GetTempPath(), "apetest-pg-" + Guid.NewGuid().ToString("N")[..12]), durable);
        try
        {
            await server.InitAsync(cancellationToken);
            await server.StartAgainAsync(cancellationToken);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Makes an empty database; returns its <c>postgres://</c> URL.</summary>
    public async Task<string> CreateDatabaseAsync(CancellationToken cancellationToken) => Url(await EmptyDatabase.CreateAsync(ConnectionString("postgres"), cancellationToken));

    /// <summary>The URL of a database.</summary>
    public string Url(string database) => string.Create(CultureInfo.InvariantCulture, $"postgres://{User}:{Password}@127.0.0.1:{Port}/{database}");

    /// <summary>Npgsql's connection string of a database, without a pool.</summary>
    public string ConnectionString(string database) =>
        string.Create(CultureInfo.InvariantCulture, $"Host=127.0.0.1;Port={Port};Username={User};Password={Password};Database={database};Pooling=false");

    /// <summary>Ends the server as a power cut would (<c>kill -9</c>), or in an orderly way.</summary>
    public async Task StopAsync(bool kill)
    {
        if (_process is not { } process)
        {
            return;
        }
        _process = null;
        await process.StandardInput.WriteLineAsync(kill ? "kill" : "fast");
        process.StandardInput.Close();
        await process.WaitForExitAsync().Within(CancellationToken.None);
        process.Dispose();
    }

    /// <summary>Starts the server on the data that it had, and waits until it answers.</summary>
    public async Task StartAgainAsync(CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            // One that was never answered on may have been taken by somebody else meanwhile.
            Port = _started ? Port : FreePort.Take();
            // What the one before said must not be taken for this one's.
            var log = Path.Combine(_data, "server.log");
            File.Delete(log);
            // The shell ends the server when its input ends, as it does with this process.
            _process = Run("sh", "-c", """
                bin=$1 data=$2 port=$3 fsync=$4
                "$bin/postgres" -D "$data" -p "$port" -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=$fsync -c full_page_writes=$fsync \
                    -c synchronous_commit=on -c max_connections=200 -c logging_collector=off < /dev/null > "$data/server.log" 2>&1 &
                server=$!
                how=
                read -r how
                case $how in
                    kill) kill -9 $server ;;
                    fast) kill -INT $server ;;
                    *) kill -QUIT $server ;;
                esac
                wait $server
                [ -n "$how" ] || rm -rf "$data"
                """, "sh", _bin, _data, Port.ToString(CultureInfo.InvariantCulture), _durable ? "on" : "off");
            if (await AnswersAsync(cancellationToken))
            {
                _started = true;
                return;
            }
            var said = File.Exists(log) ? await File.ReadAllTextAsync(log, cancellationToken) : "";
            await StopAsync(kill: true);
            if (attempt >= 5)
            {
                throw new InvalidOperationException($"PostgreSQL does not start: {said}");
            }
        }
    }

    /// <summary>Ends the server and removes its data.</summary>
    public async ValueTask DisposeAsync()
    {
        await StopAsync(kill: false);
        if (Directory.Exists(_data))
        {
            Directory.Delete(_data, recursive: true);
        }
    }

    private async Task InitAsync(CancellationToken cancellationToken)
    {
        // PostgreSQL refuses to run as root, so there the directory belongs to its own user.
        string[] owner = Environment.IsPrivilegedProcess ? ["-o", "postgres"] : [];
        await FinishAsync(Process.Start(Info("install", ["-d", "-m", "700", .. owner, _data]))!, cancellationToken);
        await FinishAsync(Run("sh", "-c", """printf %s "$3" > "$2/pw" && mkdir "$2/d" && "$1/initdb" -D "$2/d" -U "$4" --pwfile="$2/pw" -A scram-sha-256 -E UTF8 --locale=C --no-sync > "$2/init.log" && mv "$2/d"/* "$2"/ && rmdir "$2/d" """,
            "sh", _bin, _data, Password, User), cancellationToken);
    }

    private async Task<bool> AnswersAsync(CancellationToken cancellationToken)
    {
        for (var patience = TestTimeouts.Default / TimeSpan.FromMilliseconds(100); patience > 0; patience--)
        {
            try
            {
                await using var connection = new NpgsqlConnection(ConnectionString("postgres"));
                await connection.OpenAsync(cancellationToken);
                return true;
            }
            catch (Exception exception) when (exception is NpgsqlException or SocketException)
            {
                // Refused for good: it has ended, as where the port was taken meanwhile or its predecessor's children are not gone yet.
                var log = Path.Combine(_data, "server.log");
                if (File.Exists(log) && (await File.ReadAllTextAsync(log, cancellationToken)).Contains("FATAL:  ", StringComparison.Ordinal) && exception is not PostgresException)
                {
                    return false;
                }
                await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, cancellationToken);
            }
        }
        return false;
    }

    private static async Task FinishAsync(Process process, CancellationToken cancellationToken)
    {
        using (process)
        {
            process.StandardInput.Close();
            await process.WaitForExitAsync(cancellationToken).Within(cancellationToken);
            if (process.ExitCode != 0)
            {
                throw new InvalidOperationException($"{process.StartInfo.FileName} ended with {process.ExitCode}: {await process.StandardError.ReadToEndAsync(cancellationToken)}");
            }
        }
    }

    private static Process Run(string command, params string[] arguments) => Process.Start(Environment.IsPrivilegedProcess
        ? Info("setpriv", ["--reuid=postgres", "--regid=postgres", "--clear-groups", command, .. arguments])
        : Info(command, arguments))!;

    private static ProcessStartInfo Info(string command, IEnumerable<string> arguments) => new(command, arguments)
    {
        RedirectStandardInput = true, RedirectStandardError = true, WorkingDirectory = "/", UseShellExecute = false,
    };

    private static string? Bin()
    {
        const string debian = "/usr/lib/postgresql";
        var installed = Directory.Exists(debian)
            ? Directory.GetDirectories(debian).OrderByDescending(static folder => int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out var version) ? version : 0).Select(static folder => Path.Combine(folder, "bin"))
            : [];
        return installed.Concat((Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator))
            .FirstOrDefault(static folder => File.Exists(Path.Combine(folder, "initdb")) && File.Exists(Path.Combine(folder, "postgres")));
    }
}
