namespace ApeTest.Runs.Comparison;

/// <summary>
/// Resamples of a run by the moving block bootstrap (H. R. Künsch, "The jackknife and the bootstrap for general stationary observations", Annals of
/// Statistics 17, 1989), in its circular form (Politis and Romano, 1992), which gives the first and the last block of the run the weight of all others.
/// Measurements of one run are no independent samples: a slow spell lasts. So it is not requests that are drawn but stretches of
/// <see cref="StretchOf"/> neighbouring blocks of 10 s, as often as gives the length of the run.
/// </summary>
internal static class BlockBootstrap
{
    /// <summary>Resamples that are drawn: a standard error of 1,000 is itself within 3 %.</summary>
    public const int Resamples = 1000;

    /// <summary>
    /// Blocks in a stretch for a run of <paramref name="blocks"/>: round(2 x n^(1/3)), at most a third of the run. The rate n^(1/3) is the
    /// best for variances (Hall, Horowitz and Jing, 1995); the factor is that of an autocorrelation of about 0.6 between neighbours.
    /// </summary>
    public static int StretchOf(int blocks) => Math.Clamp((int)Math.Round(2 * Math.Cbrt(blocks)), 1, Math.Max(1, blocks / 3));

    /// <summary>How often each block is taken in each resample.</summary>
    /// <param name="blocks">Blocks of the run.</param>
    /// <param name="random">Seeded: the same result each time.</param>
    /// <returns><see cref="Resamples"/> rows of <paramref name="blocks"/> counts.</returns>
    public static int[][] Draw(int blocks, Random random)
    {
        var stretch = StretchOf(blocks);
        var draws = new int[Resamples][];
        for (var draw = 0; draw < Resamples; draw++)
        {
            var weights = draws[draw] = new int[blocks];
            for (var taken = 0; taken < blocks; taken += stretch)
            {
                var from = random.Next(blocks);
                for (var i = 0; i < Math.Min(stretch, blocks - taken); i++)
                {
                    weights[(from + i) % blocks]++;
                }
            }
        }
        return draws;
    }

    /// <summary>
    /// What resamples of a short run are too narrow by: sqrt(n / (n - l)) for n blocks in stretches of l. A resample's variance is that around the run's own
    /// mean, which lies in the middle of the data by construction; n/l stretches estimate it as n/l values estimate a variance, with n/l - 1 degrees of freedom.
    /// </summary>
    public static double Spread(int blocks) => Math.Sqrt((double)blocks / Math.Max(1, blocks - StretchOf(blocks)));
}
