namespace ApeTest.LlmProxy.Budgets;

/// <summary>What a budget is counted in.</summary>
internal enum BudgetKind
{
    /// <summary>Prompt and completion tokens.</summary>
    Tokens,

    /// <summary>US dollars.</summary>
    Cost,

    /// <summary>Requests.</summary>
    Requests,
}
