using System.Collections.Frozen;
using System.Collections.Immutable;
using ApeTest.Scenarios.Loading;

namespace ApeTest.Scenarios.Thresholds;

/// <summary>
/// The vocabulary of thresholds: the only list of metric names. The loader checks scenarios against it; Runs maps each
/// <see cref="ThresholdMetric.Family"/> and <see cref="ThresholdMetric.Statistic"/> to a value of the summary.
/// </summary>
public static class ThresholdMetrics
{
    /// <summary>Successful stateful sessions: succeeded / (succeeded + failed + stuck).</summary>
    public const string SessionSuccess = "session_success";

    /// <summary>agent_error / (started - aborted).</summary>
    public const string AgentErrorRate = "agent_error_rate";

    /// <summary>Time between actions, think time included.</summary>
    public const string Mtba = "mtba";

    /// <summary>Time between actions without think time.</summary>
    public const string MtbaActive = "mtba_active";

    /// <summary>Time to first token.</summary>
    public const string Ttft = "ttft";

    /// <summary>Duration of a session.</summary>
    public const string SessionDuration = "session_duration";

    /// <summary>Duration of an action.</summary>
    public const string Action = "action";

    /// <summary>Duration of an HTTP exchange with the target.</summary>
    public const string Http = "http";

    /// <summary>Share of HTTP exchanges that failed: no response, or status 400 and above.</summary>
    public const string HttpErrorRate = "http_error_rate";

    /// <summary>Time from the dispatch of an HTTP exchange to the first byte of its answer.</summary>
    public const string Ttfb = "ttfb";

    /// <summary>Number of HTTP exchanges with the target.</summary>
    public const string HttpReqs = "http_reqs";

    /// <summary>HTTP exchanges with the target a second: over the run's time, or over the window.</summary>
    public const string HttpRate = "http_rate";

    /// <summary>Number of steps of journeys whose answer was not what their check says.</summary>
    public const string CheckErrors = "check_errors";

    /// <summary>Number of sessions that were due and did not start.</summary>
    public const string SessionsDropped = "sessions_dropped";

    /// <summary>Cost of the model.</summary>
    public const string CostUsd = "cost_usd";

    /// <summary>Number of errors of all kinds.</summary>
    public const string Errors = "errors";

    /// <summary>Number of sessions started.</summary>
    public const string Sessions = "sessions";

    /// <summary>Threshold on <see cref="AgentErrorRate"/> that every scenario has unless it sets its own.</summary>
    public const string DefaultAgentErrorRate = "<= 0.05";

    /// <summary>
    /// Condition on <see cref="SessionSuccess"/> where a scenario has none: at least one session reached its goal. How many must, only the
    /// user knows; but a run of which none did must not end as if all were well.
    /// </summary>
    public const string DefaultSessionSuccess = "> 0";

    private const string OperationLabel = "operation";

    private static readonly (string Suffix, ThresholdStatistic Statistic, string Words)[] Statistics =
    [
        ("mean", ThresholdStatistic.Mean, "Mean"),
        ("p50", ThresholdStatistic.P50, "Median"),
        ("p90", ThresholdStatistic.P90, "90th percentile"),
        ("p95", ThresholdStatistic.P95, "95th percentile"),
        ("p99", ThresholdStatistic.P99, "99th percentile"),
        ("max", ThresholdStatistic.Max, "Maximum"),
    ];

