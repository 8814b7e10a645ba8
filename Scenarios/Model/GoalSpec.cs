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
}

/// <summary>
/// One condition of a declared oracle. Either <see cref="Operation"/> (a response of that operation in the session has
/// <see cref="Status"/>) or <see cref="Read"/> (an independent request at the end of the session answers <see cref="Status"/>).
/// </summary>
public sealed record SuccessCondition
{
    /// <summary>Tool name (operationId) whose response must match.</summary>
    public string? Operation { get; init; }

    /// <summary><c>METHOD /path</c>, with <c>{{captured}}</c> values, sent independently of the brain.</summary>
    public string? Read { get; init; }

    /// <summary>Required status. Null: any 2xx.</summary>
    public int? Status { get; init; }

    /// <summary>Variables taken from the matched response: name -> JSON path.</summary>
    public ImmutableSortedDictionary<string, string> Capture { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>JSON path -> required value, compared as JSON; a text value may hold <c>{{captured}}</c>.</summary>
    public ImmutableSortedDictionary<string, string> Json { get; init; } = ImmutableSortedDictionary<string, string>.Empty;
}
