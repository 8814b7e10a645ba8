using System.Collections.Immutable;
using ApeTest.Runs.Recording;
using ApeTest.Runs.Records;
using ApeTest.Runs.Summaries;

namespace ApeTest.Runs.Directory;

/// <summary>
/// One line of <c>timeseries.jsonl</c>: what the workers told of about one second. Counts are of the time since the line before, agents, active
/// and asked for, at its end, which is when the workers told it; seconds; null where nothing was measured.
/// </summary>
public sealed record TimePoint
{
    /// <summary>Seconds since the run's start.</summary>
    public required double T { get; init; }

    /// <summary>Time of day.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>Agents with a session under way.</summary>
    public required int Agents { get; init; }

    /// <summary>Agents that should be active.</summary>
    public required int AgentsTarget { get; init; }

    /// <summary>Open model: sessions that should start in a second; null in the closed model.</summary>
    public double? RateTarget { get; init; }

    /// <summary>Sessions started.</summary>
    public long Started { get; init; }

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

    /// <summary>Actions sent.</summary>
    public long Actions { get; init; }

    /// <summary>Actions with an error.</summary>
    public long Errors { get; init; }

    /// <summary>Iterations that could not start.</summary>
    public long Dropped { get; init; }

    /// <summary>Mean time between actions.</summary>
    public double? Mtba { get; init; }

    /// <summary>Mean of each part of the time between actions; null without such a time. Runs of earlier versions have none.</summary>
    public MtbaParts? MtbaParts { get; init; }

    /// <summary>p95 of the time between actions without think time.</summary>
    public double? MtbaActiveP95 { get; init; }

    /// <summary>Median duration of an action.</summary>
    public double? P50 { get; init; }

    /// <summary>p95 of the duration of an action.</summary>
    public double? P95 { get; init; }

    /// <summary>p99 of the duration of an action.</summary>
    public double? P99 { get; init; }

    /// <summary>p95 of the time to first token.</summary>
    public double? TtftP95 { get; init; }

    /// <summary>Model calls.</summary>
    public long LlmCalls { get; init; }

    /// <summary>Tokens, prompt and completion.</summary>
    public long Tokens { get; init; }

    /// <summary>Cost in US dollars.</summary>
    public decimal CostUsd { get; init; }

    /// <summary>Bytes of requests; 0 where they are not counted.</summary>
    public long BytesSent { get; init; }

    /// <summary>Bytes of answers; 0 where they are not counted.</summary>
    public long BytesReceived { get; init; }

    /// <summary>Actions for which a connection was made.</summary>
    public long Connections { get; init; }

    /// <summary>The operations of this second, busiest first; at most <see cref="OperationPoint.Most"/> and the rest together.</summary>
    public ImmutableArray<OperationPoint> Operations { get; init; } = [];

    /// <summary>The point at <paramref name="at"/> for what was reported since the previous one.</summary>
    public static TimePoint Of(MetricsDelta interval, DateTimeOffset at, TimeSpan elapsed, int agents, int agentsTarget, double? rateTarget = null)
    {
        var actions = Distribution.OfSeconds(interval.Actions.Duration);
        return new TimePoint
        {
            T = Math.Round(elapsed.TotalSeconds, 3),
            At = at,
            Agents = agents,
            AgentsTarget = agentsTarget,
            RateTarget = rateTarget,
            Started = interval.Started,
            Succeeded = interval.Ended(SessionOutcome.Succeeded),
            Failed = interval.Ended(SessionOutcome.Failed),
            Stuck = interval.Ended(SessionOutcome.Stuck),
            AgentError = interval.Ended(SessionOutcome.AgentError),
            Aborted = interval.Ended(SessionOutcome.Aborted),
            Actions = interval.Actions.Total,
            Errors = interval.Actions.Errors,
            Dropped = interval.Dropped.Values.Sum(),
            Mtba = Distribution.OfSeconds(interval.Intervals.Overall).Mean,
            MtbaParts = interval.Intervals.Overall.Count == 0 ? null : Summaries.MtbaParts.Of(interval.Intervals),
            MtbaActiveP95 = Distribution.OfSeconds(interval.Intervals.Active).P95,
            P50 = actions.P50,
            P95 = actions.P95,
            P99 = actions.P99,
            TtftP95 = Distribution.OfSeconds(interval.Ttft).P95,
            LlmCalls = interval.Llm.ByModel.Values.Sum(model => model.Calls),
            Tokens = interval.Llm.ByModel.Values.Sum(model => model.PromptTokens + model.CompletionTokens),
            CostUsd = Math.Round(interval.Llm.ByModel.Values.Sum(model => model.CostUsd), 6),
            BytesSent = interval.Http.Values.Sum(operation => operation.BytesSent),
            BytesReceived = interval.Http.Values.Sum(operation => operation.BytesReceived),
            Connections = interval.Http.Values.Sum(operation => operation.Connections),
            Operations = OperationPoint.Of(interval),
        };
    }
}
