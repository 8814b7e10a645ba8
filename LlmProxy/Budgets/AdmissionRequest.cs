using ApeTest.LlmProxy.Keys;

namespace ApeTest.LlmProxy.Budgets;

/// <summary>A call that wants to be made.</summary>
/// <param name="Key">Who asks.</param>
/// <param name="Run">Run id of the caller's baggage; null without one.</param>
/// <param name="Tokens">Prompt and completion tokens at most.</param>
/// <param name="CostUsd">US dollars at most.</param>
internal readonly record struct AdmissionRequest(ProxyKey Key, string? Run, long Tokens, decimal CostUsd);
