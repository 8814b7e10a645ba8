namespace ApeTest.Runs.Comparison;

/// <summary>
/// A ratio of sums over blocks: a mean (sum of durations over their number), a share (failures over all) or a rate (sessions over seconds).
/// sum(w[i] x numerators[i]) / sum(w[i] x denominators[i]).
/// </summary>
internal sealed class RatioStatistic(double[] numerators, double[] denominators) : IBlockStatistic
{
    public int Blocks => numerators.Length;

    public double? Of(ReadOnlySpan<int> weights)
    {
        var (above, below) = (0.0, 0.0);
        for (var i = 0; i < weights.Length; i++)
        {
            above += weights[i] * numerators[i];
            below += weights[i] * denominators[i];
        }
        return below > 0 ? above / below : null;
    }
}
