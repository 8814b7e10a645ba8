using System.Collections.Immutable;
using ApeTest.Runs.Recording;
using ApeTest.Runs.Records;
using ApeTest.Scenarios.Model;

namespace ApeTest.Runs.Summaries;

/// <summary>Turns a merged run into its summary.</summary>
internal static class SummaryBuilder
{
    public static RunSummary Build(RunAggregate run, PlanOrder order, DateTimeOffset now)
    {
        var metrics = run.Metrics;
        var mtba = Mtba(metrics.Intervals);
        var suspect = run.Generator.Suspicions(metrics.StartDelay).ToImmutableArray();
        var duration = now - (run.Started ?? now);
        var models = metrics.Llm.ByModel.Values;
        return new RunSummary
        {
            Run = Facts(run, suspect, now),
            Sessions = Sessions(run),
            Mtba = mtba,
            Ttft = Distribution.OfSeconds(metrics.Ttft),
            Llm = Llm(metrics.Llm),
            Actions = new ActionSummary(metrics.Actions.Total, metrics.Actions.Rejected, metrics.Actions.Errors,
                Distribution.OfSeconds(metrics.Actions.Duration)),
            Http = Http(metrics, order),
            Groups = [.. metrics.Groups.OrderBy(group => order.OfGroup(group.Key))
                .Select(static group => new GroupSummary(group.Key, group.Value.Count, Distribution.OfSeconds(group.Value)))],
            Load = Load(run, duration),
            Tokens = new TokenSummary(models.Sum(m => m.PromptTokens), models.Sum(m => m.CompletionTokens), models.Any(m => m.Estimated)),
            CostUsd = Usd(run.CostUsd),
            Thresholds = run.Thresholds(duration),
            Errors = [.. metrics.Errors.Values
                .OrderByDescending(error => error.Count).ThenBy(error => error.Type, StringComparer.Ordinal)
                .Select(Error)],
            Slowest = [.. metrics.Slowest
                .Select(slow => new SlowestSummary(slow.TraceId.ToString(), slow.Session.ToString(), slow.Operation, Math.Round(slow.Duration.TotalSeconds, 6)))],
            Generator = Generator(run, suspect),
            Measured = MeasuredSentence.Of(mtba, metrics, suspect, duration),
        };
    }

    private static RunFacts Facts(RunAggregate run, ImmutableArray<string> suspect, DateTimeOffset now) => new(
        run.Plan.Run,
        run.Plan.Scenario.Name,
        run.Status,
        run.Started,
        Math.Max(0, Math.Round((now - (run.Started ?? now)).TotalSeconds, 3)),
        run.Plan.Seed,
        run.Plan.Scenario.Agents,
        run.Workers,
        run.Mode,
        run.Plan.Oracle,
        run.Feed,
        run.Plan.PlanSha256,
        run.Plan.DataSha256,
        suspect,
        [.. run.Metrics.Edits.Keys, .. run.Scalings])
    {
        // A run that ended otherwise in the same second was not stopped by it.
        Reason = run.Status is "running" or "aborted" ? run.Broken?.Reason : null,
    };

    private static LoadSummary Load(RunAggregate run, TimeSpan duration)
    {
        double? PerSecond(long count) => duration > TimeSpan.Zero ? Rate(count / duration.TotalSeconds) : null;
        var metrics = run.Metrics;
        return new LoadSummary(Shape(run.Plan.Scenario.Load), metrics.Started, metrics.Dropped.Values.Sum(), Distribution.OfSeconds(metrics.StartDelay))
        {
            PeakAgents = run.PeakAgents,
            SessionsPerS = PerSecond(metrics.Started),
            PeakSessionsPerS = Busiest(run.PeakSessionRate, metrics.Started, duration),
            RequestsPerS = PerSecond(metrics.Actions.Total),
            PeakRequestsPerS = Busiest(run.PeakActionRate, metrics.Actions.Total, duration),
            Breakpoint = run.Breakpoint?.Summarize(run.Ended),
        };
    }

    // A run that ends within a second may be below its mean in all of them; one below a second has none.
    private static double? Busiest(double? peak, long count, TimeSpan duration) =>
        peak is { } known && duration >= TimeSpan.FromSeconds(1) ? Rate(Math.Max(known, count / duration.TotalSeconds)) : null;

    private static double? Rate(double? perSecond) => perSecond is { } rate ? Math.Round(rate, 2) : null;

    private static string Shape(LoadSpec load) => load is { Rate: not null, Shape: LoadShapeKind.Constant } ? LoadSummary.ArrivalRate : load.Shape.ToString().ToLowerInvariant();

