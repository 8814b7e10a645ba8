using System.Globalization;
using ApeTest.Runs.Directory;
using ApeTest.Runs.Summaries;

namespace ApeTest.Observability.Reports.Exports;

/// <summary>A run as CSV, one of three tables (docs/reports.md). Seconds, bytes, shares 0..1.</summary>
public static class CsvExport
{
    /// <summary>The figures of the whole run, one a line: <c>metric,value,unit</c>.</summary>
    public static void Metrics(RunSummary summary, TextWriter output)
    {
        var table = new CsvTable(output);
        table.Row("metric", "value", "unit");
        foreach (var (metric, value, unit) in Figures(summary))
        {
            table.Row(metric, value, unit);
        }
    }

    /// <summary>The operations, one a line.</summary>
    public static void Operations(RunSummary summary, TextWriter output)
    {
        var table = new CsvTable(output);
        table.Row("operation", "method", "count", "per_s", "errors", "error_share", "mean_s", "p50_s", "p90_s", "p95_s", "p99_s", "max_s", "ttfb_p95_s",
            "from_intended_p95_s", "bytes_sent", "bytes_received", "connections", "retries", "statuses");
        foreach (var operation in summary.Http)
        {
            var times = operation.Duration;
            table.Row(operation.Operation, operation.Method, operation.Count,
                summary.Run.DurationS > 0 ? Math.Round(operation.Count / summary.Run.DurationS, 3) : null,
                operation.Errors, operation.Count > 0 ? Math.Round((double)operation.Errors / operation.Count, 6) : null,
                times.Mean, times.P50, times.P90, times.P95, times.P99, times.Max, operation.Ttfb.P95, operation.ResponseFromIntended?.P95,
                operation.BytesSent, operation.BytesReceived, operation.Connections, operation.Retries,
                string.Join(' ', operation.ByStatus.Select(static status => string.Create(CultureInfo.InvariantCulture, $"{status.Key}:{status.Value}"))));
        }
    }

    /// <summary>The time series, a line about each second.</summary>
    public static async Task TimeSeriesAsync(IAsyncEnumerable<TimePoint> points, TextWriter output)
    {
        var table = new CsvTable(output);
        table.Row("t_s", "at", "agents", "agents_target", "rate_target_per_s", "started", "succeeded", "failed", "stuck", "agent_error", "aborted", "dropped",
            "actions", "errors", "p50_s", "p95_s", "p99_s", "mtba_s", "mtba_think_s", "mtba_model_s", "mtba_gateway_s", "mtba_target_s", "mtba_harness_s",
            "mtba_unaccounted_s", "mtba_active_p95_s", "ttft_p95_s", "llm_calls", "tokens", "cost_usd", "bytes_sent", "bytes_received");
        await foreach (var point in points)
        {
            var parts = point.MtbaParts;
            table.Row(point.T, point.At, point.Agents, point.AgentsTarget, point.RateTarget, point.Started, point.Succeeded, point.Failed, point.Stuck,
                point.AgentError, point.Aborted, point.Dropped, point.Actions, point.Errors, point.P50, point.P95, point.P99, point.Mtba,
                parts?.Think, parts?.Model, parts?.Gateway, parts?.Target, parts?.Harness, parts?.Unaccounted,
                point.MtbaActiveP95, point.TtftP95, point.LlmCalls, point.Tokens, point.CostUsd, point.BytesSent, point.BytesReceived);
        }
    }

    private static IEnumerable<(string Metric, object? Value, string Unit)> Figures(RunSummary summary)
    {
        var sessions = summary.Sessions;
        yield return ("run", summary.Run.Id, "");
        yield return ("scenario", summary.Run.Scenario, "");
        yield return ("status", summary.Run.Status, "");
        yield return ("seed", summary.Run.Seed, "");
        yield return ("agents", summary.Run.Agents, "");
        yield return ("duration", summary.Run.DurationS, "s");
        yield return ("suspect", summary.Run.Suspect.Length, "reasons");
        yield return ("sessions_started", sessions.Started, "");
        yield return ("sessions_succeeded", sessions.Succeeded, "");
        yield return ("sessions_failed", sessions.Failed, "");
        yield return ("sessions_stuck", sessions.Stuck, "");
        yield return ("sessions_agent_error", sessions.AgentError, "");
        yield return ("sessions_aborted", sessions.Aborted, "");
        yield return ("sessions_dropped", summary.Load.Dropped, "");
        yield return ("session_success", sessions.SuccessRate, "share");
        yield return ("agent_error_rate", sessions.AgentErrorRate, "share");
        yield return ("sessions_per_s", summary.Load.SessionsPerS, "1/s");
        yield return ("actions_per_s", summary.Load.RequestsPerS, "1/s");
        yield return ("actions", summary.Actions.Total, "");
        yield return ("actions_rejected", summary.Actions.Rejected, "");
        yield return ("actions_errors", summary.Actions.Errors, "");
        var mtba = summary.Mtba;
        foreach (var (name, times) in new[]
        {
            ("session_duration", sessions.Duration), ("mtba", new Distribution(mtba.Count, mtba.Mean, mtba.P50, mtba.P90, mtba.P95, mtba.P99, mtba.Max)), ("mtba_active", mtba.Active),
            ("action", summary.Actions.Duration), ("ttft", summary.Ttft), ("start_delay", summary.Load.StartDelay),
        })
        {
            yield return ($"{name}_count", times.Count, "");
            yield return ($"{name}_mean", times.Mean, "s");
            yield return ($"{name}_p50", times.P50, "s");
            yield return ($"{name}_p90", times.P90, "s");
            yield return ($"{name}_p95", times.P95, "s");
            yield return ($"{name}_p99", times.P99, "s");
            yield return ($"{name}_max", times.Max, "s");
        }
        foreach (var (part, seconds) in mtba.Parts.Named())
        {
            yield return ($"mtba_part_{part}", seconds, "s");
        }
        yield return ("llm_calls", summary.Llm.Calls, "");
        yield return ("llm_failed", summary.Llm.Failed, "");
        yield return ("tokens_prompt", summary.Tokens.Prompt, "");
        yield return ("tokens_completion", summary.Tokens.Completion, "");
        yield return ("cost", summary.CostUsd, "USD");
        foreach (var threshold in summary.Thresholds)
        {
            yield return ($"threshold {threshold.Name} {threshold.Expr}", threshold.Ok ? 1 : 0, "1 holds");
        }
    }
}
