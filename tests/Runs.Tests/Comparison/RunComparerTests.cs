using ApeTest.Runs.Comparison;

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

    private static string Verdict(RunBlocks first, RunBlocks second) =>
        RunComparer.Overall(RunComparer.Compare(first, second, RunComparer.DefaultMinimumEffect, isOpen: false));
}
