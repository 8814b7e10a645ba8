using ApeTest.Scenarios.Model;
using ApeTest.Scenarios.Planning;

namespace ApeTest.Cli.Commands.Try;

/// <summary>What a trial begins with.</summary>
/// <param name="Judged">The whole scenario, with the conditions that its goals are judged by.</param>
/// <param name="Plan">The run: one session of one goal.</param>
internal sealed record TrialStart(Scenario Judged, RunPlan Plan)
{
    /// <summary>The goal that is tried.</summary>
    public GoalSpec Goal => Plan.Scenario.Goals[0];
}
