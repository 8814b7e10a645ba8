using ApeTest.Runs.Directory;
using ApeTest.Runs.Histograms;

namespace ApeTest.Runs.Comparison;

/// <summary>A run as blocks of about 10 s in order of time: the distributions of <c>histograms.bin</c>, and the counts of <c>timeseries.jsonl</c> that fall into each.</summary>
internal sealed class RunBlocks
{
    /// <summary>Fewest blocks from which a spread can be estimated: a minute.</summary>
    public const int Fewest = 6;

    // An hour; of a longer run neighbours are taken together.
    private const int Most = 360;

    /// <summary>About how long a block is.</summary>
    public const double BlockSeconds = 10;

    private static readonly string[] Distributions = ["mtba_active", "action", "ttft"];

    private RunBlocks(IReadOnlyList<Block> blocks) => All = blocks;

    /// <summary>The blocks.</summary>
    public IReadOnlyList<Block> All { get; }

    /// <summary>Seconds from the begin of the first to the end of the last.</summary>
    public double Seconds => All.Sum(static block => block.Seconds);

    /// <summary>Makes blocks of a run's distributions and of its points, which are assigned by their time.</summary>
    public static RunBlocks Of(IEnumerable<HistogramBlock> histograms, IEnumerable<TimePoint> points)
    {
        var blocks = histograms.Select(static block => new Block(block)).ToList();
        var at = 0;
        foreach (var point in points)
        {
            while (at < blocks.Count - 1 && point.T > blocks[at].To)
            {
                at++;
            }
            // The last is told a little late; what is later yet belongs to a block that is missing.
            if (blocks.Count > 0 && point.T <= blocks[at].To + BlockSeconds)
            {
                blocks[at].Add(point);
            }
        }
        var together = (blocks.Count + Most - 1) / Most;
        return new RunBlocks(together <= 1 ? blocks : [.. blocks.Chunk(together).Select(static chunk => chunk.Aggregate(static (all, next) => all.Add(next)))]);
    }

    /// <summary>The mean of a distribution in seconds.</summary>
    public IBlockStatistic Mean(string name) => Ratio(block => block[name].Sum.TotalSeconds, block => block[name].Count);

    /// <summary>A percentile of a distribution in seconds.</summary>
    public IBlockStatistic Percentile(string name, double percentile) => new PercentileStatistic([.. All.Select(block => block[name])], percentile);

    /// <summary>A ratio of sums.</summary>
    public IBlockStatistic Ratio(Func<Block, double> numerator, Func<Block, double> denominator) =>
        new RatioStatistic([.. All.Select(numerator)], [.. All.Select(denominator)]);

    /// <summary>One block.</summary>
    internal sealed class Block
    {
        private readonly Dictionary<string, Histogram> _histograms = new(StringComparer.Ordinal);

        public Block(HistogramBlock block)
        {
            (To, Seconds) = (block.To.TotalSeconds, (block.To - block.From).TotalSeconds);
            foreach (var name in Distributions)
            {
                _histograms[name] = new Histogram();
                if (block.Histograms.TryGetValue(name, out var histogram))
                {
                    _histograms[name].Add(histogram);
                }
            }
        }

        public double To { get; private set; }

        public double Seconds { get; private set; }

        public long Succeeded { get; private set; }

        public long Judged { get; private set; }

        public long Actions { get; private set; }

        public long Errors { get; private set; }

        /// <summary>Sessions that the model or the harness lost.</summary>
        public long AgentErrors { get; private set; }

        public Histogram this[string name] => _histograms[name];

        public void Add(TimePoint point)
        {
            Succeeded += point.Succeeded;
            Judged += point.Succeeded + point.Failed + point.Stuck;
            Actions += point.Actions;
            Errors += point.Errors;
            AgentErrors += point.AgentError;
        }

        public Block Add(Block next)
        {
            To = next.To;
            Seconds += next.Seconds;
            Succeeded += next.Succeeded;
            Judged += next.Judged;
            Actions += next.Actions;
            Errors += next.Errors;
            AgentErrors += next.AgentErrors;
            foreach (var (name, histogram) in next._histograms)
            {
                _histograms[name].Add(histogram);
            }
            return this;
        }
    }
}
