namespace ApeTest.LlmProxy.Budgets;

/// <summary>What was set aside for an admitted call; the default where nothing is limited.</summary>
/// <param name="Account">Limits of the key; null without any.</param>
/// <param name="Run">The run's budget; null without one.</param>
/// <param name="Tokens">Tokens.</param>
/// <param name="CostUsd">US dollars.</param>
internal readonly record struct Reservation(KeyAccount? Account, Budget? Run, long Tokens, decimal CostUsd);
