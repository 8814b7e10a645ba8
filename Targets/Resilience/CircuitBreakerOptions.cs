namespace ApeTest.Targets.Resilience;

/// <summary><c>circuitBreaker</c> of a target; null: none. While it is open, requests are refused with 503, <c>circuit_open</c> and <c>Retry-After</c>.</summary>
public sealed class CircuitBreakerOptions
{
    /// <summary>Failures within <see cref="Window"/> from which it opens, where their share is reached too. Default 5, at least 2.</summary>
    public int Failures { get; set; } = 5;

    /// <summary>Share of failures among the requests of the window from which it opens: 1 = all of them. Default 1.</summary>
    public double Share { get; set; } = 1;

    /// <summary>Sliding window. Default 30 s, at least 500 ms.</summary>
    public TimeSpan Window { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long it stays open before one request may try. Default 5 s, at least 500 ms.</summary>
    public TimeSpan Break { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>What counts as a failure: statuses as text and error types, as in <see cref="RetryOptions.On"/>.</summary>
    public IList<string> On { get; set; } = ["connect", "reset", "timeout", "dns", "tls", "protocol", "500", "502", "503", "504"];
}
