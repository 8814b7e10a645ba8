using System.Threading.Channels;
using ApeTest.Runs.Recording;
using Npgsql;

namespace ApeTest.Runs.Queue.Postgres;

/// <summary>
/// Writes batches. What is appended while a write is under way goes with the next one: the blocks of a worker that report at the same time cost one row
/// and one transaction. Each call completes when its batch is committed, or fails with what the database said.
/// </summary>
internal sealed class BatchWriter : IAsyncDisposable
{
    /// <summary>Bytes before compression after which a row is full.</summary>
    private const int RowBytes = 8 << 20;

    /// <summary>Calls that wait at the same time; further ones wait before they are taken.</summary>
    private const int MaxWaiting = 4096;

    private readonly QueueDatabase _database;
    private readonly LeaseStore _leases;
    private readonly Channel<Entry> _entries = Channel.CreateBounded<Entry>(new BoundedChannelOptions(MaxWaiting) { SingleReader = true });
    private readonly Task _pump;

    public BatchWriter(QueueDatabase database, LeaseStore leases)
    {
        (_database, _leases) = (database, leases);
        _pump = PumpAsync();
    }

    public async Task AppendAsync(SnapshotBatch batch, CancellationToken cancellationToken)
    {
        var entry = new Entry(batch, BatchPayload.Piece(batch));
        await _entries.Writer.WriteAsync(entry, cancellationToken);
        await entry.Kept.Task.WaitAsync(cancellationToken);
    }

    /// <summary>What was appended before is written; what comes later fails.</summary>
    public async ValueTask DisposeAsync()
    {
        _entries.Writer.TryComplete();
        await _pump;
    }

    private async Task PumpAsync()
    {
        while (await _entries.Reader.WaitToReadAsync())
        {
            foreach (var row in Take())
            {
                await WriteAsync(row);
            }
        }
    }

    /// <summary>What waits, up to a bound: one row for each worker and run.</summary>
    private IEnumerable<List<Entry>> Take()
    {
        var rows = new Dictionary<(string Worker, string Run), List<Entry>>();
        for (var size = 0; size < RowBytes && _entries.Reader.TryRead(out var entry); size += entry.Piece.Length)
        {
            var key = (entry.Batch.Worker, entry.Batch.Run);
            if (!rows.TryGetValue(key, out var row))
            {
                rows[key] = row = [];
            }
            row.Add(entry);
        }
        return rows.Values;
    }

    private async Task WriteAsync(List<Entry> row)
    {
        var ending = row.Where(static entry => entry.Batch.Final || entry.Batch.Released).Select(static entry => entry.Batch).ToArray();
        var kept = false;
        try
        {
            _leases.Ending(ending);
            await _database.BeatAsync(CancellationToken.None);
            await SendAsync(row);
            kept = true;
        }
        catch (Exception exception)
        {
            var cause = exception is PostgresException { SqlState: PostgresErrorCodes.NoDataFound } ? PlanStore.Unknown(row[0].Batch.Run, exception) : exception;
            row.ForEach(entry => entry.Kept.TrySetException(cause));
        }
        await _leases.EndedAsync(ending, kept);
        row.ForEach(static entry => entry.Kept.TrySetResult());
    }

    private async Task SendAsync(List<Entry> row)
    {
        T[] Each<T>(Func<SnapshotBatch, T> value) => [.. row.Select(entry => value(entry.Batch))];
        var payload = new BatchPayload();
        row.ForEach(entry => payload.Add(entry.Piece, entry.Batch.Progress));
        var (bytes, progress) = payload.Pack();
        await using var command = _database.Source.CreateCommand("select apetest.append($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)");
        command.Parameters.Add(new() { Value = _leases.KeyOf(row[0].Batch.Worker) });
        command.Parameters.Add(new() { Value = _database.Times.Lease });
        command.Parameters.Add(new() { Value = row[0].Batch.Run });
        command.Parameters.Add(new() { Value = Each(static batch => batch.Block) });
        command.Parameters.Add(new() { Value = Each(static batch => batch.Epoch) });
        command.Parameters.Add(new() { Value = Each(static batch => batch.Sequence) });
        command.Parameters.Add(new() { Value = Each(static batch => batch.Final) });
        command.Parameters.Add(new() { Value = Each(static batch => batch.Released && !batch.Final) });
        command.Parameters.Add(new() { Value = progress });
        command.Parameters.Add(new() { Value = bytes });
        await command.ExecuteNonQueryAsync();
    }

    private sealed record Entry(SnapshotBatch Batch, byte[] Piece)
    {
        public TaskCompletionSource Kept { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
