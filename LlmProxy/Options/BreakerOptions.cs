namespace ApeTest.LlmProxy.Options;

/// <summary>
/// A provider's circuit breaker: opens when at least <see cref="Share"/> of at least <see cref="Calls"/> attempts within <see cref="Window"/> failed (connect, timeout,
/// 5xx; not 429, which says when to come back), and lets one attempt through after <see cref="Break"/>.
/// </summary>
public sealed class BreakerOptions
{
    /// <summary>Share of failed attempts, 0..1. Default 0.5.</summary>
    public double Share { get; set; } = 0.5;

    /// <summary>Attempts below which it stays closed, at least 2. Default 20.</summary>
    public int Calls { get; set; } = 20;

    /// <summary>Over how long attempts are counted. Default 10 s.</summary>
    public TimeSpan Window { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long it stays open. Default 5 s.</summary>
    public TimeSpan Break { get; set; } = TimeSpan.FromSeconds(5);
}
