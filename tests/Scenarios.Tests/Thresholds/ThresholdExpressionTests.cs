using ApeTest.Scenarios.Model;
using ApeTest.Scenarios.Thresholds;

namespace ApeTest.Scenarios.Tests.Thresholds;

public sealed class ThresholdExpressionTests
{
    [Theory]
    [InlineData("mtba_active_p95 < 1s", "mtba_active_p95", "<", 1.0, "< 1s")]
    [InlineData("ttft_p95<500ms", "ttft_p95", "<", 0.5, "< 500ms")]
    [InlineData("session_success >= 0.95", "session_success", ">=", 0.95, ">= 0.95")]
    [InlineData("session_success >= 95%", "session_success", ">=", 0.95, ">= 95%")]
    [InlineData("agent_error_rate == 0", "agent_error_rate", "==", 0.0, "== 0")]
    [InlineData("http_p95{operation=checkout} <= 300ms", "http_p95{operation=checkout}", "<=", 0.3, "<= 300ms")]
    [InlineData("http_mean{ operation = \"list.items\" } > 1m30s", "http_mean{operation=list.items}", ">", 90.0, "> 1m30s")]
    [InlineData("http_error_rate{operation=a} < 0.01", "http_error_rate{operation=a}", "<", 0.01, "< 0.01")]
    [InlineData("cost_usd <= $2.50", "cost_usd", "<=", 2.5, "<= $2.50")]
    [InlineData("errors <= 10", "errors", "<=", 10.0, "<= 10")]
    [InlineData("sessions >= 100", "sessions", ">=", 100.0, ">= 100")]
    public void Parse_Expression_IsAThreshold(string text, string metric, string op, double value, string written)
    {
        var threshold = ThresholdExpression.Parse(text);

        Assert.Equal(new ThresholdSpec(metric, op, threshold.Value, written, "cli"), threshold);
        Assert.Equal(value, threshold.Value, 12);
    }

    [Theory]
    [InlineData("", "the metric is missing")]
    [InlineData("< 1s", "the metric is missing")]
    [InlineData("ttft_p95", "the comparison is missing")]
    [InlineData("ttft_p95 = 1s", "does not start with a comparison")]
    [InlineData("ttft_p95 != 1s", "does not start with a comparison")]
    [InlineData("ttft_p95 < ", "is not a duration with its unit")]
    [InlineData("ttft_p95 < 0", "is not a duration with its unit")]
    [InlineData("ttft_p96 < 1s", "unknown metric `ttft_p96`")]
    [InlineData("sessions >= 1.5", "is not a whole number")]
    [InlineData("cost_usd < -1", "is not an amount in US dollars")]
    [InlineData("session_success > NaN", "is not a share")]
    [InlineData("http_p95{operation=} < 1s", "is not a label")]
    public void Parse_BrokenText_SaysWhatAndHow(string text, string message)
    {
        var exception = Assert.Throws<ApeTestException>(() => ThresholdExpression.Parse(text));

        Assert.Contains(message, exception.Message, StringComparison.Ordinal);
        Assert.NotNull(exception.Hint);
        Assert.Equal(ExitCodes.Input, exception.ExitCode);
    }

    [Fact]
    public void Metrics_Names_AreTheVocabularyOfTheDesign()
    {
        string[] named = ["session_success", "agent_error_rate", "mtba_mean", "mtba_p99", "mtba_active_p95", "ttft_p50", "session_duration_p95",
            "action_p95", "http_p95", "http_mean", "http_error_rate", "cost_usd", "errors", "sessions"];

        Assert.All(named, name => Assert.True(ThresholdMetrics.TryGet(name, out _), name));
        Assert.Equal(ThresholdMetrics.All.Length, ThresholdMetrics.All.Select(m => m.Name).Distinct().Count());
    }

    [Theory]
    [InlineData("http_p95{operation=checkout} < 300ms for 30s abort after 10s", 30, true, 10, "< 300ms for 30s abort after 10s")]
    [InlineData("http_p95 < 300ms  for 1m", 60, false, 0, "< 300ms for 1m")]
    [InlineData("http_error_rate <= 1% abort", null, true, 0, "<= 1% abort")]
    [InlineData("http_rate >= 200/s for 5s", 5, false, 0, ">= 200/s for 5s")]
    [InlineData("http_p95{operation=GET /orders/{id}} < 1s", null, false, 0, "< 1s")]
    public void Parse_Terms_AreReadAndShown(string text, int? window, bool abort, int after, string shown)
    {
        var threshold = ThresholdExpression.Parse(text);

        Assert.Equal((window, abort, after, shown), ((int?)threshold.Window?.TotalSeconds, threshold.Abort, (int)threshold.AbortAfter.TotalSeconds, threshold.Text));
        Assert.Equal(threshold, ThresholdExpression.Parse($"{threshold.Metric} {threshold.Text}"));
    }

    [Theory]
    [InlineData("http_p95 < 300ms for", "`for` needs a window of whole seconds")]
    [InlineData("http_p95 < 300ms for 500ms", "`for` needs a window of whole seconds")]
    [InlineData("http_p95 < 300ms for 1500ms", "`for` needs a window of whole seconds")]
    [InlineData("http_p95 < 300ms abort after", "`after` needs a duration")]
    [InlineData("http_p95 < 300ms abort for 30s", "`for` is not known here")]
    [InlineData("http_p95 < 300ms for 30s soon", "`soon` is not known here")]
    [InlineData("http_p95 < 300ms soon", "is not a duration")]
    [InlineData("http_rate >= -1", "is not a rate")]
    public void Parse_WrongTerms_SaysWhat(string text, string words) => Assert.Contains(words,
        Assert.Throws<ApeTestException>(() => ThresholdExpression.Parse(text)).Message, StringComparison.Ordinal);
}
