using Npgsql;

namespace ApeTest.Tests.Shared;

/// <summary>Databases of tests.</summary>
public static class EmptyDatabase
{
    /// <summary>Makes an empty one on the server that <paramref name="connectionString"/> reaches; returns its name.</summary>
    public static async Task<string> CreateAsync(string connectionString, CancellationToken cancellationToken)
    {
        var name = "t" + Guid.NewGuid().ToString("N");
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync(cancellationToken);
        await using var command = new NpgsqlCommand($"create database {name} template template0", connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
        return name;
    }
}
