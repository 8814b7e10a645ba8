namespace ApeTest.Runs.Comparison;

/// <summary>
/// How one statistic differs between two runs. Let a and b be its values in the base run and in the other. A relative change is measured as
/// d = ln b - ln a, in which a doubling and a halving are as far from nothing; a change of a share as d = b - a. Its standard error is that of the
/// resamples a* and b*, which are drawn independently: se^2 = s_a^2 var(f(a*)) + s_b^2 var(f(b*)), widened for short runs
/// (<see cref="BlockBootstrap.Spread"/>). The interval is d ± t x se and the p-value of "no change" that of d / se, by Student's t with
/// n_a / l_a + n_b / l_b - 2 degrees of freedom, the independent stretches of both runs less two means (Efron and Tibshirani, "An Introduction to the
/// Bootstrap", 1993, chapter 12). Not the percentile interval: of half a dozen stretches its tails are too short, and made-up runs with an
/// autocorrelation of 0.5 gave twice the alarms that it promises. Nor BCa, whose acceleration would be estimated from the same half dozen.
/// </summary>
/// <param name="Base">Value in the base run.</param>
/// <param name="Other">Value in the other run.</param>
/// <param name="Difference">Relative change (0.1: 10 % more), or difference of shares.</param>
/// <param name="Low">Lower end of the 95 % interval of the difference.</param>
/// <param name="High">Its upper end.</param>
/// <param name="P">p-value of no change, two-sided.</param>
internal readonly record struct Change(double Base, double Other, double Difference, double Low, double High, double P)
{
    /// <summary>Compares two runs.</summary>
    /// <param name="first">The statistic of the base run.</param>
    /// <param name="second">The statistic of the other run.</param>
    /// <param name="firstDraws">Resamples of the base run.</param>
    /// <param name="secondDraws">Resamples of the other run.</param>
    /// <param name="isShare">Whether shares are compared, by their difference.</param>
    /// <returns>Null where a run has no such samples, or a value of 0 that nothing can be relative to.</returns>
    public static Change? Of(IBlockStatistic first, IBlockStatistic second, int[][] firstDraws, int[][] secondDraws, bool isShare)
    {
        if (first.Whole() is not { } a || second.Whole() is not { } b || (!isShare && (a <= 0 || b <= 0)))
        {
            return null;
        }
        var difference = Scale(b, isShare) - Scale(a, isShare);
        var error = Math.Sqrt(Variance(first, firstDraws, isShare) + Variance(second, secondDraws, isShare));
        var degrees = Math.Max(1, Stretches(first) + Stretches(second) - 2);
        // Without any spread, as where no session failed in one run and all in the other, a difference is certain.
        var p = error > 0 ? StudentT.TwoSided(difference / error, degrees) : difference == 0 ? 1 : 0;
        var reach = StudentT.Quantile(0.05, degrees) * error;
        return new Change(a, b, Back(difference, isShare), Back(difference - reach, isShare), Back(difference + reach, isShare), p);
    }

    private static int Stretches(IBlockStatistic statistic) => statistic.Blocks / BlockBootstrap.StretchOf(statistic.Blocks);

    private static double Variance(IBlockStatistic statistic, int[][] draws, bool isShare)
    {
        var (count, mean, squares) = (0, 0.0, 0.0);
        foreach (var draw in draws)
        {
            if (statistic.Of(draw) is not { } value || (!isShare && value <= 0))
            {
                continue;
            }
            // Welford.
            var scaled = Scale(value, isShare);
            var off = scaled - mean;
            mean += off / ++count;
            squares += off * (scaled - mean);
        }
        var spread = BlockBootstrap.Spread(statistic.Blocks);
        return count < 2 ? 0 : spread * spread * squares / (count - 1);
    }

    private static double Scale(double value, bool isShare) => isShare ? value : Math.Log(value);

    private static double Back(double difference, bool isShare) => isShare ? difference : Math.Exp(difference) - 1;
}
