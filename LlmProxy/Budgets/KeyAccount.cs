using ApeTest.LlmProxy.Options;

namespace ApeTest.LlmProxy.Budgets;

/// <summary>What limits one proxy key.</summary>
/// <param name="Name">The key's name.</param>
/// <param name="Budget">Its budget; null without one.</param>
/// <param name="Rate">Its rate; null without one.</param>
internal sealed record KeyAccount(string Name, Budget? Budget, KeyRate? Rate)
{
    /// <summary>The account of a key; null where nothing limits it.</summary>
    public static KeyAccount? Of(ProxyKeyOptions key, BudgetLedger? ledger, TimeProvider clock)
    {
        var limits = new BudgetLimits(key.MaxTokens, key.MaxCostUsd, key.MaxRequests);
        var rated = key.RequestsPerMinute is not null || key.TokensPerMinute is not null;
        return limits.Any || rated
            ? new KeyAccount(
                key.Name,
                limits.Any ? new Budget(BudgetOwner.Key, key.Name, limits, ledger?.Entry(BudgetOwner.Key, key.Name)) : null,
                rated ? new KeyRate(key, clock) : null)
            : null;
    }
}
