using System.Globalization;
using ApeTest.Scenarios.Loading;
using ApeTest.Scenarios.Model;

namespace ApeTest.Scenarios.Thresholds;

/// <summary>
/// Reads thresholds: <c>&gt;= 0.95</c> beside a metric name (scenario file) and <c>mtba_active_p95 &lt; 1s</c> as one text (<c>--threshold</c>).
/// Operators: <c>&lt;</c>, <c>&lt;=</c>, <c>&gt;</c>, <c>&gt;=</c>, <c>==</c>. Behind the value may stand <c>for 30s</c> (in every window of that length), then
/// <c>abort</c> (the run is stopped when it breaks), and <c>abort after 10s</c> (not before).
/// </summary>
public static class ThresholdExpression
{
    /// <summary>Reads a whole expression. Throws <see cref="ApeTestException"/> (exit 2) that says what is wrong and where.</summary>
    /// <param name="text">For example <c>http_p95{operation=checkout} &lt; 300ms</c>.</param>
    /// <param name="by">Who set it: <c>default</c>, <c>scenario</c> or <c>cli</c>.</param>
    public static ThresholdSpec Parse(string text, string by = "cli") =>
        TryParse(text, by, out var threshold, out var error)
            ? threshold
            : throw new ApeTestException($"threshold {Quote.Text(text)}: {error.Message} (at character {error.Position + 1}).",
                error.Suggestion, ExitCodes.Input);

    /// <summary>Reads a whole expression; false with what is wrong.</summary>
    public static bool TryParse(string text, string by, out ThresholdSpec threshold, out TextError error)
    {
        threshold = null!;
        if (!TrySplit(text, out var metricText, out var condition, out error)
            || !ThresholdMetrics.TryParse(metricText, out var metric, out error))
        {
            return false;
        }
        if (TryParseCondition(metric, condition, by, out threshold, out error))
        {
            return true;
        }
        error = error with { Position = error.Position + text.IndexOf(condition, StringComparison.Ordinal) };
        return false;
    }

    /// <summary>Splits <c>metric op value</c> into the metric with its labels and the condition.</summary>
    public static bool TrySplit(string text, out string metric, out string condition, out TextError error)
    {
        // Labels hold '=', so the operator is looked for behind them.
        var labels = text.IndexOf('}', StringComparison.Ordinal);
        var start = labels + 1;
        var at = text.AsSpan(start).IndexOfAny("<>=!");
        metric = at < 0 ? text.Trim() : text[..(start + at)].Trim();
        condition = at < 0 ? "" : text[(start + at)..].Trim();
        error = metric.Length == 0
            ? new TextError(0, "the metric is missing", "Write for example `mtba_active_p95 < 1s`.")
            : at < 0 ? new TextError(text.Length, "the comparison is missing", $"Write for example `{Example(metric)}`.") : default;
        return error.Message is null;
    }

    /// <summary>Reads the part behind the metric: <c>&lt; 500ms</c>.</summary>
    public static bool TryParseCondition(
        ThresholdMetricReference metric, string text, string by, out ThresholdSpec threshold, out TextError error)
    {
        threshold = null!;
        var span = text.AsSpan().Trim();
        string? op = span switch
        {
            ['<', '=', ..] => "<=",
            ['>', '=', ..] => ">=",
            ['=', '=', ..] => "==",
            ['<', ..] => "<",
            ['>', ..] => ">",
            _ => null,
        };
        if (op is null)
        {
            error = new TextError(0, $"{Quote.Text(text)} does not start with a comparison (<, <=, >, >=, ==)", $"Write for example `{Example(metric.Metric)}`.");
            return false;
        }

        var rest = span[op.Length..].Trim().ToString();
        if (!ThresholdTerms.TryParse(rest, out var number, out var terms, out error))
        {
            error = error with { Position = error.Position + op.Length };
            return false;
        }
        if (!TryValue(metric.Metric, number, out var value, out var reason))
        {
            error = new TextError(op.Length, $"{Quote.Text(number)} {reason}", $"Write for example `{Example(metric.Metric)}`.");
            return false;
        }
        error = default;
        threshold = new ThresholdSpec(metric.ToString(), op, value, $"{op} {number}{terms}", by) { Window = terms.Window, Abort = terms.Abort, AbortAfter = terms.AbortAfter };
        return true;
    }

    private static bool TryValue(ThresholdMetric metric, string text, out double value, out string reason)
    {
        value = 0;
        switch (metric.Unit)
        {
            case ThresholdUnit.Share:
                reason = "is not a share: 0..1, or a percentage such as 95%";
                var percent = text.EndsWith('%');
                if (!TryNumber(percent ? text[..^1] : text, out value))
                {
                    return false;
                }
                value = percent ? value / 100 : value;
                return value is >= 0 and <= 1;
            case ThresholdUnit.Seconds:
                reason = "is not a duration with its unit";
                var ok = Durations.TryParse(text, out var duration) && text != "0";
                value = duration.TotalSeconds;
                return ok;
            case ThresholdUnit.Rate:
                reason = "is not a rate: requests a second, such as 200 or 200/s";
                return TryNumber(text.EndsWith("/s", StringComparison.Ordinal) ? text[..^2].TrimEnd() : text, out value) && value >= 0;
            case ThresholdUnit.Usd:
                reason = "is not an amount in US dollars";
                return TryNumber(text.TrimStart('$'), out value) && value >= 0;
            default:
                reason = "is not a whole number";
                return TryNumber(text, out value) && value >= 0 && value == Math.Floor(value);
        }
    }

    private static bool TryNumber(string text, out double value) =>
        double.TryParse(text, NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value);

    private static string Example(ThresholdMetric metric) => metric.Unit switch
    {
        ThresholdUnit.Share => metric.Family == ThresholdMetrics.SessionSuccess ? ">= 0.95" : "<= 0.05",
        ThresholdUnit.Seconds => "< 500ms",
        ThresholdUnit.Usd => "<= 2",
        ThresholdUnit.Rate => ">= 200/s",
        _ => metric.Family == ThresholdMetrics.Sessions ? ">= 100" : "<= 0",
    };

    private static string Example(string metric) =>
        ThresholdMetrics.TryParse(metric, out var reference, out _) ? $"{reference} {Example(reference.Metric)}" : "mtba_active_p95 < 1s";
}
