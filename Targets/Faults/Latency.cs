namespace ApeTest.Targets.Faults;

/// <summary>Draws injected delays.</summary>
internal static class Latency
{
    /// <summary>One delay, cut at the shortest and the longest.</summary>
    public static TimeSpan Draw(LatencyOptions options, ref FaultDraw draw)
    {
        var mean = options.Mean.TotalSeconds;
        var (min, max) = (options.Min.TotalSeconds, options.Max.TotalSeconds);
        var seconds = options.Distribution switch
        {
            LatencyDistribution.Uniform => min + (max - min) * draw.Next(),
            LatencyDistribution.Normal => mean + options.Deviation.TotalSeconds * StandardNormal(ref draw),
            LatencyDistribution.LogNormal => LogNormal(mean, options.Deviation.TotalSeconds, ref draw),
            LatencyDistribution.Exponential => -mean * Math.Log(1 - draw.Next()),
            _ => mean,
        };
        return TimeSpan.FromSeconds(Math.Clamp(seconds, min, max));
    }

    /// <summary>
    /// Mean and deviation are those of the delay, not of its logarithm: with v = ln(1 + (deviation / mean)^2) the logarithm is normal with
    /// mean ln(mean) - v / 2 and variance v.
    /// </summary>
    private static double LogNormal(double mean, double deviation, ref FaultDraw draw)
    {
        if (mean <= 0)
        {
            return 0;
        }
        var variance = Math.Log(1 + deviation / mean * (deviation / mean));
        return Math.Exp(Math.Log(mean) - variance / 2 + Math.Sqrt(variance) * StandardNormal(ref draw));
    }

    /// <summary>Box and Muller's method; 1 - u, because the logarithm of 0 is none.</summary>
    private static double StandardNormal(ref FaultDraw draw) =>
        Math.Sqrt(-2 * Math.Log(1 - draw.Next())) * Math.Cos(2 * Math.PI * draw.Next());
}
