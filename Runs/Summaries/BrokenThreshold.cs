using System.Globalization;
using ApeTest.Scenarios.Model;

namespace ApeTest.Runs.Summaries;

/// <summary>The threshold for which a run is stopped.</summary>
/// <param name="Threshold">The threshold, one with <see cref="ThresholdSpec.Abort"/>.</param>
/// <param name="Value">The value that breaks it.</param>
/// <param name="At">When that was seen, since the run's start.</param>
public sealed record BrokenThreshold(ThresholdSpec Threshold, double Value, TimeSpan At)
{
    /// <summary>Why the run is stopped: <c>threshold: http_p95 &lt; 300ms abort: 0.412 at 34 s</c>.</summary>
    public string Reason => string.Create(CultureInfo.InvariantCulture,
        $"threshold: {Threshold.Metric} {Threshold.Text}: {Math.Round(Value, 6)} at {At.TotalSeconds:0} s");
}
