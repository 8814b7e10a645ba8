namespace ApeTest.Runs.Comparison;

/// <summary>
/// p-values of several tests at once (S. Holm, "A simple sequentially rejective multiple test procedure", Scandinavian Journal of Statistics 6, 1979): the
/// k-th smallest of m is multiplied by m - k + 1, and none may be below a smaller one's. Those at or below 0.05 are significant; the chance of one alarm or
/// more among metrics of which none changed is then at most 5 %, however they depend on each other.
/// </summary>
internal static class Holm
{
    /// <summary>The adjusted p-values, in the order in which they came.</summary>
    public static double[] Adjust(IReadOnlyList<double> values)
    {
        var order = Enumerable.Range(0, values.Count).OrderBy(i => values[i]).ToArray();
        var adjusted = new double[values.Count];
        var largest = 0.0;
        for (var rank = 0; rank < order.Length; rank++)
        {
            largest = Math.Max(largest, Math.Min(1, values[order[rank]] * (order.Length - rank)));
            adjusted[order[rank]] = largest;
        }
        return adjusted;
    }
}
