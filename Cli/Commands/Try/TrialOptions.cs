namespace ApeTest.Cli.Commands.Try;

/// <summary>Which session of a scenario is tried.</summary>
internal sealed record TrialOptions
{
    /// <summary>Name of the goal or journey. Default: the scenario's first goal, or without goals its first journey.</summary>
    public string? Pick { get; init; }

    /// <summary>Row that the session takes of each data feed, from 1; beyond a feed's end it begins again. Default 1.</summary>
    public int Row { get; init; } = 1;

    /// <summary>A target that is not on this machine was agreed to beforehand.</summary>
    public bool Confirmed { get; init; }
}
