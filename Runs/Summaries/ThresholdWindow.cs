using ApeTest.Runs.Recording;
using ApeTest.Scenarios.Thresholds;

namespace ApeTest.Runs.Summaries;

/// <summary>The last while of one length, with what its thresholds need and no more. Not thread-safe.</summary>
internal sealed class ThresholdWindow(TimeSpan length, IReadOnlyList<ThresholdJudge> judges)
{
    // Ticks do not come at whole seconds of the run: the interval whose larger part is in the window belongs to it.
    private static readonly TimeSpan HalfATick = TimeSpan.FromSeconds(0.5);

    private readonly SlidingSum _sum = new();

    /// <summary>Adds an interval; once the window is full, tells each threshold that it breaks, with the value.</summary>
    public IEnumerable<(ThresholdJudge Judge, double Value)> Add(TimeSpan from, TimeSpan to, MetricsDelta interval)
    {
        var kept = new MetricsDelta();
        foreach (var metric in Metrics())
        {
            ThresholdValues.Keep(metric, interval, kept);
        }
        _sum.Add(from, kept);
        _sum.DropBefore(to - length - HalfATick);
        if (to < length)
        {
            yield break;
        }
        var window = _sum.Sum();
        var aborted = window.Ended(Records.SessionOutcome.Aborted);
        foreach (var judge in judges)
        {
            if (judge.Window(window, aborted, to - _sum.From, to) is { } value)
            {
                yield return (judge, value);
            }
        }
    }

    // Two metrics of one source (mtba_p95, mtba_p99; http of one operation and of all) must not count it twice.
    private IEnumerable<ThresholdMetricReference> Metrics() => judges
        .Select(judge => judge.Metric)
        .OfType<ThresholdMetricReference>()
        .GroupBy(metric => ThresholdValues.Source(metric))
        .SelectMany(source => source.Any(metric => metric.Operation is null)
            ? source.Where(metric => metric.Operation is null).Take(1)
            : source.DistinctBy(metric => metric.Operation));
}
