using ApeTest.Runs.Comparison;
using ApeTest.Runs.Histograms;

namespace ApeTest.Runs.Tests.Comparison;

public sealed class StatisticsTests
{
    [Fact]
    public void Adjust_KnownValues_AreHolms()
    {
        // Sorted: 0.005 x 4, 0.01 x 3, 0.03 x 2, 0.04 x 1, which may not be below the one before.
        Assert.Equal([0.03, 0.06, 0.06, 0.02], Holm.Adjust([0.01, 0.04, 0.03, 0.005]), static (x, y) => Math.Abs(x - y) < 1e-12);
        Assert.Equal([1.0, 1.0], Holm.Adjust([0.9, 0.7]));
        Assert.Empty(Holm.Adjust([]));
    }

    [Theory]
    [InlineData(12.706, 1)]
    [InlineData(4.303, 2)]
    [InlineData(3.182, 3)]
    [InlineData(2.228, 10)]
    [InlineData(2.042, 30)]
    public void StudentT_TableValues_AreFound(double t, int degrees)
    {
        Assert.Equal(0.05, StudentT.TwoSided(t, degrees), 0.0001);
        Assert.Equal(t, StudentT.Quantile(0.05, degrees), 0.001);
    }

    [Fact]
    public void Draw_AnyRun_TakesAsManyBlocksAsItHasAndTheSameEachTime()
    {
        var draws = BlockBootstrap.Draw(31, new Random(7));

        Assert.Equal(BlockBootstrap.Resamples, draws.Length);
        Assert.All(draws, static weights => Assert.Equal(31, weights.Sum()));
        Assert.Equal(draws[5], BlockBootstrap.Draw(31, new Random(7))[5]);
        // Each block is taken once on average, the first and the last like any other.
        for (var block = 0; block < 31; block++)
        {
            Assert.Equal(1, draws.Average(weights => weights[block]), 0.15);
        }
    }

    [Fact]
    public void Percentile_OfWeightedBlocks_IsThatOfTheirMergedHistograms()
    {
        var random = new Random(3);
        Histogram[] blocks = [.. Enumerable.Range(0, 5).Select(_ => Filled(random, 200))];
        var merged = new Histogram();
        int[] weights = [2, 0, 1, 1, 1];
        for (var i = 0; i < blocks.Length; i++)
        {
            for (var times = 0; times < weights[i]; times++)
            {
                merged.Add(blocks[i]);
            }
        }

        foreach (var percentile in new[] { 1.0, 50, 95, 99 })
        {
            var expected = merged.ValueAt(percentile)!.Value.TotalSeconds;
            Assert.Equal(expected, new PercentileStatistic(blocks, percentile).Of(weights)!.Value, expected * 0.02);
        }
        Assert.Null(new PercentileStatistic([new Histogram(), new Histogram()], 50).Of([1, 1]));
    }

    [Fact]
    public void Change_SharesWithoutAnySpread_AreCertain()
    {
        var (all, none) = (new RatioStatistic([10, 10, 10, 10, 10, 10], [10, 10, 10, 10, 10, 10]), new RatioStatistic([0, 0, 0, 0, 0, 0], [10, 10, 10, 10, 10, 10]));
        var draws = BlockBootstrap.Draw(6, new Random(1));

        Assert.Equal(0, Change.Of(all, none, draws, draws, isShare: true)!.Value.P);
        Assert.Equal(-1, Change.Of(all, none, draws, draws, isShare: true)!.Value.Difference);
        Assert.Equal(1, Change.Of(all, all, draws, draws, isShare: true)!.Value.P);
    }

    private static Histogram Filled(Random random, int count)
    {
        var histogram = new Histogram();
        for (var i = 0; i < count; i++)
        {
            histogram.Record(TimeSpan.FromSeconds(0.01 + (random.NextDouble() * random.NextDouble())));
        }
        return histogram;
    }
}
