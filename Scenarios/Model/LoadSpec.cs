namespace ApeTest.Scenarios.Model;

/// <summary>
/// How much load there is. Closed model: how many agents are active at a time, each starting its next session when the last has ended.
/// Open model (<see cref="Rate"/>): how many sessions start in a time, however long they take.
/// </summary>
public sealed record LoadSpec
{
    /// <summary>Default constant.</summary>
    public LoadShapeKind Shape { get; init; } = LoadShapeKind.Constant;

    /// <summary>Open model: arrivals in a time; the scenario's agents are then the most sessions at the same time. Null: closed model.</summary>
    public ArrivalRate? Rate { get; init; }

    /// <summary>Agents at the start of a ramp. Default 1.</summary>
    public int? From { get; init; }

    /// <summary>Agents at the end of a ramp. Default: the scenario's agents.</summary>
    public int? To { get; init; }

    /// <summary>Duration of a ramp. Default: the run's duration.</summary>
    public TimeSpan? Over { get; init; }
}

/// <summary>Names of the load shapes.</summary>
public enum LoadShapeKind
{
    /// <summary>All agents from the start.</summary>
    Constant,

    /// <summary>Linear from <see cref="LoadSpec.From"/> to <see cref="LoadSpec.To"/> over <see cref="LoadSpec.Over"/>, then constant.</summary>
    Ramp,
}
