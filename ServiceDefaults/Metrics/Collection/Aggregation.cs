namespace ApeTest.ServiceDefaults.Metrics.Collection;

/// <summary>What a measurement does to its series.</summary>
internal enum Aggregation
{
    /// <summary>Adds to it: counters and up-down counters.</summary>
    Sum,

    /// <summary>Replaces it: gauges.</summary>
    Last,

    /// <summary>Replaces it at each scrape; not reported means gone: observable instruments.</summary>
    Observed,

    /// <summary>Falls into a bucket.</summary>
    Histogram,
}
