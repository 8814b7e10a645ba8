using ApeTest.Runs.Histograms;

namespace ApeTest.Runs.Comparison;

/// <summary>
/// A percentile of all samples of blocks, in seconds. The histograms of the blocks are laid out once as cumulative counts over the buckets that any of
/// them uses; a resample is then a binary search, and no histogram is merged again. Within its bucket (at most 1/64 wide) the value is interpolated
/// linearly, so that two runs differ by what differs and not by where a bucket ends.
/// </summary>
internal sealed class PercentileStatistic : IBlockStatistic
{
    private readonly double _share;
    private readonly int _blocks;
    // Row b: how many samples of each block lie in the buckets 0..b.
    private readonly long[] _cumulative;
    private readonly int[] _buckets;

    /// <param name="histograms">One a block, in order of time; empty ones for blocks without samples.</param>
    /// <param name="percentile">0..100.</param>
    public PercentileStatistic(IReadOnlyList<Histogram> histograms, double percentile)
    {
        (_share, _blocks) = (percentile / 100, histograms.Count);
        _buckets = [.. histograms.SelectMany(static histogram => histogram.Buckets().Select(static bucket => bucket.Bucket)).Distinct().Order()];
        _cumulative = new long[_buckets.Length * _blocks];
        for (var block = 0; block < _blocks; block++)
        {
            foreach (var (bucket, count) in histograms[block].Buckets())
            {
                _cumulative[(Array.BinarySearch(_buckets, bucket) * _blocks) + block] = count;
            }
            for (var row = 1; row < _buckets.Length; row++)
            {
                _cumulative[(row * _blocks) + block] += _cumulative[((row - 1) * _blocks) + block];
            }
        }
    }

    public int Blocks => _blocks;

    public double? Of(ReadOnlySpan<int> weights)
    {
        var total = _buckets.Length == 0 ? 0 : Count(_buckets.Length - 1, weights);
        if (total == 0)
        {
            return null;
        }
        var wanted = _share * total;
        var (low, high) = (0, _buckets.Length - 1);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (Count(middle, weights) >= wanted)
            {
                high = middle;
            }
            else
            {
                low = middle + 1;
            }
        }
        var below = low == 0 ? 0 : Count(low - 1, weights);
        var within = Count(low, weights) - below;
        var (from, to) = Histogram.BoundsOf(_buckets[low]);
        return (from + ((to - from) * (wanted - below) / within)) / TimeSpan.TicksPerSecond;
    }

    private long Count(int row, ReadOnlySpan<int> weights)
    {
        var counts = _cumulative.AsSpan(row * _blocks, _blocks);
        var sum = 0L;
        for (var i = 0; i < counts.Length; i++)
        {
            sum += counts[i] * weights[i];
        }
        return sum;
    }
}
