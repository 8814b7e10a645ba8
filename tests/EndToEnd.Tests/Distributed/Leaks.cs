using System.IO.Compression;
using System.Text;
using Npgsql;

namespace ApeTest.EndToEnd.Tests.Distributed;

/// <summary>Looks for planted secrets in all that a run on a database left.</summary>
internal static class Leaks
{
    /// <summary>All rows of all tables as text, bytes in hex and, where they are compressed, unpacked too, and all files of a folder.</summary>
    public static async Task<string> ReadAsync(string queue, string folder)
    {
        var cancellation = TestContext.Current.CancellationToken;
        var all = new StringBuilder();
        var url = new Uri(queue);
        var user = url.UserInfo.Split(':');
        await using var connection = new NpgsqlConnection($"Host={url.Host};Port={url.Port};Username={user[0]};Password={user[1]};Database={url.AbsolutePath[1..]};Pooling=false");
        await connection.OpenAsync(cancellation);
        var tables = new List<string>();
        await using (var command = new NpgsqlCommand("select quote_ident(schemaname) || '.' || quote_ident(tablename) from pg_tables where schemaname not in ('pg_catalog', 'information_schema')", connection))
        await using (var rows = await command.ExecuteReaderAsync(cancellation))
        {
            while (await rows.ReadAsync(cancellation))
            {
                tables.Add(rows.GetString(0));
            }
        }
        Assert.NotEmpty(tables);
        var unpacked = 0;
        foreach (var table in tables)
        {
            await using var command = new NpgsqlCommand($"select t::text, t.* from {table} t", connection);
            await using var rows = await command.ExecuteReaderAsync(cancellation);
            while (await rows.ReadAsync(cancellation))
            {
                all.Append(rows.GetString(0)).Append('\n');
                for (var column = 1; column < rows.FieldCount; column++)
                {
                    if (rows.GetFieldType(column) == typeof(byte[]) && Unpacked(await rows.GetFieldValueAsync<byte[]>(column, cancellation)) is { } text)
                    {
                        all.Append(text).Append('\n');
                        unpacked++;
                    }
                }
            }
        }
        Assert.NotEqual(0, unpacked);
        foreach (var file in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Where(static file => Path.GetFileName(file) is not "control.token"))
        {
            all.Append(Encoding.Latin1.GetString(await File.ReadAllBytesAsync(file, cancellation))).Append('\n');
        }
        return all.ToString();
    }

    /// <summary>What was compressed with Brotli; null for other bytes, such as a sealed plan.</summary>
    private static string? Unpacked(byte[] bytes)
    {
        try
        {
            using var input = new BrotliStream(new MemoryStream(bytes), CompressionMode.Decompress);
            using var output = new MemoryStream();
            input.CopyTo(output);
            return Encoding.UTF8.GetString(output.ToArray());
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>Fails where the text holds a secret, as it is, in hex or in Base64.</summary>
    public static void AssertNone(string text, string secret)
    {
        var bytes = Encoding.UTF8.GetBytes(secret);
        Assert.DoesNotContain(secret, text, StringComparison.Ordinal);
        Assert.DoesNotContain(Convert.ToHexStringLower(bytes), text, StringComparison.Ordinal);
        Assert.DoesNotContain(Convert.ToBase64String(bytes).TrimEnd('=')[..^1], text, StringComparison.Ordinal);
    }
}
