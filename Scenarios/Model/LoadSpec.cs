using System.Collections.Immutable;

namespace ApeTest.Scenarios.Model;

/// <summary>
/// How much load there is. Closed model: how many agents are active at a time, each starting its next session when the last has ended.
/// Open model (<see cref="Rate"/>): how many sessions start in a time, however long they take.
/// </summary>
public sealed record LoadSpec
{
    /// <summary>Default constant.</summary>
    public LoadShapeKind Shape { get; init; } = LoadShapeKind.Constant;

    /// <summary>
    /// Open model: arrivals in a time, of a shape whose levels are rates the highest; the scenario's agents are then the most sessions at the same
    /// time. Null: closed model.
    /// </summary>
    public ArrivalRate? Rate { get; init; }

    /// <summary>How arrivals of the open model are spread. Default even.</summary>
    public ArrivalKind Arrivals { get; init; } = ArrivalKind.Even;

    /// <summary>First level. Default: of a ramp of agents 1, of steps <see cref="By"/>, otherwise 0.</summary>
    public LoadLevel? From { get; init; }

    /// <summary>Last level. Default, of a ramp of agents only: the scenario's agents.</summary>
    public LoadLevel? To { get; init; }

    /// <summary>What each step adds.</summary>
    public LoadLevel? By { get; init; }

    /// <summary>Duration of a step.</summary>
    public TimeSpan? Every { get; init; }

    /// <summary>Duration of a slope. Default: of a ramp the run's duration, of stress <see cref="Every"/>, otherwise 0.</summary>
    public TimeSpan? Over { get; init; }

    /// <summary>Level before and after a spike.</summary>
    public LoadLevel? Base { get; init; }

    /// <summary>Level of a spike.</summary>
    public LoadLevel? Peak { get; init; }

    /// <summary>When a spike begins, since the run's start.</summary>
    public TimeSpan? At { get; init; }

    /// <summary>How long the highest level is held. Default, of stress: <see cref="Every"/>.</summary>
    public TimeSpan? Hold { get; init; }

    /// <summary>Stages of a custom shape. Default none.</summary>
    public ImmutableArray<LoadStage> Stages { get; init; } = [];

    /// <summary>Thresholds that a level must hold to be below the breakpoint. Default: <see cref="Load.BreakpointTerms.Until"/>.</summary>
    public ImmutableArray<ThresholdSpec> Until { get; init; } = [];

    /// <summary>How near the breakpoint is found. Default: a tenth of <see cref="By"/>, of agents at least 1.</summary>
    public LoadLevel? Precision { get; init; }
}
