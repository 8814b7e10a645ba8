using ApeTest.Scenarios.Planning;

namespace ApeTest.Scenarios.Model;

/// <summary>
/// Think time: fixed (<c>500ms</c>), uniform in [<paramref name="Min"/>, <paramref name="Max"/>] (<c>200ms..800ms</c>), or lognormal
/// (<c>lognormal(1s, 500ms)</c>: its mean, as <paramref name="Min"/> and <paramref name="Max"/>, and its standard deviation).
/// </summary>
/// <param name="Min">Shortest; the mean where it is lognormal.</param>
/// <param name="Max">Longest; the mean where it is lognormal.</param>
public readonly record struct ThinkTime(TimeSpan Min, TimeSpan Max)
{
    /// <summary>Largest standard deviation, in means: beyond it a run is too short to show the mean.</summary>
    public const double MostDeviation = 10;

    private static readonly TimeSpan Longest = TimeSpan.FromDays(366);

    /// <summary>No think time.</summary>
    public static ThinkTime None => default;

    /// <summary>Standard deviation of a lognormal one; 0 of the others. Default 0.</summary>
    public TimeSpan Deviation { get; init; }

    /// <summary>Expected value of a draw, exact for every kind.</summary>
    public TimeSpan Mean => (Min + Max) / 2;

    /// <summary>A lognormal one by the mean and the standard deviation of its draws (not of their logarithms).</summary>
    public static ThinkTime Lognormal(TimeSpan mean, TimeSpan deviation) => new(mean, mean) { Deviation = deviation };

    /// <summary>One draw from <paramref name="random"/>, which a fixed one leaves alone.</summary>
    public TimeSpan Next(Random random) => Min == Max && Deviation == TimeSpan.Zero ? Min : Next(random.NextDouble());

    /// <summary>
    /// The draw for a number in [0, 1): the inverse of the distribution function. Lognormal: <c>exp(m + s z)</c> with z the standard normal
    /// quantile (<see cref="NormalQuantile"/>), <c>s^2 = ln(1 + (deviation / mean)^2)</c> and <c>m = ln(mean) - s^2 / 2</c>, which give the draws that
    /// mean and deviation (Johnson, Kotz, Balakrishnan: Continuous Univariate Distributions, vol. 1, ch. 14).
    /// </summary>
    public TimeSpan Next(double uniform)
    {
        if (Deviation == TimeSpan.Zero)
        {
            return Min + ((Max - Min) * uniform);
        }
        var variance = Math.Log(1 + Math.Pow(Deviation / Min, 2));
        var factor = Math.Exp((Math.Sqrt(variance) * NormalQuantile.Of(uniform)) - (variance / 2));
        // The tail of a very long mean is longer than a time span can be.
        return TimeSpan.FromTicks((long)Math.Min(Min.Ticks * factor, Longest.Ticks));
    }
}
