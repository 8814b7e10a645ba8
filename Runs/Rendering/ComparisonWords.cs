using System.Globalization;
using ApeTest.Runs.Comparison;

namespace ApeTest.Runs.Rendering;

/// <summary>A comparison as people read it, whatever the format.</summary>
public static class ComparisonWords
{
    /// <summary>The verdict over all metrics, a sentence.</summary>
    public static string Verdict(RunComparison comparison) => comparison.Verdict switch
    {
        Verdicts.Worse => $"worse: {Names(comparison, Verdicts.Worse)}",
        Verdicts.Better => $"better: {Names(comparison, Verdicts.Better)}",
        Verdicts.Same => "the same: no metric changed significantly and by enough to matter",
        _ => "not enough data to tell",
    } + (Names(comparison, Verdicts.Unclear) is { Length: > 0 } unclear ? $"; unclear, since chance may have done it: {unclear}" : "")
        + (Names(comparison, Verdicts.NotMeasured) is { Length: > 0 } missing ? $"; not measured in both runs: {missing}" : "");

    /// <summary>The verdict as the end of a sentence that begins with the scenario: <c>is worse: ttft_p95</c>, or <c>: not enough data to tell</c>.</summary>
    public static string Sentence(RunComparison comparison) => (comparison.Verdict == Verdicts.Unknown ? ": " : " is ") + Verdict(comparison);

    /// <summary>A verdict in words.</summary>
    public static string Word(string verdict) => verdict switch
    {
        Verdicts.Unknown => "no data",
        Verdicts.NotMeasured => "not measured",
        _ => verdict,
    };

    /// <summary>A value in its unit.</summary>
    public static string Value(MetricComparison metric, double? value) => (metric.Unit, value) switch
    {
        (_, null) => Show.Nothing,
        (MetricComparison.Seconds, _) => Show.Seconds(value),
        (MetricComparison.Share, _) => Show.Share(value),
        (_, { } rate) => $"{Show.Rate(rate)}/s",
    };

    /// <summary>A change with its sign: <c>+10.2 %</c>, of shares in points: <c>-1.2 pt</c>.</summary>
    public static string Change(MetricComparison metric, double? change) => change is { } value
        ? $"{Signed(value * 100)} {(metric.Unit == MetricComparison.Share ? "pt" : "%")}" : Show.Nothing;

    /// <summary>The 95 % interval of the change: <c>+8.1 to +12.4 %</c>.</summary>
    public static string Interval(MetricComparison metric) => metric is { Low: { } low, High: not null }
        ? $"{Signed(low * 100)} to {Change(metric, metric.High)}" : Show.Nothing;

    /// <summary>What was done, a sentence.</summary>
    public static string Method(RunComparison comparison) => string.Create(CultureInfo.InvariantCulture,
        $"A metric is better or worse where it changed by {comparison.MinimumEffect * 100:0.##} % or more (shares: {comparison.MinimumEffect * 20:0.##} percentage points) and significantly so: block bootstrap over 10 s blocks, {comparison.Significance * 100:0.##} % over all metrics (Holm).");

    private static string Names(RunComparison comparison, string verdict) => string.Join(", ", comparison.Metrics.Where(metric => metric.Verdict == verdict).Select(static metric => metric.Name));

    private static string Signed(double value) => value.ToString("+0.0;-0.0;0.0", CultureInfo.InvariantCulture);
}
