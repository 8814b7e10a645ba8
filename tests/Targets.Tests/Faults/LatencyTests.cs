using ApeTest.Targets.Faults;

namespace ApeTest.Targets.Tests.Faults;

/// <summary>The numbers are drawn from fixed seeds: what passes once passes always.</summary>
public sealed class LatencyTests
{
    private const int Draws = 200_000;

    private static double[] Seconds(LatencyOptions options)
    {
        var seconds = new double[Draws];
        for (var i = 0; i < Draws; i++)
        {
            var draw = FaultDraw.Of(11, 1, i);
            seconds[i] = Latency.Draw(options, ref draw).TotalSeconds;
        }
        return seconds;
    }

    private static (double Mean, double Deviation) Moments(double[] seconds)
    {
        var mean = seconds.Average();
        return (mean, Math.Sqrt(seconds.Average(second => (second - mean) * (second - mean))));
    }

    private static LatencyOptions Options(LatencyDistribution distribution, double mean = 0, double deviation = 0, double min = 0, double max = 60) => new()
    {
        Distribution = distribution,
        Mean = TimeSpan.FromSeconds(mean),
        Deviation = TimeSpan.FromSeconds(deviation),
        Min = TimeSpan.FromSeconds(min),
        Max = TimeSpan.FromSeconds(max),
    };

    [Fact]
    public void Draw_Constant_IsTheMean() => Assert.All(Seconds(Options(LatencyDistribution.Constant, 0.2)), static second => Assert.Equal(0.2, second));

    [Theory]
    [InlineData(LatencyDistribution.Normal, 0.2, 0.03)]
    [InlineData(LatencyDistribution.LogNormal, 0.2, 0.05)]
    [InlineData(LatencyDistribution.LogNormal, 0.2, 0.3)]
    public void Draw_MeanAndDeviation_AreThoseOfTheDelay(LatencyDistribution distribution, double mean, double deviation)
    {
        var (measured, spread) = Moments(Seconds(Options(distribution, mean, deviation)));

        Assert.InRange(measured, mean * 0.99, mean * 1.01);
        Assert.InRange(spread, deviation * 0.95, deviation * 1.05);
    }

    [Fact]
    public void Draw_Exponential_HasItsMeanAsDeviation()
    {
        var (mean, deviation) = Moments(Seconds(Options(LatencyDistribution.Exponential, 0.2)));

        Assert.InRange(mean, 0.198, 0.202);
        Assert.InRange(deviation, 0.196, 0.204);
    }

    [Fact]
    public void Draw_Uniform_IsEvenBetweenMinAndMax()
    {
        var seconds = Seconds(Options(LatencyDistribution.Uniform, min: 0.1, max: 0.3));
        var (mean, deviation) = Moments(seconds);

        Assert.InRange(mean, 0.199, 0.201);
        Assert.InRange(deviation, 0.2 / Math.Sqrt(12) * 0.99, 0.2 / Math.Sqrt(12) * 1.01);
        Assert.InRange(seconds.Min(), 0.1, 0.1001);
        Assert.InRange(seconds.Max(), 0.2999, 0.3);
    }

    [Theory]
    [InlineData(LatencyDistribution.Normal)]
    [InlineData(LatencyDistribution.LogNormal)]
    [InlineData(LatencyDistribution.Exponential)]
    public void Draw_BeyondMinOrMax_IsCutThere(LatencyDistribution distribution)
    {
        var seconds = Seconds(Options(distribution, 0.2, 0.2, min: 0.1, max: 0.25));

        Assert.Equal((0.1, 0.25), (seconds.Min(), seconds.Max()));
    }

    [Fact]
    public void Draw_NormalWithoutMin_IsNeverNegative() => Assert.Equal(0, Seconds(Options(LatencyDistribution.Normal, 0.01, 0.1)).Min());
}
