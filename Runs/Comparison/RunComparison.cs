using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace ApeTest.Runs.Comparison;

/// <summary>What came of comparing a run with a base run; also the JSON of <c>ape-test compare --format json</c>.</summary>
public sealed record RunComparison
{
    /// <summary>Value of <see cref="Schema"/>.</summary>
    public const string SchemaName = "apetest.compare/1";

    /// <summary>Format and version.</summary>
    public string Schema { get; init; } = SchemaName;

    /// <summary>The run that is compared with.</summary>
    public required ComparedRun Base { get; init; }

    /// <summary>The run that is judged.</summary>
    public required ComparedRun Run { get; init; }

    /// <summary><see cref="Verdicts.Worse"/> where any metric is, else <see cref="Verdicts.Better"/> where any is, else <see cref="Verdicts.Same"/> where any could be judged; <see cref="Verdicts.Unknown"/> where none could.</summary>
    public required string Verdict { get; init; }

    /// <summary>Smallest relative change that counts; of shares a fifth of it, as a difference (0.05: 5 % of a duration, 1 point of a share).</summary>
    public required double MinimumEffect { get; init; }

    /// <summary>Chance of an alarm where nothing changed, over all metrics together.</summary>
    public double Significance { get; init; } = RunComparer.Significance;

    /// <summary>Why the two are not the same test, a sentence each; empty: they are.</summary>
    public required ImmutableArray<string> Warnings { get; init; }

    /// <summary>The headline metrics.</summary>
    public required ImmutableArray<MetricComparison> Metrics { get; init; }
}

/// <summary>One of the two runs.</summary>
/// <param name="Id">Run id.</param>
/// <param name="Scenario">Scenario's name.</param>
/// <param name="Blocks">Blocks of about 10 s that it has.</param>
/// <param name="DurationS">Its duration in seconds.</param>
public sealed record ComparedRun(string Id, string Scenario, int Blocks, double DurationS);

/// <summary>One metric of both runs: seconds, shares 0..1 or a rate; null where a run has none of it.</summary>
/// <param name="Name">Metric, named as in thresholds where there is one.</param>
/// <param name="Unit"><c>seconds</c>, <c>share</c> or <c>rate</c>.</param>
/// <param name="Base">In the base run.</param>
/// <param name="Run">In the other run.</param>
/// <param name="Change">Relative change; of a share the difference.</param>
/// <param name="Low">Lower end of the change's 95 % interval.</param>
/// <param name="High">Its upper end.</param>
/// <param name="P">p-value of no change, corrected for the number of metrics (<see cref="Holm"/>).</param>
/// <param name="Verdict">A value of <see cref="Verdicts"/>.</param>
public sealed record MetricComparison(string Name, string Unit, double? Base, double? Run, double? Change, double? Low, double? High, double? P, string Verdict)
{
    /// <summary>Of <see cref="Unit"/>.</summary>
    public const string Seconds = "seconds";

    /// <summary>Of <see cref="Unit"/>.</summary>
    public const string Share = "share";

    /// <summary>Of <see cref="Unit"/>.</summary>
    public const string Rate = "rate";
}

/// <summary>Verdicts of a comparison.</summary>
public static class Verdicts
{
    /// <summary>Significantly better, and by more than the minimum effect.</summary>
    public const string Better = "better";

    /// <summary>Significantly worse, and by more than the minimum effect.</summary>
    public const string Worse = "worse";

    /// <summary>Less than the minimum effect.</summary>
    public const string Same = "same";

    /// <summary>Of a metric: it changed by more than the minimum effect, but not significantly; chance may have done it.</summary>
    public const string Unclear = "unclear";

    /// <summary>Of a metric: one of the two runs has none of it, so that nothing can be said.</summary>
    public const string NotMeasured = "not_measured";

    /// <summary>Too little was measured to tell.</summary>
    public const string Unknown = "not_enough_data";
}

/// <summary>JSON of a comparison: snake case, every key present.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true, NewLine = "\n")]
[JsonSerializable(typeof(RunComparison))]
public sealed partial class ComparisonJson : JsonSerializerContext;
