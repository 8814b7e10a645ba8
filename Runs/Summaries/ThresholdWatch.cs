using System.Collections.Immutable;
using ApeTest.Runs.Recording;
using ApeTest.Scenarios.Model;

namespace ApeTest.Runs.Summaries;

/// <summary>
/// Follows the thresholds of a run each second: those over windows are judged in every full window, and those that stop the run are
/// judged on the run so far. Memory: for each length of a window one small delta a second of it. Not thread-safe.
/// </summary>
internal sealed class ThresholdWatch
{
    private readonly ImmutableArray<ThresholdJudge> _judges;
    private readonly ImmutableArray<ThresholdWindow> _windows;

    public ThresholdWatch(ImmutableArray<ThresholdSpec> thresholds)
    {
        _judges = [.. thresholds.Select(threshold => new ThresholdJudge(threshold))];
        _windows = [.. _judges
            .Where(judge => judge.Threshold.Window is not null)
            .GroupBy(judge => judge.Threshold.Window!.Value)
            .Select(window => new ThresholdWindow(window.Key, [.. window]))];
    }

    /// <summary>The first threshold with <see cref="ThresholdSpec.Abort"/> that broke after its delay; null while there is none.</summary>
    public BrokenThreshold? Broken { get; private set; }

    /// <summary>Takes one interval of the run under load: its end, when no session starts any more, says nothing of the target.</summary>
    /// <param name="from">Begin, since the run's start.</param>
    /// <param name="to">End, since the run's start.</param>
    /// <param name="interval">What was reported in it; only read.</param>
    /// <param name="run">The run so far.</param>
    /// <param name="aborted">Its aborted sessions.</param>
    public void Observe(TimeSpan from, TimeSpan to, MetricsDelta interval, MetricsDelta run, long aborted)
    {
        foreach (var window in _windows)
        {
            foreach (var (judge, value) in window.Add(from, to, interval))
            {
                Break(judge, value, to);
            }
        }
        foreach (var judge in _judges)
        {
            if (judge.Threshold is { Abort: true, Window: null } && Broken is null && judge.SoFar(run, aborted, to) is { } value)
            {
                Break(judge, value, to);
            }
        }
    }

    /// <summary>The verdicts, in the scenario's order.</summary>
    public ImmutableArray<ThresholdResult> Results(MetricsDelta run, long aborted, TimeSpan duration) =>
        [.. _judges.Select(judge => judge.Result(run, aborted, duration))];

    private void Break(ThresholdJudge judge, double value, TimeSpan at)
    {
        if (Broken is not null || !judge.Threshold.Abort || at < judge.Threshold.AbortAfter)
        {
            return;
        }
        Broken = new BrokenThreshold(judge.Threshold, value, at);
        judge.Broke(value, at);
    }
}
