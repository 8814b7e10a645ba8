using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using ApeTest.Scenarios.Model;

namespace ApeTest.Targets.Oracles;

/// <summary>The conditions of one goal, read once for all its sessions. Immutable.</summary>
internal sealed class CompiledOracle
{
    // The conditions of a goal are the same for all its sessions; the cache holds nothing alive and changes no result.
    private static readonly ConditionalWeakTable<GoalSpec, CompiledOracle> Compiled = [];

    private CompiledOracle(GoalSpec goal)
    {
        Success = [.. goal.Success.Select(condition => new CompiledCondition(condition, Layout, scope: 0))];
        Failure = [.. goal.Failure.Select(condition => new CompiledCondition(condition, Layout, Layout.NextScope(0)))];
    }

    /// <summary>All must hold, in this order.</summary>
    public ImmutableArray<CompiledCondition> Success { get; }

    /// <summary>None may hold.</summary>
    public ImmutableArray<CompiledCondition> Failure { get; }

    /// <summary>Places of what a session keeps.</summary>
    public OracleLayout Layout { get; } = new();

    /// <summary>The conditions of a goal; malformed ones throw <see cref="Scenarios.ApeTestException"/> (exit 2).</summary>
    public static CompiledOracle Of(GoalSpec goal) => Compiled.GetValue(goal, static goal => new CompiledOracle(goal));
}
