namespace ApeTest.LlmProxy.Budgets;

/// <summary>Whose budget it is.</summary>
internal enum BudgetOwner
{
    /// <summary>A proxy key's, over all its callers.</summary>
    Key,

    /// <summary>A run's, over all keys it uses.</summary>
    Run,
}
