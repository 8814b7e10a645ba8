using System.Collections.Immutable;
using ApeTest.Runs.Comparison;
using ApeTest.Runs.Directory;
using ApeTest.Runs.Rendering;

namespace ApeTest.Runs.Tests.Comparison;

public sealed class RunComparerTests
{
    private const int Pairs = 200;

    [Theory]
    [InlineData(0.0, 0.05)]
    [InlineData(0.5, 0.05)]
    [InlineData(0.7, 0.04)]
    public void Compare_PairsOfTheSame_AlarmInAtMostFivePercent(double phi, double spread)
    {
        var alarms = Enumerable.Range(0, Pairs).AsParallel().Count(pair =>
            Verdict(SyntheticRun.Of(2 * pair, phi: phi, spread: spread), SyntheticRun.Of((2 * pair) + 1, phi: phi, spread: spread)) != Verdicts.Same);

        Assert.True(alarms <= Pairs * 0.05, $"{alarms} alarms of {Pairs}");
    }

    [Theory]
    [InlineData(0.0, 0.03)]
    [InlineData(0.5, 0.03)]
    public void Compare_TenPercentSlower_IsFlaggedInNinetyFivePercent(double phi, double spread)
    {
        var flagged = Enumerable.Range(0, Pairs).AsParallel().Count(pair =>
            Verdict(SyntheticRun.Of(10_000 + (2 * pair), phi: phi, spread: spread), SyntheticRun.Of(10_001 + (2 * pair), slower: 1.1, phi: phi, spread: spread)) == Verdicts.Worse);

        Assert.True(flagged >= Pairs * 0.95, $"{flagged} flagged of {Pairs}");
    }

    [Fact]
    public void Compare_ElevenPercentFaster_IsBetter() =>
        Assert.Equal(Verdicts.Better, Verdict(SyntheticRun.Of(1), SyntheticRun.Of(2, slower: 0.9)));

    [Fact]
    public void Compare_SuccessFallsByFivePoints_IsWorseByThatAlone()
    {
        var metrics = RunComparer.Compare(SyntheticRun.Of(1), SyntheticRun.Of(2, success: 0.9), RunComparer.DefaultMinimumEffect, isOpen: false);

        Assert.Equal(["session_success", "action_error_rate"], metrics.Where(static metric => metric.Verdict == Verdicts.Worse).Select(static metric => metric.Name));
    }

    [Fact]
    public void Compare_ModelThatLosesSessions_IsWorseByThat()
    {
        var metrics = RunComparer.Compare(SyntheticRun.Of(1), SyntheticRun.Of(2, lost: 0.2), RunComparer.DefaultMinimumEffect, isOpen: false);

        var errors = Assert.Single(metrics, static metric => metric.Name == "agent_error_rate");
        Assert.Equal((Verdicts.Worse, 0.0), (errors.Verdict, errors.Base));
        Assert.InRange(errors.Run!.Value, 0.15, 0.25);
    }

    [Fact]
    public void Compare_AllSessionsLost_SuccessIsNotMeasuredAndTheVerdictWorse()
    {
        var metrics = RunComparer.Compare(SyntheticRun.Of(1), SyntheticRun.Of(2, lost: 1), RunComparer.DefaultMinimumEffect, isOpen: true);

        Assert.Equal((Verdicts.NotMeasured, null), metrics.Where(static metric => metric.Name == "session_success").Select(static metric => (metric.Verdict, metric.Run)).Single());
        Assert.Equal(Verdicts.Worse, RunComparer.Overall(metrics));
    }

