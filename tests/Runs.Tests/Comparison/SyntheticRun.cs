using ApeTest.Runs.Comparison;
using ApeTest.Runs.Directory;
using ApeTest.Runs.Histograms;

namespace ApeTest.Runs.Tests.Comparison;

/// <summary>
/// A made-up run whose blocks are no independent samples: how slow a block is follows an AR(1) process, x(i) = phi x(i-1) + e(i), as a machine or a
/// target has slow spells. Within a block durations are lognormal around it.
/// </summary>
internal static class SyntheticRun
{
    public const int Blocks = 30;
    private const int Samples = 150;

    /// <param name="seed">Seed.</param>
    /// <param name="slower">Factor of all durations.</param>
    /// <param name="phi">Autocorrelation of neighbouring blocks.</param>
    /// <param name="spread">Standard deviation of a block's slowness, as a share.</param>
    /// <param name="blocks">Blocks of 10 s.</param>
    /// <param name="success">Chance of a session to succeed.</param>
    /// <param name="lost">Chance of a session to be lost to the model.</param>
    /// <param name="hasModel">Whether a model decides.</param>
    public static RunBlocks Of(int seed, double slower = 1, double phi = 0.5, double spread = 0.02, int blocks = Blocks, double success = 0.98, double lost = 0, bool hasModel = true)
    {
        var random = new Random(seed);
        var histograms = new List<HistogramBlock>();
        var points = new List<TimePoint>();
        // From its stationary distribution on.
        var slow = Normal(random) * spread;
        for (var block = 0; block < blocks; block++)
        {
            slow = (phi * slow) + (Math.Sqrt(1 - (phi * phi)) * spread * Normal(random));
            var factor = slower * Math.Exp(slow);
            // Agents in a closed loop do less where all is slower.
            var samples = (int)(Samples / factor);
            histograms.Add(new HistogramBlock(TimeSpan.FromSeconds(block * 10), TimeSpan.FromSeconds((block + 1) * 10), new(StringComparer.Ordinal)
            {
                ["action"] = Durations(random, samples, 0.030 * factor, 0.4),
                ["mtba_active"] = Durations(random, samples, 0.110 * factor, 0.5),
                ["ttft"] = Durations(random, hasModel ? samples : 0, 0.200 * factor, 0.3),
            }));
            points.Add(Point(random, ((block + 1) * 10) - 0.5, samples, success, lost));
        }
        return RunBlocks.Of(histograms, points);
    }

    private static TimePoint Point(Random random, double at, int samples, double success, double lost)
    {
        var started = samples / 5;
        var agentErrors = Enumerable.Range(0, lost > 0 ? started : 0).Count(_ => random.NextDouble() < lost);
        var judged = started - agentErrors;
        var succeeded = Enumerable.Range(0, judged).Count(_ => random.NextDouble() < success);
        return new TimePoint
        {
            T = at, At = DateTimeOffset.UnixEpoch, Agents = 5, AgentsTarget = 5, Started = started, AgentError = agentErrors,
            Succeeded = succeeded, Failed = judged - succeeded, Actions = samples, Errors = judged - succeeded,
        };
    }

    private static Histogram Durations(Random random, int count, double median, double sigma)
    {
        var histogram = new Histogram();
        for (var i = 0; i < count; i++)
        {
            histogram.Record(TimeSpan.FromSeconds(median * Math.Exp(sigma * Normal(random))));
        }
        return histogram;
    }

    // Box and Muller.
    private static double Normal(Random random) => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}
