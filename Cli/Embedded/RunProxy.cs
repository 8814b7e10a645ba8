using ApeTest.LlmProxy.Options;
using ApeTest.Scenarios.Model;

namespace ApeTest.Cli.Embedded;

/// <summary>The options of the LLM proxy that serves one run and nothing else.</summary>
internal static class RunProxy
{
    /// <summary>Makes them.</summary>
    /// <param name="llm">What the scenario says.</param>
    /// <param name="key">Key that the agents present.</param>
    /// <param name="environment">Environment variables: providers' keys.</param>
    public static LlmProxyOptions Options(LlmSpec llm, string key, Func<string, string?> environment)
    {
        var options = new LlmProxyOptions
        {
            DefaultModel = llm.Model,
            Environment = environment,
            Keys = [new ProxyKeyOptions { Name = "run", Key = key }],
            Budgets = new BudgetOptions { MaxCostUsdPerRun = llm.MaxCostUsd, MaxTokensPerRun = llm.MaxTokens, MaxRequestsPerRun = llm.MaxRequests },
        };
        if (llm.BaseUrl is { } url)
        {
            options.Providers[llm.Model.Split('/')[0]] = new ProviderOptions { BaseUrl = url.ToString() };
        }
        if (!llm.Fallback.IsEmpty)
        {
            options.Aliases[LlmSpec.Chain] = llm.Models;
        }
        if (llm.Planner is { } planner)
        {
            options.Planner = new PlannerOptions { Ttft = planner.Ttft, TokensPerSecond = planner.TokensPerSecond };
        }
        if (llm.Cassette is { } cassette)
        {
            options.Cassette = new CassetteOptions { File = cassette.File, Speed = cassette.Speed, Mode = Mode(cassette.Mode) };
        }
        return options;
    }

    private static CassetteMode Mode(CassetteUse use) => use switch
    {
        CassetteUse.Record => CassetteMode.Record,
        CassetteUse.Replay => CassetteMode.Replay,
        _ => CassetteMode.Auto,
    };
}
