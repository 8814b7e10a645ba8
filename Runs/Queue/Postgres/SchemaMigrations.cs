using System.Globalization;
using ApeTest.Scenarios;
using Npgsql;

namespace ApeTest.Runs.Queue.Postgres;

/// <summary>Brings the database's schema <c>apetest</c> up to this version: numbered SQL files in the assembly, each applied once, one process at a time.</summary>
internal static class SchemaMigrations
{
    private const string Prefix = "apetest.queue.";
    private const long Lock = 4152;

    /// <summary>Number of the last migration.</summary>
    public static int Latest { get; } = Names().Count();

    /// <summary>Applies what is missing. A schema newer than this version throws <see cref="ApeTestException"/> (exit 3).</summary>
    public static async Task ApplyAsync(NpgsqlDataSource database, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await ExecuteAsync(connection, string.Create(CultureInfo.InvariantCulture, $"select pg_advisory_xact_lock({Lock})"), cancellationToken);
        await ExecuteAsync(connection, """
            create schema if not exists apetest;
            create table if not exists apetest.schema_version (version int primary key, applied timestamptz not null default clock_timestamp())
            """, cancellationToken);
        await using var current = new NpgsqlCommand("select coalesce(max(version), 0) from apetest.schema_version", connection);
        var version = (int)(await current.ExecuteScalarAsync(cancellationToken))!;
        if (version > Latest)
        {
            throw new ApeTestException($"The run queue's database has schema version {version}, and this version of ApeTest knows {Latest}.",
                "Run the newer version of ApeTest that made it, or take another database.", ExitCodes.Environment);
        }
        foreach (var name in Names().Skip(version))
        {
            await ExecuteAsync(connection, Read(name), cancellationToken);
            await ExecuteAsync(connection, string.Create(CultureInfo.InvariantCulture, $"insert into apetest.schema_version (version) values ({++version})"), cancellationToken);
        }
        await transaction.CommitAsync(cancellationToken);
    }

    private static IEnumerable<string> Names() => typeof(SchemaMigrations).Assembly.GetManifestResourceNames()
        .Where(static name => name.StartsWith(Prefix, StringComparison.Ordinal)).Order(StringComparer.Ordinal);

    private static string Read(string name)
    {
        using var reader = new StreamReader(typeof(SchemaMigrations).Assembly.GetManifestResourceStream(name)!);
        return reader.ReadToEnd();
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
