using System.Collections.Immutable;
using System.Text.Json.Serialization;
using ApeTest.Runs.Recording;

namespace ApeTest.Runs.Summaries;

/// <summary>
/// <c>summary.json</c> (DESIGN 14.3, schema <c>summary.schema.json</c>). Seconds; shares 0..1; every key always present, null where
/// nothing was measured. Properties are declared in the order in which they are written.
/// </summary>
public sealed record RunSummary
{
    /// <summary>Value of <see cref="Schema"/>.</summary>
    public const string SchemaName = "apetest.summary/1";

    /// <summary>Format and version.</summary>
    public string Schema { get; init; } = SchemaName;

    /// <summary>The run.</summary>
    public required RunFacts Run { get; init; }

    /// <summary>Sessions.</summary>
    public required SessionSummary Sessions { get; init; }

    /// <summary>Mean time between actions.</summary>
    public required MtbaSummary Mtba { get; init; }

    /// <summary>Time to first token.</summary>
    public required Distribution Ttft { get; init; }

    /// <summary>Model calls.</summary>
    public required LlmSummary Llm { get; init; }

    /// <summary>Actions.</summary>
    public required ActionSummary Actions { get; init; }

    /// <summary>HTTP by operation: the journeys' steps as they stand in the scenario, then the others, most frequent first.</summary>
    public required ImmutableArray<HttpSummary> Http { get; init; }

    /// <summary>Groups of steps as they stand in the scenario.</summary>
    public required ImmutableArray<GroupSummary> Groups { get; init; }

    /// <summary>Load.</summary>
    public required LoadSummary Load { get; init; }

    /// <summary>Tokens.</summary>
    public required TokenSummary Tokens { get; init; }

    /// <summary>Cost in US dollars.</summary>
    public required decimal CostUsd { get; init; }

    /// <summary>Thresholds in the scenario's order.</summary>
    public required ImmutableArray<ThresholdResult> Thresholds { get; init; }

    /// <summary>Errors, most frequent first.</summary>
    public required ImmutableArray<ErrorSummary> Errors { get; init; }

    /// <summary>Slowest actions, slowest first.</summary>
    public required ImmutableArray<SlowestSummary> Slowest { get; init; }

    /// <summary>The load generator itself.</summary>
    public required GeneratorSummary Generator { get; init; }

    /// <summary>What was measured, with its share, and what to change.</summary>
    public required string Measured { get; init; }

    /// <summary>Whether sessions started by a rate: then a first action has a due time.</summary>
    [JsonIgnore]
    public bool IsOpen => Load.Shape == LoadSummary.ArrivalRate || Http.Any(static operation => operation.ResponseFromIntended is not null);
}

/// <summary>Facts of a run.</summary>
/// <param name="Id">Run id.</param>
/// <param name="Scenario">Scenario name.</param>
/// <param name="Status"><c>completed</c>, <c>stopped</c>, <c>interrupted</c>, <c>budget</c> or <c>aborted</c>; before the end <c>queued</c> or <c>running</c>.</param>
/// <param name="Started">Start; null when no block was ever claimed.</param>
/// <param name="DurationS">Start to end.</param>
/// <param name="Seed">Seed.</param>
/// <param name="Agents">Agents of the scenario; how scaling changed them is in <paramref name="Edited"/>.</param>
/// <param name="Workers">Workers that reported.</param>
/// <param name="Mode"><c>embedded</c> or <c>distributed</c>.</param>
/// <param name="Oracle"><c>declared</c> or <c>derived</c>.</param>
/// <param name="Feed">Package feed of the build: <c>partial</c> or <c>full</c>.</param>
/// <param name="PlanSha256">Hash of the plan without run id and seed.</param>
/// <param name="DataSha256">Hash of the data feeds; null without feeds.</param>
/// <param name="Suspect">Why the figures may be the generator's own; empty when they are not.</param>
/// <param name="Edited">What was edited while the run went on, so that its first half and its second were not the same test; empty: nothing.</param>
public sealed record RunFacts(string Id, string Scenario, string Status, DateTimeOffset? Started, double DurationS, long Seed, int Agents,
    int Workers, string Mode, string Oracle, string Feed,
    [property: JsonPropertyName("plan_sha256")] string PlanSha256, [property: JsonPropertyName("data_sha256")] string? DataSha256,
    ImmutableArray<string> Suspect, ImmutableArray<string> Edited)
{
    /// <summary>Why the run was stopped, where a threshold did it: <c>threshold: http_p95 &lt; 300ms abort: 0.412 at 34 s</c>; null otherwise.</summary>
    public string? Reason { get; init; }
}

