using ApeTest.Cli.Readiness;
using ApeTest.LlmProxy.Models;
using ApeTest.Scenarios.Model;
using ApeTest.Targets.Tools;

namespace ApeTest.Cli.Tests.Readiness;

public sealed class CostEstimateTests
{
    private static readonly ModelTerms Priced = new(Free: false, PromptUsd: 0.35m, CompletionUsd: 0.75m, RequestsPerMinute: null, TokensPerMinute: null);

    [Fact]
    public void Of_FreeModel_SaysNothing() => Assert.Null(Of(Scenario(), Priced with { Free = true }));

    [Fact]
    public void Of_PricedModel_TellsSessionRunBudgetAndRate()
    {
        // 600 of rules + 8 x 150 of observations, no tools: 1,800 prompt tokens a call; (0.35 x 1,800 + 0.75 x 80) / 1e6 x 8 = $0.00552.
        var text = Of(Scenario() with { Iterations = 1000, Duration = null }, Priced);

        Assert.Equal("""
            openai/x may cost money; an estimate, by 8 steps a session and 1.60 s a step:
              session  8 calls of about 1,800 + 80 tokens: $0.0055
              run      about 1,000 sessions: $5.52
              budget   the run ends at $1.00 (llm.maxCostUsd)
              rate     about 375 requests and 705,000 tokens a minute; the provider does not say its limit
            """.ReplaceLineEndings("\n"), text);
    }

    [Theory]
    [InlineData(60, null, "about 47 sessions")]
    [InlineData(60, 20, "about 20 sessions")]
    [InlineData(1, null, "about 10 sessions")]
    public void Of_Duration_BoundsTheSessions(int seconds, int? iterations, string expected) =>
        Assert.Contains(expected, Of(Scenario() with { Duration = TimeSpan.FromSeconds(seconds), Iterations = iterations }, Priced), StringComparison.Ordinal);

    [Fact]
    public void Of_ArrivalRate_BoundsTheSessions() =>
        Assert.Contains("about 30 sessions", Of(Scenario() with { Load = new LoadSpec { Rate = new ArrivalRate(30, TimeSpan.FromMinutes(1)) } }, Priced), StringComparison.Ordinal);

    [Fact]
    public void Of_ArrivalRateInAShortRun_CountsArrivalsAndNotAgents() =>
        Assert.Contains("about 2 sessions", Of(Scenario() with
        {
            Load = new LoadSpec { Rate = new ArrivalRate(30, TimeSpan.FromMinutes(1)) }, Agents = 100, Duration = TimeSpan.FromSeconds(4),
        }, Priced), StringComparison.Ordinal);

    [Fact]
    public void Of_UnknownPrice_SaysThatNothingProtects()
    {
        var text = Of(Scenario(), Priced with { PromptUsd = null, CompletionUsd = null });

        Assert.DoesNotContain("$", text, StringComparison.Ordinal);
        Assert.Contains("none: the price is not known, so that maxCostUsd cannot protect; set llm.maxTokens", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_TokenBudget_IsNamed() => Assert.Contains("the run ends at $1.00 (llm.maxCostUsd) or 5,000 tokens (llm.maxTokens)",
        Of(Scenario() with { Llm = new LlmSpec { Model = "openai/x", MaxCostUsd = 1, MaxTokens = 5000 } }, Priced), StringComparison.Ordinal);

    [Theory]
    [InlineData(1000, 2_000_000, "the provider allows 1,000 requests and 2.0 M tokens")]
    [InlineData(100, null, "the provider allows 100 requests: it will refuse some; use fewer agents or --think")]
    [InlineData(null, 100_000, "the provider allows 100,000 tokens: it will refuse some")]
    public void Of_PublishedLimit_IsCompared(int? requests, int? tokens, string expected) =>
        Assert.Contains(expected, Of(Scenario(), Priced with { RequestsPerMinute = requests, TokensPerMinute = tokens }), StringComparison.Ordinal);

    private static string? Of(Scenario scenario, ModelTerms terms) => CostEstimate.Of(scenario, ToolCatalog.Generic(scenario.Target.Url), terms);

    private static Scenario Scenario() => new()
    {
        Name = "x",
        Target = new TargetSpec { Url = new Uri("http://127.0.0.1:9/") },
        Agents = 10,
        Duration = TimeSpan.FromMinutes(1),
        Llm = new LlmSpec { Model = "openai/x", MaxCostUsd = 1 },
    };
}
