using System.Collections.Immutable;
using ApeTest.Runs.Summaries;

namespace ApeTest.Runs.Control;

/// <summary>Live figures of a run, each second. Seconds and shares; null where nothing was measured yet. Counts are totals since the start.</summary>
public sealed record RunProgress
{
    /// <summary>Run id.</summary>
    public required string Run { get; init; }

    /// <summary>Scenario name.</summary>
    public required string Scenario { get; init; }

    /// <summary><c>queued</c>, <c>running</c>, then the final status.</summary>
    public required string Status { get; init; }

    /// <summary>The run's start; null while queued.</summary>
    public DateTimeOffset? Started { get; init; }

    /// <summary>Seconds since the start.</summary>
    public double ElapsedS { get; init; }

    /// <summary>Planned duration; null when the run is limited by iterations only.</summary>
    public double? DurationS { get; init; }

    /// <summary>Planned sessions in total; null when the run is limited by duration only.</summary>
    public long? Iterations { get; init; }

    /// <summary>Whether no new session starts any more, and those under way finish: the duration is over, or the run was stopped.</summary>
    public bool Draining { get; init; }

    /// <summary>Agents with a session under way.</summary>
    public int AgentsActive { get; init; }

    /// <summary>Agents that should be active, by load shape and scaling.</summary>
    public int AgentsTarget { get; init; }

    /// <summary>What the active agents are at; null while nothing was measured.</summary>
    public AgentStates? States { get; init; }

    /// <summary>The level that the search for a breakpoint tries: <c>20 agents</c>, <c>150/s</c>; null in other runs, and once it is over.</summary>
    public string? Level { get; init; }

    /// <summary>Workers that have reported.</summary>
    public int Workers { get; init; }

    /// <summary>Sessions started.</summary>
    public long SessionsStarted { get; init; }

    /// <summary>Sessions that succeeded.</summary>
    public long Succeeded { get; init; }

    /// <summary>Sessions that failed.</summary>
    public long Failed { get; init; }

    /// <summary>Sessions that got stuck.</summary>
    public long Stuck { get; init; }

    /// <summary>Sessions lost to model or harness.</summary>
    public long AgentError { get; init; }

    /// <summary>Sessions aborted.</summary>
    public long Aborted { get; init; }

    /// <summary>Success rate (DESIGN 2).</summary>
    public double? SuccessRate { get; init; }

    /// <summary>Actions sent.</summary>
    public long Actions { get; init; }

    /// <summary>Actions with an error.</summary>
    public long ActionErrors { get; init; }

    /// <summary>Actions a second over the last second.</summary>
    public double ActionsPerSecond { get; init; }

    /// <summary>p95 of the duration of actions.</summary>
    public double? ActionP95S { get; init; }

    /// <summary>Mean time between actions.</summary>
    public double? MtbaMeanS { get; init; }

    /// <summary>Its parts.</summary>
    public MtbaParts? MtbaParts { get; init; }

    /// <summary>p95 of the time between actions without think time.</summary>
    public double? MtbaActiveP95S { get; init; }

    /// <summary>p95 of the time to first token.</summary>
    public double? TtftP95S { get; init; }

    /// <summary>Tokens, prompt and completion.</summary>
    public long Tokens { get; init; }

    /// <summary>Cost in US dollars.</summary>
    public decimal CostUsd { get; init; }

    /// <summary>Cost at which the run ends; null where its models cost nothing so far.</summary>
    public decimal? MaxCostUsd { get; init; }

    /// <summary>Tokens at which the run ends; null for no limit.</summary>
    public long? MaxTokens { get; init; }

    /// <summary>What the last second was like; null before the first and after the end.</summary>
    public LastSecond? Last { get; init; }

    /// <summary>Operations as in the summary, at most <see cref="OperationProgress.Most"/>.</summary>
    public ImmutableArray<OperationProgress> Operations { get; init; } = [];

    /// <summary>Errors, those of the last second first, then the most frequent; at most <see cref="ErrorProgress.Most"/>.</summary>
    public ImmutableArray<ErrorProgress> Errors { get; init; } = [];

    /// <summary>Thresholds as they stand, in the scenario's order.</summary>
    public ImmutableArray<ThresholdResult> Thresholds { get; init; } = [];

    /// <summary>CPU share of all cores of the busiest worker in its last second.</summary>
    public double? GeneratorCpu { get; init; }

    /// <summary>Session records, lines and blocks that were not kept.</summary>
    public long RecordsDropped { get; init; }

    /// <summary>Sessions ended, whatever the outcome.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public long SessionsEnded => Succeeded + Failed + Stuck + AgentError + Aborted;

    /// <summary>Whether the run has ended.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public bool Ended => Status is not ("queued" or "running");

    /// <summary>The last figures of a run that has ended, from its summary.</summary>
    public static RunProgress From(RunSummary summary) => new()
    {
        Run = summary.Run.Id,
        Scenario = summary.Run.Scenario,
        Status = summary.Run.Status,
        Started = summary.Run.Started,
        ElapsedS = summary.Run.DurationS,
        Workers = summary.Run.Workers,
        SessionsStarted = summary.Sessions.Started,
        Succeeded = summary.Sessions.Succeeded,
        Failed = summary.Sessions.Failed,
        Stuck = summary.Sessions.Stuck,
        AgentError = summary.Sessions.AgentError,
        Aborted = summary.Sessions.Aborted,
        SuccessRate = summary.Sessions.SuccessRate,
        Actions = summary.Actions.Total,
        ActionErrors = summary.Actions.Errors,
        ActionP95S = summary.Actions.Duration.P95,
        MtbaMeanS = summary.Mtba.Mean,
        MtbaParts = summary.Mtba.Parts.Think is null ? null : summary.Mtba.Parts,
        MtbaActiveP95S = summary.Mtba.Active.P95,
        TtftP95S = summary.Ttft.P95,
        Tokens = summary.Tokens.Prompt + summary.Tokens.Completion,
        CostUsd = summary.CostUsd,
        Operations = [.. summary.Http.Take(OperationProgress.Most).Select(OperationProgress.Of)],
        Errors = [.. summary.Errors.Take(ErrorProgress.Most).Select(static error => ErrorProgress.Of(error, 0))],
        Thresholds = summary.Thresholds,
        GeneratorCpu = summary.Generator.Cpu,
        RecordsDropped = summary.Generator.RecordsDropped,
    };
}