/// <summary>Sessions by outcome. Rates as in DESIGN 2; <c>PassK</c>: chance that k sessions of one goal all succeed.</summary>
public sealed record SessionSummary(long Started, long Succeeded, long Failed, long Stuck, long AgentError, long Aborted,
    double? SuccessRate, double? AgentErrorRate, ImmutableSortedDictionary<string, long> Recoveries,
    ImmutableSortedDictionary<string, double?> PassK, Distribution Duration, Distribution Actions, ImmutableArray<GoalSummary> ByGoal)
{
    /// <summary>Sessions that an oracle judged.</summary>
    [JsonIgnore]
    public long Judged => Succeeded + Failed + Stuck;
}

/// <summary>One goal or journey, by its name.</summary>
public sealed record GoalSummary(string Goal, long Succeeded, double? SuccessRate);

/// <summary>Mean time between actions: its distribution, that without think time, and the mean of each part.</summary>
public sealed record MtbaSummary(long Count, double? Mean, double? P50, double? P90, double? P95, double? P99, double? Max,
    Distribution Active, MtbaParts Parts, string? Dominant);

/// <summary>Means in seconds that add up to the mean of the intervals.</summary>
public sealed record MtbaParts(double? Think, double? Model, double? Gateway, double? Target, double? Harness, double? Unaccounted)
{
    /// <summary>The means of <paramref name="intervals"/>; all null where there are none.</summary>
    internal static MtbaParts Of(IntervalMetrics intervals)
    {
        var count = intervals.Overall.Count;
        if (count == 0)
        {
            return new MtbaParts(null, null, null, null, null, null);
        }
        double Mean(long ticks) => Math.Round((double)ticks / TimeSpan.TicksPerSecond / count, 6);
        var known = intervals.Think + intervals.Model + intervals.Gateway + intervals.Target + intervals.Harness;
        return new MtbaParts(Mean(intervals.Think), Mean(intervals.Model), Mean(intervals.Gateway), Mean(intervals.Target),
            Mean(intervals.Harness), Mean(Math.Max(0, intervals.Overall.RawSum - known)));
    }

    /// <summary>The parts by name, in the order in which they happen.</summary>
    public IEnumerable<(string Name, double? Seconds)> Named() =>
    [
        ("think", Think), ("model", Model), ("gateway", Gateway), ("target", Target), ("harness", Harness), ("unaccounted", Unaccounted),
    ];
}

/// <summary>Model calls; <c>Calls</c> holds those that failed as well, the distributions only answered ones.</summary>
public sealed record LlmSummary(long Calls, long Failed, Distribution Queue, Distribution Duration, long Retries, long Failovers,
    ImmutableArray<ModelSummary> ByModel);

/// <summary>One model.</summary>
public sealed record ModelSummary(string Provider, string Model, long Calls, long Failed, long Retries, long PromptTokens, long CompletionTokens,
    bool Estimated, decimal CostUsd);

/// <summary>Actions sent, calls rejected before, actions with an error.</summary>
public sealed record ActionSummary(long Total, long Rejected, long Errors, Distribution Duration);

/// <summary>
/// One operation; status 0 stands for no response. <c>ResponseFromIntended</c> is for open load shapes. Bytes, connections made and the
/// share of exchanges on one that was there already: null where they were not counted.
/// </summary>
public sealed record HttpSummary(string Operation, string Method, long Count, long Errors,
    ImmutableSortedDictionary<int, long> ByStatus, Distribution Duration, Distribution Ttfb, Distribution? ResponseFromIntended)
{
    /// <summary>Bytes of the requests, head and body.</summary>
    public long? BytesSent { get; init; }

    /// <summary>Bytes of the answers, head and body.</summary>
    public long? BytesReceived { get; init; }

    /// <summary>Connections made.</summary>
    public long? Connections { get; init; }

    /// <summary>Share of exchanges that found a connection.</summary>
    public double? ReuseShare { get; init; }

    /// <summary>Times that a request was sent again.</summary>
    public long Retries { get; init; }
}

