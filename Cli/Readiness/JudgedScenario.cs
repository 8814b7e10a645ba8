using System.Collections.Immutable;
using ApeTest.Scenarios.Loading.Resolved;
using ApeTest.Scenarios.Model;

namespace ApeTest.Cli.Readiness;

/// <summary>A scenario in which every goal has success conditions.</summary>
/// <param name="Scenario">The scenario.</param>
/// <param name="Oracle"><c>declared</c>, or <c>derived</c> where the conditions of at least one goal are.</param>
internal sealed record JudgedScenario(Scenario Scenario, string Oracle)
{
    /// <summary>What to tell of the derived oracles before the run, line by line. Default: nothing.</summary>
    public ImmutableArray<string> Explanation { get; init; } = [];

    /// <summary>Goals, by their place, whose conditions were derived. Default: none.</summary>
    public ImmutableArray<int> Derived { get; init; } = [];

    /// <summary>The resolved scenario with the derived conditions, each marked as such.</summary>
    public ResolvedScenario Record(ResolvedScenario resolved) =>
        Derived.Aggregate(resolved, (record, goal) => record.WithDerivedSuccess(goal, Scenario.Goals[goal].Success));
}
