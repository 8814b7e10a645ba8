using System.Collections.Immutable;

namespace ApeTest.Scenarios.Model;

/// <summary>An objective in words, judged by its success conditions.</summary>
public sealed record GoalSpec
{
    /// <summary>Name, used in metrics and summaries. Default <c>goal-{index from 1}</c>.</summary>
    public required string Name { get; init; }

    /// <summary>Share of sessions relative to the other goals. Default 1.</summary>
    public double Weight { get; init; } = 1;

    /// <summary>The objective; may hold <c>{{feed.column}}</c>.</summary>
    public required string Goal { get; init; }

    /// <summary>All must hold, in this order. Empty: no declared oracle.</summary>
    public ImmutableArray<SuccessCondition> Success { get; init; } = [];

    /// <summary>Each proves that the target failed: one that holds makes the session <c>failed</c>, whatever else holds. Default none.</summary>
    public ImmutableArray<SuccessCondition> Failure { get; init; } = [];
}
