namespace ApeTest.Runs.Directory;

/// <summary><c>run.json</c>: whose run this is, how to reach it, and that it is alive. Rewritten each second, atomically.</summary>
public sealed record RunFile
{
    /// <summary>Value of <see cref="Schema"/>.</summary>
    public const string SchemaName = "apetest.run/1";

    /// <summary>Format and version.</summary>
    public string Schema { get; init; } = SchemaName;

    /// <summary>Run id.</summary>
    public required string Run { get; init; }

    /// <summary>Scenario name.</summary>
    public required string Scenario { get; init; }

    /// <summary><c>queued</c>, <c>running</c>, then the final status.</summary>
    public required string Status { get; init; }

    /// <summary>Process that writes this file.</summary>
    public required int Pid { get; init; }

    /// <summary>When that process started, as only it has: a later process may be given the same id. Null where unknown.</summary>
    public string? PidStarted { get; init; }

    /// <summary>Where the id means something: host name and pid namespace. Null where unknown.</summary>
    public string? Machine { get; init; }

    /// <summary>Base URL of the control API; null where there is none.</summary>
    public Uri? ControlUrl { get; init; }

    /// <summary>The run's start; null while queued.</summary>
    public DateTimeOffset? Started { get; init; }

    /// <summary>When this file was written.</summary>
    public required DateTimeOffset Heartbeat { get; init; }

    /// <summary>Agents of the scenario.</summary>
    public int Agents { get; init; }

    /// <summary>What the size caps and failed writes of the directory cost.</summary>
    public DroppedCounts Dropped { get; init; } = new(0, 0, 0);
}

/// <summary>Lines and blocks that were not written.</summary>
/// <param name="Sessions">Lines of <c>sessions.jsonl</c>.</param>
/// <param name="Timeseries">Lines of <c>timeseries.jsonl</c>.</param>
/// <param name="Histograms">Blocks of <c>histograms.bin</c>.</param>
public sealed record DroppedCounts(long Sessions, long Timeseries, long Histograms)
{
    /// <summary>Sessions whose lines lack what the model was sent and said.</summary>
    public long Transcripts { get; init; }

    /// <summary>All that were not written; transcripts are a part of lines that were.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public long Total => Sessions + Timeseries + Histograms;
}
