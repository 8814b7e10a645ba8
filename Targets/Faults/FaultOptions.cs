namespace ApeTest.Targets.Faults;

/// <summary>
/// One injected fault: which requests, and what happens to them. The first fault of the list that hits a request is the only one that does.
/// A fault simulates the target: it is not retried by the gateway and does not open a circuit breaker; its time counts as the gateway's.
/// </summary>
public sealed class FaultOptions
{
    /// <summary>Name, for people and for the admin call. Null: none.</summary>
    public string? Name { get; set; }

    /// <summary>Target. Null: all.</summary>
    public string? Target { get; set; }

    /// <summary>Requests: <c>METHOD /path/glob</c> or an operationId, as in deny rules. Null: all.</summary>
    public string? Route { get; set; }

    /// <summary>Share of the matching requests, above 0 and up to 1. Default 1.</summary>
    public double Share { get; set; } = 1;

    /// <summary>Seed of the draw: the same seed hits the same requests of the matching ones, counted in their order. Default 0.</summary>
    public long Seed { get; set; }

    /// <summary>Delay before the request is forwarded; null: none.</summary>
    public LatencyOptions? Latency { get; set; }

    /// <summary>Status that is answered in the target's place, 400 to 599; null: none.</summary>
    public int? Status { get; set; }

    /// <summary><c>Retry-After</c> of that answer, whole seconds; null: none.</summary>
    public TimeSpan? RetryAfter { get; set; }

    /// <summary>Whether the connection to the client is cut in place of an answer. Default false.</summary>
    public bool Abort { get; set; }

    /// <summary>Time over which the answer's body is spread, after its headers; null: none.</summary>
    public TimeSpan? SlowBody { get; set; }

    /// <summary>Most bytes a second of the request's and of the answer's body, each; null: none.</summary>
    public long? Throttle { get; set; }
}

/// <summary>An injected delay.</summary>
public sealed class LatencyOptions
{
    /// <summary>Distribution. Default <see cref="LatencyDistribution.Constant"/>.</summary>
    public LatencyDistribution Distribution { get; set; }

    /// <summary>The delay itself, or its mean. Of <see cref="LatencyDistribution.Uniform"/> unused.</summary>
    public TimeSpan Mean { get; set; }

    /// <summary>Standard deviation of <see cref="LatencyDistribution.Normal"/> and <see cref="LatencyDistribution.LogNormal"/>, of the delay itself.</summary>
    public TimeSpan Deviation { get; set; }

    /// <summary>Shortest delay. Default 0.</summary>
    public TimeSpan Min { get; set; }

    /// <summary>Longest delay: a draw above it becomes it. Default 1 min.</summary>
    public TimeSpan Max { get; set; } = TimeSpan.FromMinutes(1);
}

/// <summary>Distributions of an injected delay.</summary>
public enum LatencyDistribution
{
    /// <summary>Always the mean.</summary>
    Constant,

    /// <summary>Even between min and max.</summary>
    Uniform,

    /// <summary>Normal, cut at min and max.</summary>
    Normal,

    /// <summary>Log-normal with this mean and deviation, cut at min and max.</summary>
    LogNormal,

    /// <summary>Exponential with this mean, cut at min and max.</summary>
    Exponential,
}
