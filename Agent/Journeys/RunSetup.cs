using System.Collections.Immutable;
using ApeTest.Agent.Workers;
using ApeTest.Runs.Recording;
using ApeTest.Scenarios.Planning;
using Microsoft.Extensions.Logging.Abstractions;

namespace ApeTest.Agent.Journeys;

/// <summary>What a scenario does once a run, around the load: by who submits it, not by its workers.</summary>
public static class RunSetup
{
    /// <summary>
    /// Does the scenario's <c>setup</c> and returns the plan with what it extracted. A step that fails throws <see cref="Scenarios.ApeTestException"/>
    /// (exit 3): no session has begun then.
    /// </summary>
    public static async Task<RunPlan> BeginAsync(RunPlan plan, AgentOptions options, TimeProvider time, CancellationToken cancellationToken)
    {
        if (plan.Scenario.Setup.IsEmpty)
        {
            return plan;
        }
        using var run = Context(plan, options, time);
        await using var runner = run.Journeys!.CreateRunner(run, Recorder(plan, time), slot: 0);
        var extracted = await runner.RunOnceAsync("setup", run.Journeys.Plan.Setup!, cancellationToken);
        return plan with { Shared = extracted.ToImmutableSortedDictionary(StringComparer.Ordinal) };
    }

    /// <summary>Does the scenario's <c>teardown</c>. A step that fails throws <see cref="Scenarios.ApeTestException"/> (exit 3).</summary>
    public static async Task EndAsync(RunPlan plan, AgentOptions options, TimeProvider time, CancellationToken cancellationToken)
    {
        if (plan.Scenario.Teardown.IsEmpty)
        {
            return;
        }
        using var run = Context(plan, options, time);
        await using var runner = run.Journeys!.CreateRunner(run, Recorder(plan, time), slot: 0);
        await runner.RunOnceAsync("teardown", run.Journeys.Plan.Teardown!, cancellationToken);
    }

    // Its requests are not part of the load: they are in no figure of the run.
    private static BlockRecorder Recorder(RunPlan plan, TimeProvider time) => new(plan, new RunBlock(0, 0, 1), 1, "setup", time);

    private static RunContext Context(RunPlan plan, AgentOptions options, TimeProvider time)
    {
        var metrics = new AgentMetrics(factory: null);
        var journeys = new JourneyEngine(plan, options, metrics, time);
        return new RunContext(plan, journeys.General, brain: null, metrics, NullLogger.Instance, time, static (_, _) => { }, observer: null, journeys);
    }
}
