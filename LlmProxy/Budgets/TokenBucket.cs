namespace ApeTest.LlmProxy.Budgets;

/// <summary>
/// A rate: so much a minute, in bursts of at most a minute's. Refilled in exact arithmetic. It may be overdrawn, by calls that take more than they said, and then has to
/// refill to zero first. Not thread-safe: <see cref="Admission"/> holds its lock around it.
/// </summary>
internal sealed class TokenBucket(long perMinute, TimeProvider clock)
{
    // Counted in what a rate of one a minute adds in a tick of 100 ns. 128 bits: a limit of 1e10 in these units no longer fits 64.
    private const long Whole = TimeSpan.TicksPerMinute;

    private readonly Int128 _capacity = (Int128)perMinute * Whole;
    private readonly long _start = clock.GetTimestamp();
    private Int128 _level = (Int128)perMinute * Whole;
    private long _filledAt;

    public long Limit => perMinute;

    /// <summary>Whole ones that are there, as of <see cref="Refill"/>.</summary>
    public long Remaining => _level <= 0 ? 0 : (long)(_level / Whole);

    /// <summary>How long until it is full, as of <see cref="Refill"/>.</summary>
    public TimeSpan UntilFull => Until(perMinute);

    /// <summary>Adds what time has brought.</summary>
    public void Refill()
    {
        var now = clock.GetElapsedTime(_start).Ticks;
        _level = Int128.Min(_capacity, _level + ((Int128)(now - _filledAt) * perMinute));
        _filledAt = now;
    }

    /// <summary>How long until it holds <paramref name="count"/>, which is at most the limit; 0: now.</summary>
    public TimeSpan Until(long count)
    {
        var missing = ((Int128)count * Whole) - _level;
        return missing <= 0 ? TimeSpan.Zero : TimeSpan.FromTicks((long)Int128.Min(long.MaxValue, (missing + perMinute - 1) / perMinute));
    }

    public void Take(long count) => _level -= (Int128)count * Whole;

    /// <summary>Puts back what was taken and not used; negative: takes more.</summary>
    public void Return(long count) => _level = Int128.Min(_capacity, _level + ((Int128)count * Whole));
}
