using System.Collections.Immutable;
using ApeTest.Agent.Workers;
using ApeTest.Runs.Recording;
using ApeTest.Scenarios.Planning;
using ApeTest.Targets.Journeys;
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
        var extracted = await DoAsync(plan, options, time, "setup", static journeys => journeys.Setup!, cancellationToken);
        return plan with { Shared = extracted.ToImmutableSortedDictionary(StringComparer.Ordinal) };
    }

    /// <summary>Does the scenario's <c>teardown</c>. A step that fails throws <see cref="Scenarios.ApeTestException"/> (exit 3).</summary>
    public static async Task EndAsync(RunPlan plan, AgentOptions options, TimeProvider time, CancellationToken cancellationToken)
    {
        if (!plan.Scenario.Teardown.IsEmpty)
        {
            await DoAsync(plan, options, time, "teardown", static journeys => journeys.Teardown!, cancellationToken);
        }
    }

    private static async Task<IReadOnlyDictionary<string, string>> DoAsync(
        RunPlan plan, AgentOptions options, TimeProvider time, string name, Func<JourneyPlan, CompiledJourney> steps, CancellationToken cancellationToken)
    {
        using var run = Context(plan, options, time);
        IReadOnlyDictionary<string, string> extracted = ImmutableSortedDictionary<string, string>.Empty;
        // A loop's transport is for the loop alone.
        await run.ThreadOf(slot: 0).StartAsync(async () =>
        {
            await using var runner = run.Journeys!.CreateRunner(run, Recorder(plan, time), slot: 0);
            extracted = await runner.RunOnceAsync(name, steps(run.Journeys.Plan), cancellationToken);
        });
        return extracted;
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
