namespace ApeTest.LlmProxy.Options;

/// <summary>Hard budgets of runs (a run is named by the caller's <c>baggage: ape.run</c>), beside those of the keys, and the file that remembers both.</summary>
public sealed class BudgetOptions
{
    /// <summary>File with what was spent, so that a restart does not forget it. Null: kept in memory only.</summary>
    public string? File { get; set; }

    /// <summary>Prompt plus completion tokens that one run may spend; null: no limit.</summary>
    public long? MaxTokensPerRun { get; set; }

    /// <summary>US dollars that one run may spend; null: no limit.</summary>
    public decimal? MaxCostUsdPerRun { get; set; }

    /// <summary>Requests that one run may make; null: no limit.</summary>
    public long? MaxRequestsPerRun { get; set; }
}
