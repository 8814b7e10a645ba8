using System.Data;
using System.Runtime.CompilerServices;
using ApeTest.Runs.Recording;
using Npgsql;
using NpgsqlTypes;

namespace ApeTest.Runs.Queue.Postgres;

/// <summary>
/// One watcher of a run. It knows up to which row it has read, so that a database that was away is taken up again without loss or repeat. Now and then it puts
/// one row in the place of those that every watcher has read.
/// </summary>
internal sealed class PostgresWatcher(QueueDatabase database, QueueNotices notices, string run)
{
    /// <summary>Rows that are read at a time, at most.</summary>
    private const int PageRows = 64;

    private static readonly TimeSpan FirstBackoff = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan MaxBackoff = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan TellInterval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan SeenInterval = TimeSpan.FromMinutes(1);

    private readonly Guid _id = Guid.NewGuid();
    private readonly RunFold _fold = new();
    private long _cursor;
    private long _told;
    private long? _toldAt;
    private bool _registered;
    private long _foldedAt;
    private long _unfolded;
    private int _unfoldedRows;
    private BatchRow? _pendingFold;

    public async IAsyncEnumerable<RunState> WatchAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        _foldedAt = database.Time.GetTimestamp();
        RunState? last = null;
        try
        {
            while (true)
            {
                // Asked for before looking, so that no change falls between.
                var changed = notices.Changed(run);
                var (state, more) = await NextWithBackoffAsync(cancellationToken);
                if (last is null || !state.Batches.IsEmpty || state with { Batches = last.Batches } != last)
                {
                    last = state;
                    yield return state;
                }
                if (state.Ended)
                {
                    yield break;
                }
                if (!more)
                {
                    await Task.WhenAny(changed, Task.Delay(database.Times.Poll, database.Time, cancellationToken));
                    cancellationToken.ThrowIfCancellationRequested();
                }
            }
        }
        finally
        {
            await LeaveAsync();
        }
    }

    private async Task<(RunState State, bool More)> NextWithBackoffAsync(CancellationToken cancellationToken)
    {
        for (var backoff = FirstBackoff; ; backoff = backoff * 2 < MaxBackoff ? backoff * 2 : MaxBackoff)
        {
            try
            {
                var next = await NextAsync(cancellationToken);
                database.Answered();
                return next;
            }
            catch (Exception exception) when (QueueDatabase.IsTransient(exception) && !cancellationToken.IsCancellationRequested)
            {
                database.Lost(exception, "watch");
                await Task.Delay(backoff, database.Time, cancellationToken);
            }
        }
    }

    /// <summary>The run's state, and the next batches. Whatever throws before the end leaves the watcher as it was.</summary>
    private async Task<(RunState State, bool More)> NextAsync(CancellationToken cancellationToken)
    {
        // 1. What nobody works on any more is freed, so that a run ends.
        await database.SweepAsync(cancellationToken);
        await RegisterAsync(cancellationToken);

        // 2. The state before the batches: those of a run that has ended are all there.
        var state = await StateAsync(cancellationToken);
        var rows = await RowsAsync(cancellationToken);
        var bytes = rows.Sum(static row => (long)row.Payload.Length);
        var more = rows.Count >= PageRows || bytes >= database.Times.PageBytes;

        // 3. Housekeeping, which may fail and be repeated.
        await TellAsync(cancellationToken);
        await FoldAsync(cancellationToken);

        // 4. What counts of them.
        List<SnapshotBatch> batches = [];
        foreach (var row in rows)
        {
            if (row.Ahead is not null && _cursor > 0)
            {
                throw new InvalidOperationException($"This watcher of run {run} did not read for more than {database.Times.WatcherGone}: what it missed has been folded. Watch again.");
            }
            _fold.Take(row, batches);
            _cursor = row.Ordinal;
        }
        _unfolded += bytes;
        _unfoldedRows += rows.Count;
        if (state.Ended && more)
        {
            state = state with { Status = "running" };
        }
        else if (state.Ended)
        {
            _fold.End(batches);
        }
        return (state with { Batches = [.. batches] }, more);
    }

    private async Task RegisterAsync(CancellationToken cancellationToken)
    {
        if (_registered)
        {
            return;
        }
        await using var command = database.Source.CreateCommand("select apetest.watch($1, $2)");
        command.Parameters.Add(new() { Value = _id });
        command.Parameters.Add(new() { Value = run });
        _registered = (bool)(await command.ExecuteScalarAsync(cancellationToken))! ? true : throw PlanStore.Unknown(run);
    }

    private async Task<RunState> StateAsync(CancellationToken cancellationToken)
    {
        await using var command = database.Source.CreateCommand("""
            select r.started, r.ended is not null, r.stop, r.agents, r.rates, r.reason, b.done, b.total, b.workers from apetest.runs r cross join lateral (
                select count(*) filter (where b.done)::int as done, count(*)::int as total, count(distinct b.worker)::int as workers
                    from apetest.blocks b where b.run = r.run) b where r.run = $1
            """);
        command.Parameters.Add(new() { Value = run });
        await using var row = await command.ExecuteReaderAsync(CommandBehavior.SingleRow, cancellationToken);
        if (!await row.ReadAsync(cancellationToken))
        {
            throw PlanStore.Unknown(run);
        }
        DateTimeOffset? started = row.IsDBNull(0) ? null : new DateTimeOffset(row.GetDateTime(0), TimeSpan.Zero);
        var orders = OrderColumns.Read(row, 2) with { Reason = row.IsDBNull(5) ? null : row.GetString(5) };
        return new RunState(run, orders.StatusOf(started is not null, row.GetBoolean(1)), started, row.GetInt32(6), row.GetInt32(7), row.GetInt32(8), []) { Agents = orders.Agents };
    }

    private async Task<List<BatchRow>> RowsAsync(CancellationToken cancellationToken)
    {
        await using var command = database.Source.CreateCommand("""
            select ordinal, blocks, epochs, sequences, accepted, ahead, progress, payload from (
                select n.*, sum(octet_length(n.payload)) over (order by n.ordinal) - octet_length(n.payload) as before from (
                    select * from apetest.batches b where b.run = $1 and b.ordinal > $2 order by b.ordinal limit $3) n) p
                where p.before < $4 order by p.ordinal
            """);
        command.Parameters.Add(new() { Value = run });
        command.Parameters.Add(new() { Value = _cursor });
        command.Parameters.Add(new() { Value = PageRows });
        command.Parameters.Add(new() { Value = database.Times.PageBytes });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        List<BatchRow> rows = [];
        while (await reader.ReadAsync(cancellationToken))
        {
            rows.Add(new BatchRow(reader.GetInt64(0), reader.GetFieldValue<int[]>(1), reader.GetFieldValue<long[]>(2), reader.GetFieldValue<long[]>(3),
                reader.GetFieldValue<bool[]>(4), reader.IsDBNull(5) ? null : reader.GetString(5), reader.GetFieldValue<byte[]>(6), reader.GetFieldValue<byte[]>(7)));
        }
        return rows;
    }

    /// <summary>Says up to where it has read, at most once a second; what it takes now is told the next time.</summary>
    private async Task TellAsync(CancellationToken cancellationToken)
    {
        var since = _toldAt is { } at ? database.Time.GetElapsedTime(at) : TimeSpan.MaxValue;
        if (since < TellInterval || (_cursor == _told && since < SeenInterval))
        {
            return;
        }
        await using var command = database.Source.CreateCommand("update apetest.watchers set cursor = $2, seen = apetest.clock() where watcher = $1");
        command.Parameters.Add(new() { Value = _id });
        command.Parameters.Add(new() { Value = _cursor });
        await command.ExecuteNonQueryAsync(cancellationToken);
        (_told, _toldAt) = (_cursor, database.Time.GetTimestamp());
    }

    private async Task FoldAsync(CancellationToken cancellationToken)
    {
        if (_pendingFold is null && _unfoldedRows > 0
            && (_unfolded >= database.Times.FoldBytes || database.Time.GetElapsedTime(_foldedAt) >= database.Times.FoldInterval))
        {
            // As it is now: once the others have read so far, it takes the rows' place.
            _pendingFold = _fold.ToRow(_cursor);
            (_unfolded, _unfoldedRows, _foldedAt) = (0, 0, database.Time.GetTimestamp());
        }
        if (_pendingFold is not { } row)
        {
            return;
        }
        await using var command = database.Source.CreateCommand("select apetest.fold($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)");
        command.Parameters.Add(new() { Value = _id });
        command.Parameters.Add(new() { Value = run });
        command.Parameters.Add(new() { Value = row.Ordinal });
        command.Parameters.Add(new() { Value = database.Times.WatcherGone });
        command.Parameters.Add(new() { Value = row.Blocks });
        command.Parameters.Add(new() { Value = row.Epochs });
        command.Parameters.Add(new() { Value = row.Sequences });
        command.Parameters.Add(new() { Value = row.Ahead, NpgsqlDbType = NpgsqlDbType.Text });
        command.Parameters.Add(new() { Value = row.Progress });
        command.Parameters.Add(new() { Value = row.Payload });
        if ((bool)(await command.ExecuteScalarAsync(cancellationToken))!)
        {
            _pendingFold = null;
        }
    }

    /// <summary>Nobody waits for this watcher any more. Where the database is away, time will tell it.</summary>
    private async Task LeaveAsync()
    {
        if (!_registered)
        {
            return;
        }
        try
        {
            await using var command = database.Source.CreateCommand("delete from apetest.watchers where watcher = $1");
            command.CommandTimeout = 2;
            command.Parameters.Add(new() { Value = _id });
            await command.ExecuteNonQueryAsync();
        }
        catch (Exception exception) when (QueueDatabase.IsTransient(exception) || exception is ObjectDisposedException)
        {
            database.Lost(exception, "leave");
        }
    }
}
