namespace ApeTest.Targets.Oracles;

/// <summary>What an answer may do to a condition, by what stands before it in the order.</summary>
/// <param name="IsTaken">Whether another condition was met by it: one answer meets at most one.</param>
/// <param name="Before">The condition that must be met first; null where it is this one's turn.</param>
internal readonly record struct ConditionTurn(bool IsTaken, CompiledCondition? Before)
{
    public bool IsDue => !IsTaken && Before is null;
}
