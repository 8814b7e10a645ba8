using System.Collections.Immutable;
using ApeTest.Scenarios.Planning;
using ApeTest.Targets.Journeys.Compilation;
using ApeTest.Targets.Raw;

namespace ApeTest.Targets.Journeys;

/// <summary>All journeys of a run, compiled once. Immutable, shared by all agents.</summary>
public sealed class JourneyPlan
{
    internal JourneyPlan(ValueTable table, ImmutableArray<int> usedFeeds, int slots, TimeProvider time) => (Table, UsedFeeds, Slots, Time) = (table, usedFeeds, slots, time);

    /// <summary>The journeys, in the scenario's order.</summary>
    public required ImmutableArray<CompiledJourney> Journeys { get; init; }

    /// <summary>What is done once before the load, as the <see cref="CompiledJourney.Program"/> of a journey named <c>setup</c>; null for nothing.</summary>
    public required CompiledJourney? Setup { get; init; }

    /// <summary>What is done once after the load, as the program of a journey named <c>teardown</c>; null for nothing.</summary>
    public required CompiledJourney? Teardown { get; init; }

    /// <summary>Requests of all journeys, set-up and teardown included, by <see cref="CompiledStep.Index"/>.</summary>
    public required ImmutableArray<CompiledStep> Steps { get; init; }

    internal ValueTable Table { get; }

    /// <summary>Numbers of the feeds that a journey names.</summary>
    internal ImmutableArray<int> UsedFeeds { get; }

    /// <summary>Slots of the run.</summary>
    internal int Slots { get; }

    internal TimeProvider Time { get; }

    /// <summary>Compiles the journeys of a run. Throws <see cref="Scenarios.ApeTestException"/> (exit 2) with all errors.</summary>
    /// <param name="plan">The run.</param>
    /// <param name="route">Makes a route of operation, server and method; also called while the run is under way, by several threads, where a redirect leads elsewhere.</param>
    /// <param name="time">Clock, for generated dates, expiry of cookies and <c>within</c>. Default the system's.</param>
    public static JourneyPlan Compile(RunPlan plan, Func<string, Uri, string, RawRoute> route, TimeProvider? time = null) =>
        new PlanCompiler(plan.Scenario, route, time ?? TimeProvider.System).Compile();

    /// <summary>What one agent knows, for all its sessions.</summary>
    /// <param name="shared">What the run's setup extracted. Default nothing.</param>
    public JourneyValues CreateValues(SharedValues? shared = null) => new(this, shared);

    /// <summary>Makes what the run's setup extracted (<see cref="JourneyValues.ExtractedInClear"/>) known to all agents.</summary>
    public SharedValues Share(IEnumerable<KeyValuePair<string, string>> values) => new(Table, values);
}
