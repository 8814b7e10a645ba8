using System.Collections.Immutable;
using ApeTest.Runs.Control;
using ApeTest.Runs.Recording;
using ApeTest.Runs.Records;
using ApeTest.Scenarios.Model;

namespace ApeTest.Runs.Summaries;

/// <summary>Turns a merged run into its live figures.</summary>
internal static class ProgressBuilder
{
    public static RunProgress Build(RunAggregate run, PlanOrder order, DateTimeOffset now, int agentsTarget, double actionsPerSecond)
    {
        var (metrics, scenario) = (run.Metrics, run.Plan.Scenario);
        var elapsed = now - (run.Started ?? now);
        return new RunProgress
        {
            Run = run.Plan.Run,
            Scenario = scenario.Name,
            Status = run.Status,
            Started = run.Started,
            ElapsedS = Math.Round(elapsed.TotalSeconds, 3),
            DurationS = scenario.Duration?.TotalSeconds,
            Iterations = scenario.Iterations,
            AgentsActive = run.ActiveAgents,
            AgentsTarget = agentsTarget,
            States = run.Ended ? null : run.Recent.States(run.ActiveAgents, agentsTarget),
            Level = run.Ended ? null : run.Breakpoint?.Text,
            Workers = run.Workers,
            SessionsStarted = metrics.Started,
            Succeeded = metrics.Ended(SessionOutcome.Succeeded),
            Failed = metrics.Ended(SessionOutcome.Failed),
            Stuck = metrics.Ended(SessionOutcome.Stuck),
            AgentError = metrics.Ended(SessionOutcome.AgentError),
            Aborted = run.Aborted,
            SuccessRate = Rates.Round(Rates.Success(metrics.Ended(SessionOutcome.Succeeded),
                metrics.Ended(SessionOutcome.Failed), metrics.Ended(SessionOutcome.Stuck))),
            Actions = metrics.Actions.Total,
            ActionErrors = metrics.Actions.Errors,
            ActionsPerSecond = Math.Round(actionsPerSecond, 1),
            ActionP95S = metrics.Actions.Duration.ValueAt(95)?.TotalSeconds,
            MtbaMeanS = metrics.Intervals.Overall.Mean?.TotalSeconds,
            MtbaParts = metrics.Intervals.Overall.Count == 0 ? null : Summaries.MtbaParts.Of(metrics.Intervals),
            MtbaActiveP95S = metrics.Intervals.Active.ValueAt(95)?.TotalSeconds,
            TtftP95S = metrics.Ttft.ValueAt(95)?.TotalSeconds,
            Tokens = run.Tokens,
            CostUsd = run.CostUsd,
            MaxCostUsd = run.CostUsd > 0 ? scenario.Llm.MaxCostUsd ?? LlmSpec.DefaultMaxCostUsd : null,
            MaxTokens = scenario.Llm.MaxTokens,
            Last = run.Ended || run.Last is not { } last ? null : Of(last),
            Operations = [.. SummaryBuilder.Ordered(metrics, order).Take(OperationProgress.Most).Select(static operation => new OperationProgress(
                operation.Key, operation.Value.Method, operation.Value.Count, operation.Value.Errors, operation.Value.Duration.ValueAt(95)?.TotalSeconds))],
            Errors = Errors(run),
            Thresholds = run.Thresholds(elapsed),
            GeneratorCpu = run.Generator.CpuNow,
            RecordsDropped = metrics.RecordsDropped + run.RecordsDropped,
        };
    }

    private static LastSecond Of(MetricsDelta last)
    {
        var succeeded = last.Ended(SessionOutcome.Succeeded);
        return new LastSecond(last.Intervals.Overall.Mean?.TotalSeconds, last.Actions.Duration.ValueAt(95)?.TotalSeconds, last.Ttft.ValueAt(95)?.TotalSeconds,
            last.Actions.Errors, succeeded, succeeded + last.Ended(SessionOutcome.Failed) + last.Ended(SessionOutcome.Stuck));
    }

    private static ImmutableArray<ErrorProgress> Errors(RunAggregate run)
    {
        var last = run.Ended ? null : run.Last;
        return [.. run.Metrics.Errors
            .Select(error => (Error: error.Value, Recent: last?.Errors.GetValueOrDefault(error.Key)?.Count ?? 0))
            .OrderByDescending(static error => error.Recent).ThenByDescending(static error => error.Error.Count).ThenBy(static error => error.Error.Type, StringComparer.Ordinal)
            .Take(ErrorProgress.Most)
            .Select(static error => ErrorProgress.Of(SummaryBuilder.Error(error.Error), error.Recent))];
    }
}
