using ApeTest.Scenarios.Model;
using ApeTest.Scenarios.Planning;
using ApeTest.Targets.Journeys;
using ApeTest.Targets.Policy;
using ApeTest.Targets.Raw;

namespace ApeTest.Cli.Readiness;

/// <summary>Compiles a scenario's journeys as a run does: what no run accepts is a mistake in the input.</summary>
internal static class JourneyCheck
{
    /// <summary>Sends nothing. What cannot be compiled throws <see cref="Scenarios.ApeTestException"/> (exit 2) with all errors.</summary>
    public static void Compile(Scenario scenario)
    {
        if (scenario.Journeys.IsEmpty)
        {
            return;
        }
        var policy = new TargetPolicy(scenario.Target);
        var plan = new RunPlan { Run = "check", Scenario = scenario, Seed = 0, Oracle = "declared", PlanSha256 = string.Empty };
        _ = JourneyPlan.Compile(plan, (operation, server, method) => new RawRoute(policy, scenario.Target.Name, operation, server, method));
    }
}
