using System.Collections.Immutable;
using ApeTest.Runs.Histograms;

namespace ApeTest.Runs.Comparison;

/// <summary>
/// Compares two runs by their headline metrics: <see cref="BlockBootstrap"/> resamples of both, <see cref="Change"/> of each metric, <see cref="Holm"/>
/// over all that could be measured. A metric is better or worse where its change is significant and as large as the minimum effect: what is
/// significant only is too small to matter, what is large only may be chance.
/// </summary>
internal static class RunComparer
{
    /// <summary>Chance of an alarm where nothing changed.</summary>
    public const double Significance = 0.05;

    /// <summary>Smallest relative change that counts, unless the user says otherwise.</summary>
    public const double DefaultMinimumEffect = 0.05;

    // A share has an end at 1: 99 % and 95 % differ by 4 % and by five times the failures. So a point counts where 5 % of a duration do.
    private const double ShareOfEffect = 0.2;

    // Any constant: it makes the same two runs compare the same each time. A run and itself must not get the same draws, so there are two.
    private const int FirstSeed = 1989;
    private const int SecondSeed = 1979;

    private static readonly ImmutableArray<Metric> Metrics =
    [
        new("session_success", MetricComparison.Share, IsMoreBetter: true, static run => run.Ratio(static block => block.Succeeded, static block => block.Judged)),
        new("agent_error_rate", MetricComparison.Share, IsMoreBetter: false, static run => run.Ratio(static block => block.AgentErrors, static block => block.Judged + block.AgentErrors)),
        new("action_error_rate", MetricComparison.Share, IsMoreBetter: false, static run => run.Ratio(static block => block.Errors, static block => block.Actions)),
        new("mtba_active_mean", MetricComparison.Seconds, IsMoreBetter: false, static run => run.Mean("mtba_active")),
        new("mtba_active_p95", MetricComparison.Seconds, IsMoreBetter: false, static run => run.Percentile("mtba_active", 95)),
        new("action_p50", MetricComparison.Seconds, IsMoreBetter: false, static run => run.Percentile("action", 50)),
        new("action_p95", MetricComparison.Seconds, IsMoreBetter: false, static run => run.Percentile("action", 95)),
        new("ttft_p95", MetricComparison.Seconds, IsMoreBetter: false, static run => run.Percentile("ttft", 95)),
        new(SessionsPerSecond, MetricComparison.Rate, IsMoreBetter: true, static run => run.Ratio(static block => block.Judged, static block => block.Seconds)),
    ];

    private const string SessionsPerSecond = "sessions_per_s";

    /// <summary>The metrics of both runs with their verdicts; those that neither run has are left out.</summary>
    /// <param name="first">The base run.</param>
    /// <param name="second">The run that is judged.</param>
    /// <param name="minimumEffect">Smallest relative change that counts.</param>
    /// <param name="isOpen">Whether sessions started by a rate: then how many there were was asked for, and is no finding.</param>
    public static ImmutableArray<MetricComparison> Compare(RunBlocks first, RunBlocks second, double minimumEffect, bool isOpen)
    {
        var enough = first.All.Count >= RunBlocks.Fewest && second.All.Count >= RunBlocks.Fewest;
        var firstDraws = enough ? BlockBootstrap.Draw(first.All.Count, new Random(FirstSeed)) : [];
        var secondDraws = enough ? BlockBootstrap.Draw(second.All.Count, new Random(SecondSeed)) : [];
        var found = new List<(Metric Metric, double? Base, double? Run, Change? Change)>();
        foreach (var metric in Metrics.Where(metric => !isOpen || metric.Name != SessionsPerSecond))
        {
            var (a, b) = (metric.Of(first), metric.Of(second));
            var (before, after) = (a.Whole(), b.Whole());
            if (before is not null || after is not null)
            {
                found.Add((metric, before, after, enough ? Change.Of(a, b, firstDraws, secondDraws, metric.Unit == MetricComparison.Share) : null));
            }
        }
        var adjusted = Holm.Adjust([.. found.Where(static one => one.Change is not null).Select(static one => one.Change!.Value.P)]);
        var at = 0;
        return [.. found.Select(one => one.Change is { } change
            ? Judged(one.Metric, change, adjusted[at++], minimumEffect)
            : new MetricComparison(one.Metric.Name, one.Metric.Unit, Rounded(one.Base), Rounded(one.Run), null, null, null, null,
                one is { Base: not null, Run: not null } ? Verdicts.Unknown : Verdicts.NotMeasured))];
    }

    /// <summary>The verdict over all metrics.</summary>
    public static string Overall(IReadOnlyCollection<MetricComparison> metrics) =>
        metrics.Any(static metric => metric.Verdict == Verdicts.Worse) ? Verdicts.Worse
        : metrics.Any(static metric => metric.Verdict == Verdicts.Better) ? Verdicts.Better
        : metrics.Any(static metric => metric.Verdict is Verdicts.Same or Verdicts.Unclear) ? Verdicts.Same
        : Verdicts.Unknown;

    private static MetricComparison Judged(Metric metric, in Change change, double p, double minimumEffect)
    {
        var least = metric.Unit == MetricComparison.Share ? minimumEffect * ShareOfEffect : minimumEffect;
        var verdict = Math.Abs(change.Difference) < least ? Verdicts.Same
            : p > Significance ? Verdicts.Unclear
            : change.Difference > 0 == metric.IsMoreBetter ? Verdicts.Better : Verdicts.Worse;
        return new MetricComparison(metric.Name, metric.Unit, Rounded(change.Base), Rounded(change.Other), Rounded(change.Difference), Rounded(change.Low),
            Rounded(change.High), Math.Round(p, 4), verdict);
    }

    private static double? Rounded(double? value) => value is { } number ? Math.Round(number, 6) : null;

    private sealed record Metric(string Name, string Unit, bool IsMoreBetter, Func<RunBlocks, IBlockStatistic> Of);
}
