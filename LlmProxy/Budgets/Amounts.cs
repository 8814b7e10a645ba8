namespace ApeTest.LlmProxy.Budgets;

/// <summary>What calls took, or may take at most.</summary>
/// <param name="Tokens">Prompt and completion tokens.</param>
/// <param name="CostUsd">US dollars.</param>
/// <param name="Requests">Requests.</param>
internal readonly record struct Amounts(long Tokens, decimal CostUsd, long Requests)
{
    public static Amounts operator +(Amounts left, Amounts right) =>
        new(left.Tokens + right.Tokens, left.CostUsd + right.CostUsd, left.Requests + right.Requests);

    public static Amounts operator -(Amounts left, Amounts right) =>
        new(left.Tokens - right.Tokens, left.CostUsd - right.CostUsd, left.Requests - right.Requests);
}
