namespace ApeTest.Shop.Faults;

/// <summary>Decides the fate of each request. Switching starts the count of requests anew: the same settings fail the same requests.</summary>
internal sealed class FaultSwitch
{
    private readonly TimeProvider _time;
    private readonly TimeSpan _slowStart;
    private readonly TimeSpan _slowStartLatency;
    private readonly long _started;
    private volatile Current _current;

    public FaultSwitch(ShopOptions options, TimeProvider time)
    {
        _time = time;
        _slowStart = options.SlowStart;
        _slowStartLatency = options.SlowStartLatency;
        _started = time.GetTimestamp();
        _current = new Current(new FaultSettings(
            options.FaultShare503, options.AddedLatency.TotalMilliseconds, options.Seed, options.RetryAfter is { } after ? (int)Math.Ceiling(after.TotalSeconds) : null));
    }

    public FaultSettings Settings
    {
        get => _current.Settings;
        set => _current = new Current(value);
    }

    /// <summary>What the next request gets: a latency, and whether it fails.</summary>
    public (TimeSpan Latency, bool Fails) Next()
    {
        var current = _current;
        var settings = current.Settings;
        var fails = settings.Share503 > 0 && SeededHash.Share(settings.Seed, Interlocked.Increment(ref current.Requests)) < settings.Share503;
        return (TimeSpan.FromMilliseconds(settings.LatencyMs) + WarmUp(), fails);
    }

    private TimeSpan WarmUp()
    {
        if (_slowStart <= TimeSpan.Zero)
        {
            return TimeSpan.Zero;
        }

        var elapsed = _time.GetElapsedTime(_started);
        return elapsed >= _slowStart ? TimeSpan.Zero : _slowStartLatency * (1 - (elapsed / _slowStart));
    }

    private sealed class Current(FaultSettings settings)
    {
        public long Requests;

        public FaultSettings Settings { get; } = settings;
    }
}
