using ApeTest.Scenarios.Load;
using ApeTest.Scenarios.Tests.Loading;

namespace ApeTest.Scenarios.Tests.Load;

public sealed class BreakpointTermsTests
{
    private const string Load = "load: { shape: breakpoint, to: 30, by: 10, every: 5s";

    [Fact]
    public void Until_Given_IsThatAndTheScenariosStay()
    {
        var scenario = Yaml.Valid(Yaml.Minimal + Load + ", until: { http_p95: \"< 1s\" } }\nthresholds: { http_p99: \"< 2s\" }");

        Assert.Equal(["http_p95"], BreakpointTerms.Until(scenario).Select(static threshold => threshold.Metric));
        Assert.Equal(scenario.Thresholds, BreakpointTerms.Beside(scenario));
    }

    [Fact]
    public void Until_NotGiven_IsTheScenariosOwnButCounts()
    {
        var scenario = Yaml.Valid(Yaml.Minimal + Load + " }\nthresholds: { http_p99: \"< 2s for 10s abort\", errors: \"<= 5\" }");

        var until = Assert.Single(BreakpointTerms.Until(scenario));

        Assert.Equal(("http_p99", null, false), (until.Metric, until.Window, until.Abort));
        // What the search breaks on purpose does not fail the run; the rest does.
        Assert.DoesNotContain(BreakpointTerms.Beside(scenario), static threshold => threshold.Metric == "http_p99");
        Assert.Contains(BreakpointTerms.Beside(scenario), static threshold => threshold.Metric == "errors");
        Assert.Contains(BreakpointTerms.Beside(scenario), static threshold => threshold.Metric == "session_success");
    }

    [Fact]
    public void Until_NoThresholdsAtAll_IsOnePercentOfErrors()
    {
        var until = Assert.Single(BreakpointTerms.Until(Yaml.Valid(Yaml.Minimal + Load + " }")));

        Assert.Equal(("http_error_rate", "<", 0.01, "default"), (until.Metric, until.Operator, until.Value, until.By));
    }
}
