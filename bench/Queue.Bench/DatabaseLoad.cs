using System.Globalization;
using ApeTest.Tests.Shared;
using Npgsql;

namespace ApeTest.Queue_Bench;

/// <summary>What a server has done so far, by its own counts and by the kernel's.</summary>
/// <param name="CpuSeconds">Processor time of all its processes.</param>
/// <param name="WalBytes">Bytes of write-ahead log.</param>
/// <param name="Inserted">Rows inserted in the database.</param>
/// <param name="Updated">Rows updated.</param>
/// <param name="Deleted">Rows deleted.</param>
/// <param name="Commits">Transactions.</param>
/// <param name="Size">Bytes of the database.</param>
internal sealed record DatabaseLoad(double CpuSeconds, long WalBytes, long Inserted, long Updated, long Deleted, long Commits, long Size)
{
    /// <summary>Ticks a second of <c>/proc/PID/stat</c>: 100 on every Linux that .NET runs on.</summary>
    private const double Hertz = 100;

    public static async Task<DatabaseLoad> TakeAsync(PostgresServer server, string url)
    {
        // Counts of sessions at rest are written within a second or so.
        await Task.Delay(TimeSpan.FromSeconds(2), TimeProvider.System);
        await using var connection = new NpgsqlConnection(server.ConnectionString(new Uri(url).AbsolutePath[1..]));
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand("""
            select pg_backend_pid(), (pg_current_wal_lsn() - '0/0'::pg_lsn)::bigint, coalesce(sum(n_tup_ins), 0)::bigint, coalesce(sum(n_tup_upd), 0)::bigint, coalesce(sum(n_tup_del), 0)::bigint,
                (select xact_commit from pg_stat_database where datname = current_database()), pg_database_size(current_database())
                from pg_stat_user_tables where schemaname = 'apetest'
            """, connection);
        await using var row = await command.ExecuteReaderAsync();
        await row.ReadAsync();
        return new DatabaseLoad(Cpu(Fields(row.GetInt32(0))[1]), row.GetInt64(1), row.GetInt64(2), row.GetInt64(3), row.GetInt64(4), row.GetInt64(5), row.GetInt64(6));
    }

    public static DatabaseLoad operator -(DatabaseLoad after, DatabaseLoad before) => new(after.CpuSeconds - before.CpuSeconds, after.WalBytes - before.WalBytes,
        after.Inserted - before.Inserted, after.Updated - before.Updated, after.Deleted - before.Deleted, after.Commits - before.Commits, after.Size);

    /// <summary>The server's first process, with its children that have ended, and those that live.</summary>
    private static double Cpu(long postmaster)
    {
        var own = Fields(postmaster);
        var ticks = own[11] + own[12] + own[13] + own[14];
        foreach (var folder in Directory.GetDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out var pid) && TryFields(pid) is { } fields && fields[1] == postmaster)
            {
                ticks += fields[11] + fields[12];
            }
        }
        return ticks / Hertz;
    }

    private static long[]? TryFields(int pid)
    {
        try
        {
            return Fields(pid);
        }
        catch (IOException)
        {
            return null;
        }
    }

    /// <summary>The numbers of <c>/proc/PID/stat</c> from the state on, which stands for 0: proc(5).</summary>
    private static long[] Fields(long pid)
    {
        var text = File.ReadAllText($"/proc/{pid}/stat");
        return [.. text[(text.LastIndexOf(')') + 2)..].Split(' ').Select(static field => long.TryParse(field, CultureInfo.InvariantCulture, out var number) ? number : 0)];
    }
}
