using ApeTest.Scenarios.Loading;
using ApeTest.Scenarios.Model;
using ApeTest.Scenarios.Planning;

namespace ApeTest.Scenarios.Tests.Model;

public sealed class ThinkTimeTests
{
    private const int Draws = 200_000;

    [Theory]
    [InlineData("500ms", 0)]
    [InlineData("200ms..800ms", 0.1732)]
    [InlineData("lognormal(1s, 500ms)", 0.5)]
    [InlineData("lognormal(200ms, 300ms)", 0.3)]
    public void Next_ManyDraws_HaveTheMeanAndTheDeviation(string text, double deviation)
    {
        Assert.True(Durations.TryParseThink(text, out var think));
        var stream = new SessionStream(7, 0, 0, SessionStream.ThinkPurpose);
        var (sum, squares) = (0.0, 0.0);
        for (var i = 0; i < Draws; i++)
        {
            var draw = think.Next(stream.NextDouble()).TotalSeconds;
            Assert.True(draw >= 0);
            sum += draw;
            squares += draw * draw;
        }

        var mean = sum / Draws;
        Assert.InRange(mean, think.Mean.TotalSeconds * 0.99, think.Mean.TotalSeconds * 1.01);
        Assert.InRange(Math.Sqrt(Math.Max(0, (squares / Draws) - (mean * mean))), (deviation * 0.95) - 1e-6, (deviation * 1.05) + 1e-6);
    }

    [Theory]
    [InlineData(0.5, 0)]
    [InlineData(0.975, 1.959963984540054)]
    [InlineData(0.8413447460685429, 1)]
    [InlineData(0.0013498980316300946, -3)]
    [InlineData(1e-12, -7.034483825301131)]
    public void Quantile_KnownProbabilities_AreThoseOfTheTables(double probability, double quantile) => Assert.Equal(quantile, NormalQuantile.Of(probability), 1e-9);

    [Fact]
    public void Next_Ends_AreFinite()
    {
        var think = ThinkTime.Lognormal(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(10));

        Assert.InRange(think.Next(0.0), TimeSpan.Zero, TimeSpan.FromSeconds(1));
        Assert.InRange(think.Next(1 - (1.0 / (1UL << 53))), TimeSpan.FromSeconds(1), TimeSpan.FromDays(365));
    }

    [Fact]
    public void Next_LongestMean_DoesNotOverflow() =>
        Assert.Equal(TimeSpan.FromDays(366), ThinkTime.Lognormal(TimeSpan.FromDays(366), TimeSpan.FromDays(3660)).Next(1 - (1.0 / (1UL << 53))));

    [Theory]
    [InlineData("500ms")]
    [InlineData("200ms..800ms")]
    [InlineData("lognormal(1s, 500ms)")]
    public void Format_Text_IsReadAgainAsTheSame(string text)
    {
        Assert.True(Durations.TryParseThink(text, out var think));
        Assert.Equal(text, Durations.Format(think));
    }

    [Theory]
    [InlineData("lognormal(1s)")]
    [InlineData("lognormal(0, 1s)")]
    [InlineData("lognormal(1s, 11s)")]
    [InlineData("lognormal 1s, 1s")]
    [InlineData("lognormal(1s, 1s, 1s)")]
    public void TryParse_WrongLognormal_IsRefused(string text) => Assert.False(Durations.TryParseThink(text, out _));
}
