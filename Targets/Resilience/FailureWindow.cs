namespace ApeTest.Targets.Resilience;

/// <summary>
/// Counts the attempts of the last while, to say when a breaker opens: at so many failures that are such a share of them. Polly's own
/// threshold is a number of attempts, not of failures. Ten slices, so that it forgets by tenths of the window. Thread-safe.
/// </summary>
internal sealed class FailureWindow(int failures, double share, TimeSpan window, TimeProvider time)
{
    private const int Slices = 10;

    private readonly Lock _lock = new();
    private readonly (long Slice, int Failures, int Attempts)[] _slices = new (long, int, int)[Slices];
    private readonly long _start = time.GetTimestamp();

    /// <summary>Counts an attempt; whether there are now failures enough.</summary>
    public bool Add(bool failed)
    {
        var now = time.GetElapsedTime(_start).Ticks / Math.Max(1, window.Ticks / Slices);
        lock (_lock)
        {
            ref var current = ref _slices[now % Slices];
            if (current.Slice != now)
            {
                current = (now, 0, 0);
            }
            current.Attempts++;
            current.Failures += failed ? 1 : 0;
            if (!failed)
            {
                return false;
            }
            long failing = 0, all = 0;
            foreach (var slice in _slices)
            {
                if (slice.Slice > now - Slices)
                {
                    failing += slice.Failures;
                    all += slice.Attempts;
                }
            }
            return failing >= failures && failing >= share * all;
        }
    }

    /// <summary>Forgets all: the breaker opened or closed.</summary>
    public void Clear()
    {
        lock (_lock)
        {
            Array.Clear(_slices);
        }
    }
}
