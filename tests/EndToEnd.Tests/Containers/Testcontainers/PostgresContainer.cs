using System.Text;
using ApeTest.Tests.Shared;
using DotNet.Testcontainers.Builders;
using DotNet.Testcontainers.Networks;

namespace ApeTest.EndToEnd.Tests.Containers.Testcontainers;

/// <summary>The stack's PostgreSQL, for all tests of a class; started by the first that asks, since a fixture cannot skip. Each test takes a database of its own.</summary>
public sealed class PostgresContainer : IAsyncDisposable
{
    private const ushort Port = 5432;
    private const string PasswordFile = "/run/secrets/postgres_password";

    private readonly SemaphoreSlim _gate = new(1);
    private INetwork? _network;
    private StackContainer? _server;

    /// <summary>Makes an empty database; returns its <c>postgres://</c> URL.</summary>
    public async Task<string> CreateDatabaseAsync(CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            _network ??= await StackContainer.CreateNetworkAsync(cancellationToken);
            _server ??= await StartAsync(_network, cancellationToken);
        }
        finally
        {
            _gate.Release();
        }

        var (host, port) = (_server.Url.Host, _server.Url.Port);
        var name = await EmptyDatabase.CreateAsync(
            $"Host={host};Port={port};Username={PostgresServer.User};Password={PostgresServer.Password};Database=postgres;Pooling=false", cancellationToken);
        return $"postgres://{PostgresServer.User}:{PostgresServer.Password}@{host}:{port}/{name}";
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }
        if (_network is not null)
        {
            await _network.DisposeAsync();
        }
        _gate.Dispose();
    }

    // As deploy/compose.yaml starts it; what a test commits need not outlive it.
    private static Task<StackContainer> StartAsync(INetwork network, CancellationToken cancellationToken) => StackContainer.StartAsync(
        network,
        "postgres",
        Port,
        builder => builder
            .WithCommand("postgres", "-c", "max_connections=200", "-c", "fsync=off", "-c", "full_page_writes=off")
            .WithEnvironment("POSTGRES_USER", PostgresServer.User)
            .WithEnvironment("POSTGRES_PASSWORD_FILE", PasswordFile)
            .WithEnvironment("PGDATA", "/var/lib/postgresql/data/cluster")
            .WithResourceMapping(Encoding.UTF8.GetBytes(PostgresServer.Password), FilePath.Of(PasswordFile))
            .WithCreateParameterModifier(container => container.User = "10001:10001")
            // Over TCP: while it is set up it listens on its socket alone.
            .WithWaitStrategy(StackContainer.WhenItDoes("pg_isready", "-q", "-h", "127.0.0.1", "-U", PostgresServer.User)),
        cancellationToken);
}
