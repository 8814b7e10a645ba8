namespace ApeTest.Scenarios.Model;

/// <summary>Names of the load shapes; docs/load.md has a table of each.</summary>
public enum LoadShapeKind
{
    /// <summary>All agents, or the rate, from the start.</summary>
    Constant,

    /// <summary>Linear from <see cref="LoadSpec.From"/> to <see cref="LoadSpec.To"/> over <see cref="LoadSpec.Over"/>, then constant.</summary>
    Ramp,

    /// <summary>From <see cref="LoadSpec.From"/> up to <see cref="LoadSpec.To"/> by <see cref="LoadSpec.By"/>, each level for <see cref="LoadSpec.Every"/>.</summary>
    Steps,

    /// <summary>
    /// <see cref="LoadSpec.Base"/> for <see cref="LoadSpec.At"/>, up to <see cref="LoadSpec.Peak"/> within <see cref="LoadSpec.Over"/>, there for
    /// <see cref="LoadSpec.Hold"/>, back within <see cref="LoadSpec.Over"/>, and <see cref="LoadSpec.Base"/> for <see cref="LoadSpec.At"/> again.
    /// </summary>
    Spike,

    /// <summary>Steps beyond the normal load, then the last level for <see cref="LoadSpec.Hold"/>, then down to 0 over <see cref="LoadSpec.Over"/>.</summary>
    Stress,

    /// <summary>Up to <see cref="LoadSpec.To"/> over <see cref="LoadSpec.Over"/>, there for <see cref="LoadSpec.Hold"/>, and down to 0 over <see cref="LoadSpec.Over"/>.</summary>
    Soak,

    /// <summary>As constant, until a count is done: the scenario's iterations are required.</summary>
    Volume,

    /// <summary>As constant, with few agents: what others are compared with.</summary>
    Baseline,

    /// <summary>
    /// Up by steps until a threshold of <see cref="LoadSpec.Until"/> breaks, then bisected between the last level that held and the first that
    /// did not, to <see cref="LoadSpec.Precision"/> (<see cref="Load.BreakpointSearch"/>).
    /// </summary>
    Breakpoint,

    /// <summary>From <see cref="LoadSpec.From"/> along <see cref="LoadSpec.Stages"/>.</summary>
    Custom,
}

/// <summary>How the arrivals of the open model are spread.</summary>
public enum ArrivalKind
{
    /// <summary>At equal distances of the shape's integral: as many in every second as the shape says, give or take one.</summary>
    Even,

    /// <summary>As independent users arrive: a Poisson process whose rate is the shape.</summary>
    Poisson,
}
