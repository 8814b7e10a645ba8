namespace ApeTest.LlmProxy.Budgets;

/// <summary>Hard limits of one key or one run. Null: no limit.</summary>
/// <param name="Tokens">Prompt and completion tokens.</param>
/// <param name="CostUsd">US dollars.</param>
/// <param name="Requests">Requests.</param>
internal readonly record struct BudgetLimits(long? Tokens, decimal? CostUsd, long? Requests)
{
    /// <summary>The largest limit and the largest figure of a budget file: far beyond any budget, and far enough from overflow that it can be added to.</summary>
    public const long Largest = 1_000_000_000_000_000;

    /// <summary>Whether there is any limit.</summary>
    public bool Any => BoundOutput || Requests is not null;

    /// <summary>Whether the output of a call has to be bounded for the limits to hold.</summary>
    public bool BoundOutput => Tokens is not null || CostUsd is not null;
}
