using System.Diagnostics.CodeAnalysis;

namespace ApeTest.Gateway.Mcp.Sessions;

/// <summary>
/// Sessions by id, at most so many: the least recently used one makes room for a new one, and one that nobody used for long ends.
/// Thread-safe.
/// </summary>
/// <typeparam name="T">The session.</typeparam>
internal sealed class BoundedSessions<T> : IDisposable
    where T : class
{
    private readonly int _most;
    private readonly TimeSpan _idle;
    private readonly TimeProvider _time;
    private readonly Func<T, bool> _isBusy;
    private readonly Action<T, SessionEnd> _ended;
    private readonly ITimer _sweep;
    private readonly Lock _lock = new();
    private readonly Dictionary<string, LinkedListNode<Entry>> _byId = new(StringComparer.Ordinal);
    private readonly LinkedList<Entry> _byUse = new();

    /// <param name="limits">How many, and how long an unused one is kept.</param>
    /// <param name="time">Clock.</param>
    /// <param name="isBusy">Whether a session is in use right now: such a one does not expire.</param>
    /// <param name="ended">Called once, outside any lock, for each session that leaves other than by <see cref="TryTake"/>.</param>
    public BoundedSessions(McpLimits limits, TimeProvider time, Func<T, bool> isBusy, Action<T, SessionEnd> ended)
    {
        (_most, _idle, _time, _isBusy, _ended) = (limits.Sessions, limits.Idle, time, isBusy, ended);
        _sweep = time.CreateTimer(static self => ((BoundedSessions<T>)self!).Sweep(), this, _idle / 10, _idle / 10);
    }

    /// <summary>Sessions now.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _byId.Count;
            }
        }
    }

    /// <summary>Adds a session under a new id.</summary>
    public void Add(string id, T session)
    {
        Entry? evicted = null;
        lock (_lock)
        {
            if (_byId.Count >= _most && _byUse.First is { } oldest)
            {
                evicted = oldest.Value;
                Remove(oldest);
            }
            _byId.Add(id, _byUse.AddLast(new Entry(id, session) { UsedAt = _time.GetTimestamp() }));
        }
        if (evicted is not null)
        {
            _ended(evicted.Session, SessionEnd.Evicted);
        }
    }

    /// <summary>The session of that id, now the most recently used.</summary>
    public bool TryUse(string id, [NotNullWhen(true)] out T? session)
    {
        lock (_lock)
        {
            if (_byId.TryGetValue(id, out var node) && !IsExpired(node.Value))
            {
                Touch(node);
                session = node.Value.Session;
                return true;
            }
        }
        session = null;
        return false;
    }

    /// <summary>Removes the session of that id; it is the caller's to end.</summary>
    public bool TryTake(string id, [NotNullWhen(true)] out T? session)
    {
        lock (_lock)
        {
            if (_byId.TryGetValue(id, out var node))
            {
                Remove(node);
                session = node.Value.Session;
                return true;
            }
        }
        session = null;
        return false;
    }

    /// <summary>All sessions now.</summary>
    public IReadOnlyList<T> All()
    {
        lock (_lock)
        {
            return [.. _byUse.Select(static entry => entry.Session)];
        }
    }

    public void Dispose() => _sweep.Dispose();

    private void Sweep()
    {
        List<Entry> expired = [];
        lock (_lock)
        {
            while (_byUse.First is { } oldest && _time.GetElapsedTime(oldest.Value.UsedAt) >= _idle)
            {
                if (_isBusy(oldest.Value.Session))
                {
                    Touch(oldest);
                    continue;
                }
                Remove(oldest);
                expired.Add(oldest.Value);
            }
        }
        foreach (var entry in expired)
        {
            _ended(entry.Session, SessionEnd.Expired);
        }
    }

    private bool IsExpired(Entry entry) => _time.GetElapsedTime(entry.UsedAt) >= _idle && !_isBusy(entry.Session);

    private void Touch(LinkedListNode<Entry> node)
    {
        node.Value.UsedAt = _time.GetTimestamp();
        _byUse.Remove(node);
        _byUse.AddLast(node);
    }

    private void Remove(LinkedListNode<Entry> node)
    {
        _byId.Remove(node.Value.Id);
        _byUse.Remove(node);
    }

    private sealed record Entry(string Id, T Session)
    {
        public long UsedAt { get; set; }
    }
}

/// <summary>Why a session ended.</summary>
internal enum SessionEnd
{
    /// <summary>Its client ended it.</summary>
    Closed,

    /// <summary>Nobody used it for long.</summary>
    Expired,

    /// <summary>It was the least recently used when there was no room for another.</summary>
    Evicted,
}
