using System.Collections.Immutable;
using ApeTest.Runs.Histograms;
using ApeTest.Runs.Recording;
using ApeTest.Runs.Records;
using ApeTest.Scenarios.Model;
using ApeTest.Scenarios.Thresholds;

namespace ApeTest.Runs.Summaries;

/// <summary>
/// Compares the merged metrics of a run with its thresholds. The value is compared as measured and shown to six decimals. Where nothing
/// was measured the value is null, and the threshold fails as inconclusive.
/// </summary>
internal static class ThresholdEvaluator
{
    public static ImmutableArray<ThresholdResult> Evaluate(
        ImmutableArray<ThresholdSpec> thresholds, MetricsDelta metrics, long aborted) =>
        [.. thresholds.Select(threshold => Evaluate(threshold, metrics, aborted))];

    private static ThresholdResult Evaluate(ThresholdSpec threshold, MetricsDelta metrics, long aborted)
    {
        // The loader has checked the name; a plan from elsewhere that names another metric must not pass by it.
        var value = ThresholdMetrics.TryParse(threshold.Metric, out var metric, out _) ? Value(metric, metrics, aborted) : null;
        var ok = value is { } actual && threshold.Operator switch
        {
            "<" => actual < threshold.Value,
            "<=" => actual <= threshold.Value,
            ">" => actual > threshold.Value,
            ">=" => actual >= threshold.Value,
            "==" => actual == threshold.Value,
            _ => false,
        };
        return new ThresholdResult(threshold.Metric, threshold.Text, value is { } v ? Math.Round(v, 6) : null, ok, threshold.By);
    }

    private static double? Value(ThresholdMetricReference metric, MetricsDelta metrics, long aborted) => metric.Metric.Family switch
    {
        ThresholdMetrics.SessionSuccess => Rates.Success(metrics.Ended(SessionOutcome.Succeeded),
            metrics.Ended(SessionOutcome.Failed), metrics.Ended(SessionOutcome.Stuck)),
        ThresholdMetrics.AgentErrorRate => Rates.AgentError(metrics.Ended(SessionOutcome.AgentError), metrics.Started, aborted),
        ThresholdMetrics.Mtba => Statistic(metrics.Intervals.Overall, metric.Metric.Statistic),
        ThresholdMetrics.MtbaActive => Statistic(metrics.Intervals.Active, metric.Metric.Statistic),
        ThresholdMetrics.Ttft => Statistic(metrics.Ttft, metric.Metric.Statistic),
        ThresholdMetrics.SessionDuration => Statistic(metrics.SessionDuration, metric.Metric.Statistic),
        ThresholdMetrics.Action => Statistic(metrics.Actions.Duration, metric.Metric.Statistic),
        ThresholdMetrics.Http => Statistic(HttpDuration(metrics, metric.Operation), metric.Metric.Statistic),
        ThresholdMetrics.HttpErrorRate => HttpErrorRate(metrics, metric.Operation),
        ThresholdMetrics.CostUsd => (double)metrics.Llm.ByModel.Values.Sum(model => model.CostUsd),
        ThresholdMetrics.Errors => metrics.Errors.Values.Sum(error => error.Count),
        ThresholdMetrics.Sessions => metrics.Started,
        _ => null,
    };

    private static double? Statistic(Histogram histogram, ThresholdStatistic statistic)
    {
        var raw = statistic switch
        {
            ThresholdStatistic.Mean => histogram.Count == 0 ? null : (double)histogram.RawSum / histogram.Count,
            ThresholdStatistic.P50 => histogram.RawAt(50),
            ThresholdStatistic.P90 => histogram.RawAt(90),
            ThresholdStatistic.P95 => histogram.RawAt(95),
            ThresholdStatistic.P99 => histogram.RawAt(99),
            ThresholdStatistic.Max => histogram.RawAt(100),
            _ => null,
        };
        return raw / TimeSpan.TicksPerSecond;
    }

    private static Histogram HttpDuration(MetricsDelta metrics, string? operation)
    {
        var merged = new Histogram();
        foreach (var metricsOfOne in Operations(metrics, operation))
        {
            merged.Add(metricsOfOne.Duration);
        }
        return merged;
    }

    private static double? HttpErrorRate(MetricsDelta metrics, string? operation)
    {
        var (all, failed) = (0L, 0L);
        foreach (var exchanges in Operations(metrics, operation))
        {
            all += exchanges.Count;
            failed += exchanges.ByStatus.Where(status => status.Key is 0 or >= 400).Sum(status => status.Value);
        }
        return all == 0 ? null : (double)failed / all;
    }

    private static IEnumerable<OperationMetrics> Operations(MetricsDelta metrics, string? operation) =>
        operation is null ? metrics.Http.Values : metrics.Http.TryGetValue(operation, out var one) ? [one] : [];
}
