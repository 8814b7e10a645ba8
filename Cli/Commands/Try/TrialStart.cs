using ApeTest.Scenarios.Model;
using ApeTest.Scenarios.Model.Journeys;
using ApeTest.Scenarios.Planning;

namespace ApeTest.Cli.Commands.Try;

/// <summary>What a trial begins with.</summary>
/// <param name="Judged">The whole scenario, with the conditions that its goals are judged by.</param>
/// <param name="Plan">The run: one session of one goal or journey.</param>
internal sealed record TrialStart(Scenario Judged, RunPlan Plan)
{
    /// <summary>The journey that is tried; null where it is a goal.</summary>
    public JourneySpec? Journey => Plan.Scenario.Journeys is [var only, ..] ? only : null;

    /// <summary>The goal that is tried; of a journey its name and its conditions.</summary>
    public GoalSpec Goal => Journey is { } journey
        ? new GoalSpec { Name = journey.Name, Goal = "", Success = journey.Success, Failure = journey.Failure }
        : Plan.Scenario.Goals[0];
}
