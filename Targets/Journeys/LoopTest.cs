namespace ApeTest.Targets.Journeys;

/// <summary>How often the steps of a loop are done.</summary>
/// <param name="Times">Fixed number of turns; 0 where <paramref name="While"/> says.</param>
/// <param name="While">Goes on while it holds; null: a fixed number.</param>
/// <param name="Max">Most turns under a condition.</param>
public sealed record LoopTest(int Times, StepTest? While, int Max);
