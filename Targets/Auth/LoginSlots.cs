using ApeTest.Targets.Http;

namespace ApeTest.Targets.Auth;

/// <summary>The logins of sessions: at most <paramref name="limit"/>; the one that was used least lately goes first. Thread-safe.</summary>
internal sealed class LoginSlots(int limit, TimeProvider time)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<(string? Run, string? Session), LinkedListNode<(LoginSlot Slot, (string? Run, string? Session) Key)>> _slots = [];
    private readonly LinkedList<(LoginSlot Slot, (string? Run, string? Session) Key)> _byUse = new();

    /// <summary>Sessions kept.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _slots.Count;
            }
        }
    }

    /// <summary>The slot of a session; requests without a session share one.</summary>
    public LoginSlot Of(in ActionIdentity identity)
    {
        var key = identity.Session is null ? default : (identity.Run, identity.Session);
        lock (_lock)
        {
            if (_slots.TryGetValue(key, out var known))
            {
                _byUse.Remove(known);
                _byUse.AddFirst(known);
                return known.Value.Slot;
            }
            if (_slots.Count >= limit)
            {
                _slots.Remove(_byUse.Last!.Value.Key);
                _byUse.RemoveLast();
            }
            var slot = new LoginSlot(time);
            _slots[key] = _byUse.AddFirst((slot, key));
            return slot;
        }
    }
}
