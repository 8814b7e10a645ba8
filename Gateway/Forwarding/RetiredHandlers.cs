namespace ApeTest.Gateway.Forwarding;

/// <summary>
/// Sockets of targets that were changed or removed, disposed when the requests that began with them have ended. An answer under way is safe at any
/// time: disposing a <see cref="SocketsHttpHandler"/> closes its idle connections, and the others when they are given back. Only a request that is
/// still to be <em>sent</em> would fail, so the wait is longer than one can take from the moment it takes its state to its last
/// attempt. Of more than <see cref="Most"/> the oldest goes first. Thread-safe.
/// </summary>
internal sealed class RetiredHandlers(TimeProvider time) : IDisposable
{
    /// <summary>Most that wait.</summary>
    public const int Most = 256;

    /// <summary>Longest injected delay (10 min), a login, and a slow start.</summary>
    private static readonly TimeSpan Slack = TimeSpan.FromMinutes(15);

    /// <summary>A request that takes longer than this and is then sent again fails, as after a restart.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromHours(1);

    private readonly OrderedDictionary<SocketsHttpHandler, ITimer> _waiting = [];
    private readonly Lock _lock = new();

    /// <summary>How many wait.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _waiting.Count;
            }
        }
    }

    /// <summary>Disposes the handler after <paramref name="patience"/>, how long all attempts of a request may take, and some.</summary>
    public void Add(SocketsHttpHandler handler, TimeSpan patience)
    {
        var wait = (patience < Longest ? patience : Longest) + Slack;
        lock (_lock)
        {
            if (_waiting.Count == Most)
            {
                Close(_waiting.GetAt(0).Key);
            }
            _waiting[handler] = time.CreateTimer(_ => Close(handler), null, wait, Timeout.InfiniteTimeSpan);
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            foreach (var (handler, timer) in _waiting)
            {
                timer.Dispose();
                handler.Dispose();
            }
            _waiting.Clear();
        }
    }

    private void Close(SocketsHttpHandler handler)
    {
        lock (_lock)
        {
            if (_waiting.Remove(handler, out var timer))
            {
                timer.Dispose();
                handler.Dispose();
            }
        }
    }
}
