using System.Collections.Immutable;
using ApeTest.Scenarios.Model;
using ApeTest.Scenarios.Thresholds;

namespace ApeTest.Scenarios.Load;

/// <summary>How the levels of a breakpoint search are held and judged: pure functions of the scenario.</summary>
public static class BreakpointTerms
{
    /// <summary>
    /// How long a level is not judged after it was ordered: a second (rates: <see cref="RateStep.Lead"/>) until every worker has heard of it, a second
    /// in which agents that are new are spread, and a second that the figures of a block are old when they come.
    /// </summary>
    public static TimeSpan Settle { get; } = TimeSpan.FromSeconds(3);

    /// <summary>Agents that a level adds start within so much.</summary>
    public static TimeSpan LongestSpread { get; } = TimeSpan.FromSeconds(1);

    /// <summary>A level that broke while the generator was saturated is tried so many times again before the search gives up.</summary>
    public const int MostRepeats = 2;

    private const string DefaultMetric = ThresholdMetrics.HttpErrorRate;
    private const double DefaultValue = 0.01;

    /// <summary>
    /// What each level must hold: those of <c>until</c>; without it the scenario's own that are rates, shares and times (a count of the whole run says
    /// nothing of a level), over the level as a whole; without these <c>http_error_rate &lt; 0.01</c>.
    /// </summary>
    public static ImmutableArray<ThresholdSpec> Until(Scenario scenario)
    {
        if (!scenario.Load.Until.IsEmpty)
        {
            return scenario.Load.Until;
        }
        ImmutableArray<ThresholdSpec> own = [.. scenario.Thresholds.Where(IsOfLevels).Select(static threshold => threshold with { Window = null, Abort = false, AbortAfter = TimeSpan.Zero })];
        return own.IsEmpty ? [new ThresholdSpec(DefaultMetric, "<", DefaultValue, "< 0.01", "default")] : own;
    }

    /// <summary>Thresholds over the whole run: all of the scenario but those that <see cref="Until"/> takes, which the search breaks on purpose.</summary>
    public static ImmutableArray<ThresholdSpec> Beside(Scenario scenario) =>
        scenario.Load is { Shape: LoadShapeKind.Breakpoint, Until.IsEmpty: true } ? scenario.Thresholds.RemoveAll(IsOfLevels) : scenario.Thresholds;

    /// <summary>Time of one level.</summary>
    public static TimeSpan LevelTime(LoadSpec load) => Settle + (load.Every ?? default);

    private static bool IsOfLevels(ThresholdSpec threshold) => threshold.By != "default"
        && ThresholdMetrics.TryParse(threshold.Metric, out var metric, out _) && metric.Metric.Unit is not (ThresholdUnit.Count or ThresholdUnit.Usd);
}
