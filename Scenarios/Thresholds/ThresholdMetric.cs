namespace ApeTest.Scenarios.Thresholds;

/// <summary>Unit in which the value of a metric is compared.</summary>
public enum ThresholdUnit
{
    /// <summary>0..1; written <c>0.95</c> or <c>95%</c>.</summary>
    Share,

    /// <summary>Seconds; written with a unit: <c>500ms</c>, <c>1.5s</c>.</summary>
    Seconds,

    /// <summary>A whole number.</summary>
    Count,

    /// <summary>US dollars.</summary>
    Usd,

    /// <summary>A number a second; written <c>200</c> or <c>200/s</c>.</summary>
    Rate,
}

/// <summary>Statistic of a distribution. Runs maps each to a field of <c>D</c> (DESIGN 14.3).</summary>
public enum ThresholdStatistic
{
    /// <summary>The metric is a single figure.</summary>
    None,

    /// <summary>Arithmetic mean.</summary>
    Mean,

    /// <summary>Median.</summary>
    P50,

    /// <summary>90th percentile.</summary>
    P90,

    /// <summary>95th percentile.</summary>
    P95,

    /// <summary>99th percentile.</summary>
    P99,

    /// <summary>Largest value.</summary>
    Max,
}

/// <summary>A metric that a threshold may name.</summary>
/// <param name="Name">Full name, for example <c>mtba_active_p95</c>.</param>
/// <param name="Family">Name without the statistic, for example <c>mtba_active</c>; one of the constants of <see cref="ThresholdMetrics"/>.</param>
/// <param name="Statistic">Statistic of the family's distribution.</param>
/// <param name="Unit">Unit of the value.</param>
/// <param name="ByOperation">Whether <c>{operation=...}</c> may follow the name.</param>
/// <param name="Description">What it measures, for help and editors.</param>
public sealed record ThresholdMetric(
    string Name, string Family, ThresholdStatistic Statistic, ThresholdUnit Unit, bool ByOperation, string Description);

/// <summary>A metric as a threshold names it.</summary>
/// <param name="Metric">The metric.</param>
/// <param name="Operation">Operation (tool name) of the label; null for all operations together.</param>
public readonly record struct ThresholdMetricReference(ThresholdMetric Metric, string? Operation)
{
    /// <summary>Canonical text: <c>http_p95{operation=checkout}</c>.</summary>
    public override string ToString() => Operation is null ? Metric.Name : $"{Metric.Name}{{operation={Operation}}}";
}