/// <summary>A group of steps: how often all of it was done, and how long that took, pauses included.</summary>
public sealed record GroupSummary(string Name, long Count, Distribution Duration);

/// <summary>Load shape (<c>constant</c>, <c>ramp</c>, or <see cref="ArrivalRate"/> for a constant rate), and iterations that started, could not start, or started late.</summary>
public sealed record LoadSummary(string Shape, long Started, long Dropped, Distribution StartDelay)
{
    /// <summary>Shape of the open model at a constant rate.</summary>
    public const string ArrivalRate = "arrival_rate";

    /// <summary>Most agents that had a session under way at the same time, to the second; more than the scenario's where the run was scaled up.</summary>
    public int PeakAgents { get; init; }

    /// <summary>Sessions started a second, over the run's duration; null before it began.</summary>
    public double? SessionsPerS { get; init; }

    /// <summary>Most sessions started in one second; null in a run shorter than that.</summary>
    public double? PeakSessionsPerS { get; init; }

    /// <summary>Actions a second, over the run's duration.</summary>
    public double? RequestsPerS { get; init; }

    /// <summary>Most actions in one second.</summary>
    public double? PeakRequestsPerS { get; init; }

    /// <summary>What the search for the breakpoint has found; null where the shape is another.</summary>
    public BreakpointSummary? Breakpoint { get; init; }
}

/// <summary>Tokens of all models.</summary>
public sealed record TokenSummary(long Prompt, long Completion, bool Estimated);

/// <summary>One threshold.</summary>
/// <param name="Name">Metric.</param>
/// <param name="Expr">Condition as written.</param>
/// <param name="Value">
/// Value of the whole run, or of the worst window; where the run was stopped for it, the one that broke it. Null where nothing was
/// measured: not ok, and inconclusive.
/// </param>
/// <param name="Ok">Whether it held.</param>
/// <param name="By"><c>default</c>, <c>scenario</c> or <c>cli</c>.</param>
/// <param name="WindowS">Length of a window; null: over the whole run.</param>
/// <param name="WorstAtS">End of the worst window, or when the threshold stopped the run, since its start; null otherwise.</param>
public sealed record ThresholdResult(string Name, string Expr, double? Value, bool Ok, string By, double? WindowS = null, double? WorstAtS = null)
{
    /// <summary>Whether there was nothing to compare.</summary>
    [JsonIgnore]
    public bool Inconclusive => Value is null;
}

/// <summary>Errors of one type, with the trace ids of at most five.</summary>
public sealed record ErrorSummary(string Type, string Where, long Count, ImmutableArray<string> Traces)
{
    /// <summary>The operations that had them, most frequent first: at most 20, the rest under <c>_other</c>. Empty for errors of no operation.</summary>
    public ImmutableArray<ErrorOperation> Operations { get; init; } = [];
}

/// <summary>Errors of one type of one operation: how many, what was wrong with the first (null where only the type is known), and a trace.</summary>
public sealed record ErrorOperation(string Operation, long Count, string? Detail, string? TraceId);

/// <summary>One of the slowest actions.</summary>
public sealed record SlowestSummary(string TraceId, string Session, string Operation, double DurationS);

/// <summary>The generator's own resource use: CPU share of all cores of the busiest worker, largest resident memory of all workers together; the loops' delay is null where none ran.</summary>
public sealed record GeneratorSummary(double? Cpu, long? RssBytes, double? GcPauseShare,
    [property: JsonPropertyName("threadpool_delay_p99_s")] double? ThreadpoolDelayP99S,
    [property: JsonPropertyName("loop_delay_p99_s")] double? LoopDelayP99S, long RecordsDropped, bool Saturated);
