using System.Globalization;
using ApeTest.Runs.Summaries;
using ApeTest.Scenarios.Thresholds;

namespace ApeTest.Runs.Rendering;

/// <summary>Values of thresholds as people read them, in the unit of their metric.</summary>
public static class ThresholdText
{
    /// <summary>The value of a metric: <c>98.0 %</c>, <c>250 ms</c>, <c>122/s</c>, <c>$1.20</c>, <c>12</c>.</summary>
    /// <param name="metric">Metric as in a scenario: <c>http_p95{operation=checkout}</c>.</param>
    /// <param name="value">Its value: seconds, share, rate, dollars or count.</param>
    public static string Value(string metric, double value) => ThresholdMetrics.TryParse(metric, out var known, out _) ? Value(known.Metric.Unit, value) : Number(value);

    /// <summary>The value of a threshold; words where nothing was measured.</summary>
    public static string Value(ThresholdResult threshold) => threshold.Value is { } value ? Value(threshold.Name, value) : "nothing measured";

    /// <summary>What stands behind a verdict: the counts of a rate, the time of the worst window, or that nobody asked for it. May be empty.</summary>
    public static string Evidence(ThresholdResult threshold, RunSummary summary) => threshold.Name switch
    {
        "session_success" when threshold.WindowS is null => $"{summary.Sessions.Succeeded}/{summary.Sessions.Judged}",
        "agent_error_rate" when threshold.WindowS is null => $"{summary.Sessions.AgentError}/{summary.Sessions.Started - summary.Sessions.Aborted}",
        _ when threshold is { WindowS: not null, WorstAtS: { } at } => FormattableString.Invariant($"(worst at {at:0} s)"),
        _ => threshold.By is "default" ? "(default)" : string.Empty,
    };

    private static string Value(ThresholdUnit unit, double value) => unit switch
    {
        ThresholdUnit.Share => Show.Share(value),
        ThresholdUnit.Usd => Show.Dollars((decimal)value),
        ThresholdUnit.Seconds => Show.Seconds(value),
        ThresholdUnit.Rate => $"{Show.Rate(value)}/s",
        _ => Number(value),
    };

    private static string Number(double value) => value.ToString("0.####", CultureInfo.InvariantCulture);
}
