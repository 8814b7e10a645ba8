namespace ApeTest.Observability.Collecting;

/// <summary>Where the collector keeps runs, and what it says of itself in summaries.</summary>
public sealed record CollectorOptions
{
    /// <summary>Folder of the run directories. Default <c>.ape/runs</c> below the current directory.</summary>
    public string RunsRoot { get; init; } = Runs.Directory.RunDirectory.RunsRoot(Environment.CurrentDirectory);

    /// <summary><c>embedded</c> or <c>distributed</c>. Default embedded.</summary>
    public string Mode { get; init; } = "embedded";

    /// <summary>Package feed of the build: <c>partial</c> or <c>full</c>. Default partial.</summary>
    public string Feed { get; init; } = "partial";

    /// <summary>Gateway that submitters may examine targets through. Default null: none.</summary>
    public Uri? GatewayUrl { get; init; }

    /// <summary>LLM proxy that submitters may ask about models. Default null: none.</summary>
    public Uri? LlmProxyUrl { get; init; }

    /// <summary>
    /// Records that others of this process dropped so far, such as log lines of the services, to be told in the summary. Default: none are
    /// known; distributed services tell theirs in <c>/metrics</c>.
    /// </summary>
    public Func<long> OtherDrops { get; init; } = static () => 0;

    /// <summary>Size caps of a run directory.</summary>
    public Runs.Directory.RunDirectoryLimits Limits { get; init; } = new();
}
