namespace ApeTest.ServiceDefaults.Metrics;

/// <summary>
/// Histogram bounds, in seconds, for <c>InstrumentAdvice</c>. The same two everywhere, so that dashboards can add series up.
/// </summary>
public static class Buckets
{
    /// <summary>HTTP-like times: 1 ms to 10 s, 12 bounds. Also used where an instrument gives no advice.</summary>
    public static IReadOnlyList<double> Fast { get; } =
        Array.AsReadOnly([0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10]);

    /// <summary>Sessions and model calls: 10 ms to 5 min, 14 bounds.</summary>
    public static IReadOnlyList<double> Slow { get; } =
        Array.AsReadOnly([0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300]);
}