    [Fact]
    public void Compare_MetricOfOneRunOnly_IsNotMeasuredAndSaidSo()
    {
        var metrics = RunComparer.Compare(SyntheticRun.Of(1), SyntheticRun.Of(2, hasModel: false), RunComparer.DefaultMinimumEffect, isOpen: false);

        Assert.Equal(["ttft_p95"], metrics.Where(static metric => metric.Verdict == Verdicts.NotMeasured).Select(static metric => metric.Name));
        var words = ComparisonWords.Verdict(Comparison(metrics));
        Assert.EndsWith("; not measured in both runs: ttft_p95", words, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_BlocksThatEndEarly_LeaveTheLaterPointsOut()
    {
        var whole = SyntheticRun.Of(1);
        var cut = RunBlocks.Of([new HistogramBlock(TimeSpan.Zero, TimeSpan.FromSeconds(10), [])],
            Enumerable.Range(1, 300).Select(static second => new TimePoint { T = second, At = DateTimeOffset.UnixEpoch, Agents = 1, AgentsTarget = 1, Actions = 1 }));

        Assert.Equal(SyntheticRun.Blocks, whole.All.Count);
        Assert.Equal(20, Assert.Single(cut.All).Actions);
    }

    [Fact]
    public void Compare_SmallButCertainChange_IsTheSame()
    {
        var (first, second) = (SyntheticRun.Of(1, spread: 0.001, blocks: 200), SyntheticRun.Of(2, slower: 1.03, spread: 0.001, blocks: 200));

        Assert.Equal(Verdicts.Same, Verdict(first, second));
        Assert.Equal(Verdicts.Worse, RunComparer.Overall(RunComparer.Compare(first, second, 0.02, isOpen: false)));
    }

    [Fact]
    public void Compare_LargeChangeThatChanceMayHaveDone_IsUnclearAndNamed()
    {
        var metrics = RunComparer.Compare(SyntheticRun.Of(1, spread: 1, blocks: 8), SyntheticRun.Of(2, slower: 1.4, spread: 1, blocks: 8), RunComparer.DefaultMinimumEffect, isOpen: false);

        var unclear = metrics.Where(static metric => metric.Verdict == Verdicts.Unclear).ToList();
        Assert.Contains(unclear, static metric => metric.Name == "ttft_p95");
        Assert.All(unclear, static metric => Assert.True(metric.P > RunComparer.Significance, $"{metric.Name}: {metric.P}"));
        Assert.Equal(Verdicts.Same, RunComparer.Overall(metrics));
        var words = ComparisonWords.Verdict(Comparison(metrics));
        Assert.Contains("; unclear, since chance may have done it: ", words, StringComparison.Ordinal);
    }

    [Fact]
    public void Compare_FewerThanSixBlocks_IsNotEnough()
    {
        var metrics = RunComparer.Compare(SyntheticRun.Of(1), SyntheticRun.Of(2, slower: 2, blocks: 5), RunComparer.DefaultMinimumEffect, isOpen: false);

        Assert.All(metrics, static metric => Assert.True(metric is { Verdict: Verdicts.Unknown, Change: null, Base: not null, Run: not null }));
        Assert.Equal(Verdicts.Unknown, RunComparer.Overall(metrics));
    }

    [Fact]
    public void Compare_OpenLoad_SaysNothingOfItsRate() =>
        Assert.DoesNotContain(RunComparer.Compare(SyntheticRun.Of(1), SyntheticRun.Of(2), RunComparer.DefaultMinimumEffect, isOpen: true), static metric => metric.Name == "sessions_per_s");

    [Fact]
    public void Compare_TheSameTwoRuns_GivesTheSameFigures() => Assert.Equal(
        RunComparer.Compare(SyntheticRun.Of(1), SyntheticRun.Of(2), RunComparer.DefaultMinimumEffect, isOpen: false),
        RunComparer.Compare(SyntheticRun.Of(1), SyntheticRun.Of(2), RunComparer.DefaultMinimumEffect, isOpen: false));

    [Fact]
    public void Of_LongerThanAnHour_TakesNeighboursTogether()
    {
        var blocks = SyntheticRun.Of(1, blocks: 1000);

        Assert.InRange(blocks.All.Count, 300, 360);
        Assert.Equal(10_000, blocks.Seconds);
    }

    private static RunComparison Comparison(ImmutableArray<MetricComparison> metrics) => new()
    {
        Base = new ComparedRun("a", "shop", 30, 300), Run = new ComparedRun("b", "shop", 30, 300), Verdict = RunComparer.Overall(metrics), MinimumEffect = 0.05, Warnings = [], Metrics = metrics,
    };

    private static string Verdict(RunBlocks first, RunBlocks second) =>
        RunComparer.Overall(RunComparer.Compare(first, second, RunComparer.DefaultMinimumEffect, isOpen: false));
}
