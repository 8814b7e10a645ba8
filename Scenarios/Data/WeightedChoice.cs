namespace ApeTest.Scenarios.Data;

/// <summary>Draws an index with a probability in proportion to its weight. Weights are positive and finite.</summary>
internal sealed class WeightedChoice
{
    private readonly double[] _cumulative;

    public WeightedChoice(IEnumerable<double> weights)
    {
        var sum = 0.0;
        _cumulative = [.. weights.Select(weight => sum += weight)];
    }

    /// <summary>One draw; exactly one number is taken from <paramref name="random"/>.</summary>
    public int Pick(Random random) => Pick(random.NextDouble());

    /// <summary>The choice for a number in [0, 1).</summary>
    public int Pick(double uniform)
    {
        var value = uniform * _cumulative[^1];
        var index = Array.BinarySearch(_cumulative, value);
        // An exact hit on a boundary belongs to the next one: the intervals are [from, to).
        return Math.Min(index < 0 ? ~index : index + 1, _cumulative.Length - 1);
    }
}
