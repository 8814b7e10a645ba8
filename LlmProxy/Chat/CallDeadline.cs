using ApeTest.LlmProxy.Errors;
using ApeTest.LlmProxy.Options;

namespace ApeTest.LlmProxy.Chat;

/// <summary>
/// The time limits of one call, on one timer. A phase (headers, first token, between tokens) starts anew with <see cref="Enter"/>;
/// <see cref="Touch"/> says that it made progress. The timer is not moved at each token: when it fires early it is set again for the rest.
/// </summary>
internal sealed class CallDeadline : IDisposable
{
    private readonly Lock _lock = new();
    private readonly TimeProvider _clock;
    private readonly CancellationTokenSource _source;
    private readonly ITimer _timer;
    private readonly TimeSpan _total;
    private readonly long _began;
    private string? _phase;
    private TimeSpan _limit;
    private long _since;
    private bool _disposed;

    public CallDeadline(TimeoutOptions options, TimeProvider clock, CancellationToken client)
    {
        _clock = clock;
        _total = options.Total;
        _began = clock.GetTimestamp();
        _source = CancellationTokenSource.CreateLinkedTokenSource(client);
        _timer = clock.CreateTimer(_ => Check(), null, options.Total, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Cancelled when a limit passed or the client went away.</summary>
    public CancellationToken Token => _source.Token;

    /// <summary>The limit that passed (an <see cref="ErrorTypes"/> name); null when none did.</summary>
    public string? Expired { get; private set; }

    public void Enter(string phase, TimeSpan limit)
    {
        lock (_lock)
        {
            _phase = phase;
            _limit = limit;
            _since = _clock.GetTimestamp();
            Arm();
        }
    }

    public void Touch(long timestamp) => Volatile.Write(ref _since, timestamp);

    /// <summary>Stops the phase's clock while the client is the one that is waited for.</summary>
    public void Pause()
    {
        lock (_lock)
        {
            _phase = null;
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _disposed = true;
        }

        _timer.Dispose();
        _source.Dispose();
    }

    private void Check()
    {
        lock (_lock)
        {
            if (_disposed || Expired is not null)
            {
                return;
            }

            if (_clock.GetElapsedTime(_began) >= _total)
            {
                Expired = ErrorTypes.TotalTimeout;
            }
            else if (_phase is not null && _clock.GetElapsedTime(Volatile.Read(ref _since)) >= _limit)
            {
                Expired = _phase;
            }
            else
            {
                Arm();
                return;
            }
        }

        try
        {
            _source.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The call ended in this very moment; nobody waits for the limit any more, and this is a timer's thread.
        }
    }

    private void Arm()
    {
        if (_disposed)
        {
            return;
        }

        var due = _total - _clock.GetElapsedTime(_began);
        if (_phase is not null)
        {
            var rest = _limit - _clock.GetElapsedTime(Volatile.Read(ref _since));
            due = rest < due ? rest : due;
        }

        // Timers count whole milliseconds: a rest below one must not become a busy loop.
        _timer.Change(due < TimeSpan.FromMilliseconds(1) ? TimeSpan.FromMilliseconds(1) : due, Timeout.InfiniteTimeSpan);
    }
}