    /// <summary>All metrics, in the order in which help lists them.</summary>
    public static ImmutableArray<ThresholdMetric> All { get; } =
    [
        Single(SessionSuccess, ThresholdUnit.Share, "Share of judged sessions that succeeded: succeeded / (succeeded + failed + stuck)"),
        Single(AgentErrorRate, ThresholdUnit.Share, "Share of sessions lost to the model or the harness: agent_error / (started - aborted)"),
        .. Distribution(Mtba, "time between actions of a session, think time included"),
        .. Distribution(MtbaActive, "time between actions of a session without think time"),
        .. Distribution(Ttft, "time from a model request to its first content or tool-call delta"),
        .. Distribution(SessionDuration, "duration of a session"),
        .. Distribution(Action, "duration of an action"),
        .. Distribution(Http, "duration of an HTTP exchange with the target", byOperation: true),
        Single(HttpErrorRate, ThresholdUnit.Share, "Share of HTTP exchanges without a response or with status 400 and above", byOperation: true),
        .. Distribution(Ttfb, "time from the dispatch of an HTTP exchange to the first byte of its answer", byOperation: true),
        Single(HttpReqs, ThresholdUnit.Count, "Number of HTTP exchanges with the target", byOperation: true),
        Single(HttpRate, ThresholdUnit.Rate, "HTTP exchanges with the target a second", byOperation: true),
        Single(CheckErrors, ThresholdUnit.Count, "Number of steps of journeys whose answer was not what their check says", byOperation: true),
        Single(CostUsd, ThresholdUnit.Usd, "Cost of the model in US dollars"),
        Single(Errors, ThresholdUnit.Count, "Number of errors of all kinds"),
        Single(Sessions, ThresholdUnit.Count, "Number of sessions started"),
        Single(SessionsDropped, ThresholdUnit.Count, "Number of sessions that were due and did not start"),
    ];

    private static readonly FrozenDictionary<string, ThresholdMetric> ByName = All.ToFrozenDictionary(m => m.Name, StringComparer.Ordinal);

    /// <summary>Finds a metric by its name without labels.</summary>
    public static bool TryGet(string name, out ThresholdMetric metric) => ByName.TryGetValue(name, out metric!);

    /// <summary>Reads <c>name</c> or <c>name{operation=value}</c>.</summary>
    /// <param name="text">The text.</param>
    /// <param name="reference">The metric, when true is returned.</param>
    /// <param name="error">What is wrong and what to write instead, when false is returned.</param>
    public static bool TryParse(string text, out ThresholdMetricReference reference, out TextError error)
    {
        reference = default;
        error = default;
        var brace = text.IndexOf('{', StringComparison.Ordinal);
        var name = (brace < 0 ? text : text[..brace]).Trim();
        if (!ByName.TryGetValue(name, out var metric))
        {
            error = new TextError(0, $"unknown metric {Quote.Text(name)}", Suggest(name));
            return false;
        }
        if (brace < 0)
        {
            reference = new ThresholdMetricReference(metric, null);
            return true;
        }
        if (!metric.ByOperation)
        {
            error = new TextError(brace, $"`{name}` takes no labels",
                $"Write `{name}`; labels go with http_* metrics, for example `http_p95{{operation=checkout}}`.");
            return false;
        }

        var labels = text.AsSpan(brace + 1).TrimEnd();
        var equals = labels.IndexOf('=');
        var value = equals < 0 || labels[^1] != '}' ? "" : labels[(equals + 1)..^1].Trim().Trim('"').ToString();
        if (value.Length == 0 || value.AsSpan().IndexOfAny("=,\"") >= 0 || !labels[..equals].Trim().SequenceEqual(OperationLabel))
        {
            error = new TextError(brace, $"{Quote.Text(text[brace..])} is not a label", $"Write `{name}{{operation=checkout}}`.");
            return false;
        }
        reference = new ThresholdMetricReference(metric, value);
        return true;
    }

    private static string Suggest(string name)
    {
        if (Distances.Closest(name, ByName.Keys) is { } close)
        {
            return $"Did you mean `{close}`?";
        }
        var family = All.FirstOrDefault(m => m.Family == name);
        return family is null
            ? "Use for example `session_success`, `mtba_active_p95`, `ttft_p95` or `http_p95{operation=checkout}`."
            : $"Name the statistic too, for example `{name}_p95`.";
    }

    private static ThresholdMetric Single(string name, ThresholdUnit unit, string description, bool byOperation = false) =>
        new(name, name, ThresholdStatistic.None, unit, byOperation, description + ".");

    private static IEnumerable<ThresholdMetric> Distribution(string family, string description, bool byOperation = false) =>
        Statistics.Select(s => new ThresholdMetric(
            $"{family}_{s.Suffix}", family, s.Statistic, ThresholdUnit.Seconds, byOperation, $"{s.Words} of the {description}, in seconds."));
}
