using ApeTest.Scenarios.Loading;
using ApeTest.Scenarios.Loading.Resolved;
using ApeTest.Scenarios.Planning;

namespace ApeTest.Cli.Execution;

/// <summary>Text of a run's <c>scenario.resolved.yaml</c>.</summary>
internal static class RunRecord
{
    /// <summary>The resolved scenario, and before it what the run decided itself, which is in no source of the scenario.</summary>
    public static string Of(RunPlan plan, ResolvedScenario resolved) =>
        $"# run {plan.Run}, seed {plan.Seed}, {(plan.Scenario.Duration is { } duration ? $"duration {Durations.Format(duration)}" : $"{plan.Scenario.Iterations} iterations")}\n"
        + resolved.ToYaml();
}
