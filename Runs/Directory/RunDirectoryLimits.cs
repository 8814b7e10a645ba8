namespace ApeTest.Runs.Directory;

/// <summary>Size caps of a run directory; what is beyond is dropped and counted.</summary>
public sealed record RunDirectoryLimits
{
    /// <summary>Most bytes of <c>sessions.jsonl</c>. Default 256 MB.</summary>
    public long SessionsBytes { get; init; } = 256L << 20;

    /// <summary>Size of <c>sessions.jsonl</c> from which what models were sent and said is left out, so that there is room for the sessions themselves. Default 128 MB.</summary>
    public long TranscriptBytes { get; init; } = 128L << 20;

    /// <summary>Most bytes of <c>timeseries.jsonl</c>. Default 64 MB: some 13 hours of five operations, 4 of twenty.</summary>
    public long TimeseriesBytes { get; init; } = 64L << 20;

    /// <summary>Most bytes of <c>histograms.bin</c>. Default 64 MB.</summary>
    public long HistogramsBytes { get; init; } = 64L << 20;
}
