using System.Collections.Concurrent;

namespace ApeTest.LlmProxy.Providers.Builtin.Planner;

/// <summary>
/// Sessions that were thought through up to their last answer, by the digest of their conversation. It only saves time: what is not here
/// any more is thought through again from the conversation, to the same end. Bounded by the size of the conversations; what was not asked
/// for in a while goes first, and while all are fresh, what comes is not taken in. Thread-safe.
/// </summary>
internal sealed class OpenPlans(TimeProvider clock)
{
    // Measured on the sample shop: 15 to 18 kB a session, some 7 bytes for each that is counted here, so at most about 60 MB.
    private const int MostBytes = 8 * 1024 * 1024;
    private const int MostOfOne = 64 * 1024;
    private const int Overhead = 1024;

    private static readonly TimeSpan Fresh = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<UInt128, Kept> _kept = new();
    private readonly ConcurrentQueue<(UInt128 Key, Kept Kept)> _byAge = new();
    private int _bytes;

    /// <summary>The plan of a conversation, which is the caller's own from now on; null when it is not kept.</summary>
    public PlanEngine? Take(UInt128 key)
    {
        if (!_kept.TryRemove(key, out var kept))
        {
            return null;
        }

        Interlocked.Add(ref _bytes, -kept.Bytes);
        return kept.Take();
    }

    /// <summary>Keeps the plan of a conversation of <paramref name="length"/> bytes until its next turn, where there is room.</summary>
    public void Keep(UInt128 key, PlanEngine plan, int length)
    {
        var now = clock.GetTimestamp();
        while (_byAge.TryPeek(out var oldest) && (oldest.Kept.IsTaken || clock.GetElapsedTime(oldest.Kept.Since, now) > Fresh) && _byAge.TryDequeue(out oldest))
        {
            if (_kept.TryRemove(KeyValuePair.Create(oldest.Key, oldest.Kept)))
            {
                Interlocked.Add(ref _bytes, -oldest.Kept.Bytes);
            }
        }

        var bytes = length + Overhead;
        if (length > MostOfOne || Volatile.Read(ref _bytes) + bytes > MostBytes)
        {
            return;
        }

        var kept = new Kept(plan, bytes, now);
        if (_kept.TryAdd(key, kept))
        {
            Interlocked.Add(ref _bytes, bytes);
            _byAge.Enqueue((key, kept));
        }
    }

    private sealed class Kept(PlanEngine plan, int bytes, long since)
    {
        private PlanEngine? _plan = plan;

        public int Bytes => bytes;

        public long Since => since;

        public bool IsTaken => Volatile.Read(ref _plan) is null;

        // Lets go of it: the queue may hold this for a while yet.
        public PlanEngine? Take() => Interlocked.Exchange(ref _plan, null);
    }
}
