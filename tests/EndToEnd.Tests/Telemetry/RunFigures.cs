using ApeTest.Runs.Summaries;

namespace ApeTest.EndToEnd.Tests.Telemetry;

/// <summary>What a summary says, as Prometheus is asked for it.</summary>
internal static class RunFigures
{
    /// <summary>2 %: a scrape may fall between two instruments of one measurement.</summary>
    private const double Tolerance = 0.02;

    /// <summary>The summary's seconds are whole microseconds.</summary>
    private const double Rounding = 0.5e-6;

    /// <summary>Queries of figures that are 2 % from the summary's at most. By the rule that they are of: every rule has one here or in <see cref="SameBucket"/>.</summary>
    public static IEnumerable<(string Rule, string Query, double Expected)> Near(RunSummary run)
    {
        var judged = run.Sessions.Succeeded + run.Sessions.Failed + run.Sessions.Stuck;
        var ended = judged + run.Sessions.AgentError + run.Sessions.Aborted;
        yield return Whole("apetest:session_success:ratio_rate5m", run.Sessions.SuccessRate!.Value);
        yield return Whole("apetest:session_failure:ratio_rate5m", 1 - run.Sessions.SuccessRate!.Value);
        yield return Whole("apetest:agent_error:ratio_rate5m", run.Sessions.AgentErrorRate!.Value);
        yield return ("apetest:sessions:rate5m", "sum(apetest:sessions:rate5m{outcome=~\"failed|stuck\"}) / sum(apetest:sessions:rate5m)", (double)(judged - run.Sessions.Succeeded) / ended);
        // By goal; together by their weights.
        yield return ("apetest:session_duration_seconds:mean5m",
            "sum(apetest:session_duration_seconds:mean5m * on (goal) sum by (goal) (rate(apetest_session_duration_seconds_count[5m]))) / sum(rate(apetest_session_duration_seconds_count[5m]))",
            run.Sessions.Duration.Mean!.Value);
        yield return Whole("apetest:mtba_seconds:mean5m", run.Mtba.Mean!.Value);
        yield return Whole("apetest:mtba_active_seconds:mean5m", run.Mtba.Active.Mean!.Value);
        foreach (var (part, mean) in new[]
        {
            ("think", run.Mtba.Parts.Think), ("model", run.Mtba.Parts.Model), ("gateway", run.Mtba.Parts.Gateway), ("target", run.Mtba.Parts.Target),
            ("harness", run.Mtba.Parts.Harness), ("unaccounted", run.Mtba.Parts.Unaccounted),
        })
        {
            yield return ("apetest:mtba_part_seconds:mean5m", $"apetest:mtba_part_seconds:mean5m{{part=\"{part}\"}}", mean!.Value);
        }
        yield return Whole("apetest:ttft_seconds:mean5m", run.Ttft.Mean!.Value);
        // A rate of dollars says as much as the time it is over: of a call it is the summary's.
        yield return ("apetest:llm_cost_usd:rate5m", "sum(apetest:llm_cost_usd:rate5m) / sum(rate(apetest_llm_requests_total[5m]))", (double)run.CostUsd / run.Llm.Calls);
        var refused = (double)run.Http.Sum(static one => one.Count - one.ByStatus.Where(static status => status.Key is >= 100 and < 500).Sum(static status => status.Value)) / run.Http.Sum(static one => one.Count);
        yield return Whole("apetest:gateway_error:ratio_rate5m", refused);
        // All of them injected by the gateway: none of the target's time to the agents, and no measurement of it to the gateway.
        yield return ("apetest:target_seconds:mean5m", "apetest:target_seconds:mean5m{target=\"shop\"}", run.Mtba.Parts.Target!.Value / (1 - refused));
        var errors = run.Errors.Sum(error => error.Count);
        foreach (var place in run.Errors.GroupBy(error => error.Where))
        {
            yield return ("apetest:errors_where:share5m", $"apetest:errors_where:share5m{{where=\"{place.Key}\"}}", (double)place.Sum(error => error.Count) / errors);
        }
    }

    /// <summary>Queries of quantiles that lie in the bucket of the summary's, which are the rules themselves.</summary>
    public static IEnumerable<(string Rule, double Expected, IReadOnlyList<double> Bounds)> SameBucket(RunSummary run)
    {
        yield return ("apetest:mtba_seconds:p95_5m", run.Mtba.P95!.Value, ServiceDefaults.Metrics.Buckets.Fast);
        yield return ("apetest:ttft_seconds:p95_5m", run.Ttft.P95!.Value, ServiceDefaults.Metrics.Buckets.Fast);
        yield return ("apetest:session_start_delay_seconds:p95_5m", run.Load.StartDelay.P95!.Value, ServiceDefaults.Metrics.Buckets.Slow);
    }

    /// <summary>What is wrong with a figure; empty for nothing.</summary>
    public static string Judge(string query, double expected, double actual) =>
        Math.Abs(actual - expected) <= (Math.Abs(expected) * Tolerance) + Rounding ? "" : FormattableString.Invariant($"{query} is {actual}, the summary says {expected}");

    public static string Judge(string query, double expected, double actual, IReadOnlyList<double> bounds) =>
        Bucket(expected, bounds) == Bucket(actual, bounds) ? "" : FormattableString.Invariant($"{query} is {actual}, the summary says {expected}, which is in another bucket");

    private static (string Rule, string Query, double Expected) Whole(string rule, double expected) => (rule, rule, expected);

    private static int Bucket(double value, IReadOnlyList<double> bounds) => double.IsNaN(value) ? -1 : bounds.Count(bound => value > bound);
}
