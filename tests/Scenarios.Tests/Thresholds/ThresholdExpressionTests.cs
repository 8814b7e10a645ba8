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
}
