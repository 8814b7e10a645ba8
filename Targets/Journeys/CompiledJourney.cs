using System.Collections.Immutable;
using ApeTest.Scenarios.Model;
using ApeTest.Scenarios.Model.Journeys;

namespace ApeTest.Targets.Journeys;

/// <summary>A journey as flat programs. Immutable, shared by all agents.</summary>
public sealed class CompiledJourney
{
    /// <summary>Number in its plan, from 0, in the scenario's order; set-up and teardown of the run come behind.</summary>
    public required int Index { get; init; }

    /// <summary>Name.</summary>
    public required string Name { get; init; }

    /// <summary>The journey as written; of the run's set-up and teardown one that holds their steps.</summary>
    public required JourneySpec Spec { get; init; }

    /// <summary>What a session does.</summary>
    public required ImmutableArray<Instruction> Program { get; init; }

    /// <summary>What an agent does before its first session; only <see cref="InstructionKind.End"/> for nothing.</summary>
    public required ImmutableArray<Instruction> Setup { get; init; }

    /// <summary>What an agent does after its last session; only <see cref="InstructionKind.End"/> for nothing.</summary>
    public required ImmutableArray<Instruction> Teardown { get; init; }

    /// <summary>Requests of all three programs.</summary>
    public required ImmutableArray<CompiledStep> Steps { get; init; }

    /// <summary>Pauses that are steps of their own.</summary>
    public required ImmutableArray<ThinkTime> Pauses { get; init; }

    /// <summary>Conditions of branches.</summary>
    public required ImmutableArray<StepTest> Conditions { get; init; }

    /// <summary>Loops.</summary>
    public required ImmutableArray<LoopTest> Loops { get; init; }

    /// <summary>Names of groups.</summary>
    public required ImmutableArray<string> Groups { get; init; }
}
