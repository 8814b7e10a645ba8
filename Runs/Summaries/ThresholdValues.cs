using ApeTest.Runs.Histograms;
using ApeTest.Runs.Recording;
using ApeTest.Runs.Records;
using ApeTest.Scenarios.Thresholds;

namespace ApeTest.Runs.Summaries;

/// <summary>What each metric of <see cref="ThresholdMetrics"/> is, of merged metrics.</summary>
internal static class ThresholdValues
{
    /// <summary>The value of <paramref name="metric"/>: seconds, share, count, rate or dollars; null where nothing was measured, or for a metric that is not known.</summary>
    /// <param name="metric">The metric.</param>
    /// <param name="metrics">What was measured.</param>
    /// <param name="aborted">Aborted sessions, those of lost workers included.</param>
    /// <param name="duration">Time in which it was measured.</param>
    public static double? Of(ThresholdMetricReference metric, MetricsDelta metrics, long aborted, TimeSpan duration) => metric.Metric.Family switch
    {
        ThresholdMetrics.SessionSuccess => Rates.Success(metrics.Ended(SessionOutcome.Succeeded),
            metrics.Ended(SessionOutcome.Failed), metrics.Ended(SessionOutcome.Stuck)),
        ThresholdMetrics.AgentErrorRate => Rates.AgentError(metrics.Ended(SessionOutcome.AgentError), metrics.Started, aborted),
        ThresholdMetrics.Mtba => Statistic(metrics.Intervals.Overall, metric.Metric.Statistic),
        ThresholdMetrics.MtbaActive => Statistic(metrics.Intervals.Active, metric.Metric.Statistic),
        ThresholdMetrics.Ttft => Statistic(metrics.Ttft, metric.Metric.Statistic),
        ThresholdMetrics.SessionDuration => Statistic(metrics.SessionDuration, metric.Metric.Statistic),
        ThresholdMetrics.Action => Statistic(metrics.Actions.Duration, metric.Metric.Statistic),
        ThresholdMetrics.Http => Statistic(Merged(metrics, metric.Operation, operation => operation.Duration), metric.Metric.Statistic),
        ThresholdMetrics.Ttfb => Statistic(Merged(metrics, metric.Operation, operation => operation.Ttfb), metric.Metric.Statistic),
        ThresholdMetrics.HttpReqs => Count(metrics, metric.Operation, operation => operation.Count),
        ThresholdMetrics.HttpRate => duration > TimeSpan.Zero ? Count(metrics, metric.Operation, operation => operation.Count) / duration.TotalSeconds : null,
        ThresholdMetrics.CheckErrors => Count(metrics, metric.Operation, operation => operation.CheckErrors),
        ThresholdMetrics.HttpErrorRate => HttpErrorRate(metrics, metric.Operation),
        ThresholdMetrics.CostUsd => (double)metrics.Llm.ByModel.Values.Sum(model => model.CostUsd),
        ThresholdMetrics.Errors => metrics.Errors.Values.Sum(error => error.Count),
        ThresholdMetrics.Sessions => metrics.Started,
        ThresholdMetrics.SessionsDropped => metrics.Dropped.Values.Sum(),
        _ => null,
    };

    /// <summary>Copies into <paramref name="kept"/> what <paramref name="metric"/> is computed from, and nothing else: a window holds a delta for each of its seconds.</summary>
    public static void Keep(ThresholdMetricReference metric, MetricsDelta interval, MetricsDelta kept)
    {
        switch (metric.Metric.Family)
        {
            case ThresholdMetrics.Mtba or ThresholdMetrics.MtbaActive:
                kept.Intervals.Add(interval.Intervals);
                break;
            case ThresholdMetrics.Ttft:
                kept.Ttft.Add(interval.Ttft);
                break;
            case ThresholdMetrics.SessionDuration:
                kept.SessionDuration.Add(interval.SessionDuration);
                break;
            case ThresholdMetrics.Action:
                kept.Actions.Add(interval.Actions);
                break;
            case var _ when Source(metric) == nameof(MetricsDelta.Http):
                KeepHttp(metric.Operation, interval, kept);
                break;
            case ThresholdMetrics.SessionsDropped:
                foreach (var (reason, count) in interval.Dropped)
                {
                    Bounded.Count(kept.Dropped, reason, count);
                }
                break;
            case ThresholdMetrics.CostUsd:
                kept.Llm.Add(interval.Llm);
                break;
            case ThresholdMetrics.Errors:
                foreach (var error in interval.Errors.Values)
                {
                    kept.Error(error.Type, error.Where).Count += error.Count;
                }
                break;
            default:
                KeepSessions(interval, kept);
                break;
        }
    }

    /// <summary>Metrics of one source are computed from the same figures, of which <see cref="Keep"/> must copy one set.</summary>
    public static string Source(ThresholdMetricReference metric) => metric.Metric.Family switch
    {
        ThresholdMetrics.Mtba or ThresholdMetrics.MtbaActive => nameof(MetricsDelta.Intervals),
        ThresholdMetrics.Http or ThresholdMetrics.Ttfb or ThresholdMetrics.HttpErrorRate or ThresholdMetrics.HttpReqs or ThresholdMetrics.HttpRate
            or ThresholdMetrics.CheckErrors => nameof(MetricsDelta.Http),
        ThresholdMetrics.SessionSuccess or ThresholdMetrics.AgentErrorRate or ThresholdMetrics.Sessions => nameof(MetricsDelta.Goals),
        var family => family,
    };

    private static void KeepHttp(string? only, MetricsDelta interval, MetricsDelta kept)
    {
        if (only is not null)
        {
            // There even where nothing was sent: no request in a window is a rate of 0, not a window without samples.
            kept.Operation(only, "");
        }
        foreach (var (name, operation) in interval.Http)
        {
            if (only is null || only == name)
            {
                kept.Operation(name, operation.Method).Add(operation);
            }
        }
    }

    private static void KeepSessions(MetricsDelta interval, MetricsDelta kept)
    {
        kept.Started += interval.Started;
        foreach (var (name, goal) in interval.Goals)
        {
            kept.Goal(name).Add(goal);
        }
    }

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

    private static Histogram Merged(MetricsDelta metrics, string? operation, Func<OperationMetrics, Histogram> histogram)
    {
        var merged = new Histogram();
        foreach (var metricsOfOne in Operations(metrics, operation))
        {
            merged.Add(histogram(metricsOfOne));
        }
        return merged;
    }

    // Of an operation that the run never saw nothing is known, least of all that it had no errors.
    private static double? Count(MetricsDelta metrics, string? operation, Func<OperationMetrics, long> count) =>
        operation is not null && !metrics.Http.ContainsKey(operation) ? null : Operations(metrics, operation).Sum(count);

    private static double? HttpErrorRate(MetricsDelta metrics, string? operation)
    {
        var (all, failed) = (0L, 0L);
        foreach (var exchanges in Operations(metrics, operation))
        {
            all += exchanges.Count;
            failed += exchanges.ByStatus[0] + exchanges.ByStatus.Between(400, 1000);
        }
        return all == 0 ? null : (double)failed / all;
    }

    private static IEnumerable<OperationMetrics> Operations(MetricsDelta metrics, string? operation) =>
        operation is null ? metrics.Http.Values : metrics.Http.TryGetValue(operation, out var one) ? [one] : [];
}
