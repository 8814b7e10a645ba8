using Npgsql;

namespace ApeTest.Runs.Queue.Postgres;

/// <summary>
/// Hears of changes of runs (<c>LISTEN apetest</c>, the payload is the run) on a connection of its own, made anew when it breaks. A notification is only a
/// reason to look sooner: whoever waits looks each <see cref="QueueTimes.Poll"/> as well.
/// </summary>
internal sealed class QueueNotices(QueueDatabase database) : IAsyncDisposable
{
    private static readonly TimeSpan Backoff = TimeSpan.FromSeconds(1);

    private readonly CancellationTokenSource _ending = new();
    private readonly Dictionary<string, TaskCompletionSource> _waiting = new(StringComparer.Ordinal);
    private readonly Lock _gate = new();
    private Task? _listening;

    /// <summary>Completes when the run changes, some time after it was called or taken.</summary>
    public Task Changed(string run)
    {
        lock (_gate)
        {
            _listening ??= ListenAsync();
            if (!_waiting.TryGetValue(run, out var waiting))
            {
                _waiting[run] = waiting = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            }
            return waiting.Task;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        if (_listening is not null)
        {
            await _listening;
        }
        _ending.Dispose();
    }

    private async Task ListenAsync()
    {
        while (!_ending.IsCancellationRequested)
        {
            try
            {
                await using var connection = await database.Source.OpenConnectionAsync(_ending.Token);
                connection.Notification += (_, notice) => Wake(notice.Payload);
                await using (var listen = new NpgsqlCommand("listen apetest", connection))
                {
                    await listen.ExecuteNonQueryAsync(_ending.Token);
                }
                WakeAll();
                while (true)
                {
                    await connection.WaitAsync(_ending.Token);
                }
            }
            catch (OperationCanceledException) when (_ending.IsCancellationRequested)
            {
                return;
            }
            catch (Exception exception)
            {
                // Until it is back, there is the poll.
                database.Lost(exception, "listen");
            }
            await Task.Delay(Backoff, database.Time, _ending.Token).ContinueWith(static _ => { }, TaskScheduler.Default);
        }
    }

    private void Wake(string run)
    {
        TaskCompletionSource? waiting;
        lock (_gate)
        {
            _waiting.Remove(run, out waiting);
        }
        waiting?.TrySetResult();
    }

    private void WakeAll()
    {
        TaskCompletionSource[] all;
        lock (_gate)
        {
            all = [.. _waiting.Values];
            _waiting.Clear();
        }
        foreach (var waiting in all)
        {
            waiting.TrySetResult();
        }
    }
}