    private static SessionSummary Sessions(RunAggregate run)
    {
        var metrics = run.Metrics;
        var succeeded = metrics.Ended(SessionOutcome.Succeeded);
        var failed = metrics.Ended(SessionOutcome.Failed);
        var stuck = metrics.Ended(SessionOutcome.Stuck);
        var agentError = metrics.Ended(SessionOutcome.AgentError);
        return new SessionSummary(
            metrics.Started,
            succeeded,
            failed,
            stuck,
            agentError,
            run.Aborted,
            Rates.Round(Rates.Success(succeeded, failed, stuck)),
            Rates.Round(Rates.AgentError(agentError, metrics.Started, run.Aborted)),
            metrics.Recoveries.ToImmutableSortedDictionary(StringComparer.Ordinal),
            Rates.PassK(metrics.Goals.Values),
            Distribution.OfSeconds(metrics.SessionDuration),
            Distribution.OfCounts(metrics.SessionActions),
            [.. metrics.Goals.Select(goal => new GoalSummary(goal.Key, goal.Value.Succeeded,
                Rates.Round(Rates.Success(goal.Value.Succeeded, goal.Value.Failed, goal.Value.Stuck))))]);
    }

    private static MtbaSummary Mtba(IntervalMetrics intervals)
    {
        var overall = Distribution.OfSeconds(intervals.Overall);
        var parts = MtbaParts.Of(intervals);
        return new MtbaSummary(overall.Count, overall.Mean, overall.P50, overall.P90, overall.P95, overall.P99, overall.Max,
            Distribution.OfSeconds(intervals.Active), parts, MeasuredSentence.Dominant(parts));
    }

    private static LlmSummary Llm(ModelMetrics llm) => new(
        llm.ByModel.Values.Sum(model => model.Calls),
        llm.ByModel.Values.Sum(model => model.Failed),
        Distribution.OfSeconds(llm.Queue),
        Distribution.OfSeconds(llm.Duration),
        llm.ByModel.Values.Sum(model => model.Retries),
        llm.ByModel.Values.Sum(model => model.Failovers),
        [.. llm.ByModel.Values.Select(model => new ModelSummary(model.Provider, model.Model, model.Calls, model.Failed, model.Retries,
            model.PromptTokens, model.CompletionTokens, model.Estimated, Usd(model.CostUsd)))]);

    internal static IEnumerable<KeyValuePair<string, OperationMetrics>> Ordered(MetricsDelta metrics, PlanOrder order) => metrics.Http
        .OrderBy(operation => order.OfOperation(operation.Key)).ThenByDescending(operation => operation.Value.Count).ThenBy(operation => operation.Key, StringComparer.Ordinal);

    private static ImmutableArray<HttpSummary> Http(MetricsDelta metrics, PlanOrder order)
    {
        // Through the gateway nobody tells: a run that made no connection and received no byte has counted none.
        var hasBytes = metrics.Http.Values.Any(operation => operation.BytesReceived > 0 || operation.BytesSent > 0);
        var hasConnections = metrics.Http.Values.Any(operation => operation.Connections > 0);
        return [.. Ordered(metrics, order).Select(operation => Http(operation.Key, operation.Value, hasBytes, hasConnections))];
    }

    private static HttpSummary Http(string name, OperationMetrics operation, bool hasBytes, bool hasConnections) => new(
        name, operation.Method, operation.Count, operation.Errors,
        operation.ByStatus.ToImmutableSortedDictionary(),
        Distribution.OfSeconds(operation.Duration),
        Distribution.OfSeconds(operation.Ttfb),
        operation.FromIntended.Count == 0 ? null : Distribution.OfSeconds(operation.FromIntended))
    {
        BytesSent = hasBytes ? operation.BytesSent : null,
        BytesReceived = hasBytes ? operation.BytesReceived : null,
        Connections = hasConnections ? operation.Connections : null,
        ReuseShare = hasConnections && operation.Count > 0 ? Math.Round(1 - ((double)operation.Connections / operation.Count), 6) : null,
        Retries = operation.Retries,
    };

    internal static ErrorSummary Error(ErrorMetrics error) => new(error.Type, error.Where, error.Count, [.. error.Traces])
    {
        Operations = [.. error.Operations
            .OrderByDescending(static place => place.Value.Count).ThenBy(static place => place.Key, StringComparer.Ordinal)
            .Select(static place => new ErrorOperation(place.Key, place.Value.Count, place.Value.Detail, place.Value.Trace))],
    };

    private static GeneratorSummary Generator(RunAggregate run, ImmutableArray<string> suspect) => new(
        run.Generator.Cpu is { } cpu ? Math.Round(cpu, 4) : null,
        run.Generator.RssBytes,
        run.Generator.GcPauseShare is { } share ? Math.Round(share, 6) : null,
        run.Generator.DelayP99 is { } delay ? Math.Round(delay.TotalSeconds, 6) : null,
        run.Generator.LoopDelayP99 is { } loop ? Math.Round(loop.TotalSeconds, 6) : null,
        run.Metrics.RecordsDropped + run.RecordsDropped,
        suspect.Length > 0);

    private static decimal Usd(decimal value) => Math.Round(value, 6);
}
