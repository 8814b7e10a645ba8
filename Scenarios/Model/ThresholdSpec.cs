namespace ApeTest.Scenarios.Model;

/// <summary>One threshold: <c>session_success: "&gt;= 0.95"</c>.</summary>
/// <param name="Metric">Metric name, for example <c>mtba_active_p95</c> or <c>http_p95{operation=checkout}</c>.</param>
/// <param name="Operator">One of <c>&lt;</c>, <c>&lt;=</c>, <c>&gt;</c>, <c>&gt;=</c>, <c>==</c>.</param>
/// <param name="Value">Seconds, share, count or dollars, by metric.</param>
/// <param name="Text">The expression as written, for example <c>&lt; 1s</c> or <c>&lt; 300ms for 30s abort after 10s</c>.</param>
/// <param name="By"><c>default</c>, <c>scenario</c> or <c>cli</c>.</param>
public sealed record ThresholdSpec(string Metric, string Operator, double Value, string Text, string By)
{
    /// <summary>
    /// Length of a window: the condition must hold in every full window of it, stepping each second. Null: over the whole run.
    /// </summary>
    public TimeSpan? Window { get; init; }

    /// <summary>Whether the run is stopped as soon as it is broken. Default false.</summary>
    public bool Abort { get; init; }

    /// <summary>Time since the run's start before which nothing is stopped. Default 0.</summary>
    public TimeSpan AbortAfter { get; init; }
}
