using ApeTest.Scenarios.Model;

namespace ApeTest.Cli.Execution;

/// <summary>How a run in this process differs from the scenario as it stands.</summary>
internal sealed record LocalRunOptions
{
    /// <summary>A target that is not on this machine was agreed to beforehand. Default: ask, or refuse where nobody can answer.</summary>
    public bool Confirmed { get; init; }

    /// <summary>Told once everything is ready, before the run exists. Default: nobody.</summary>
    public Action<Scenario>? Ready { get; init; }

    /// <summary>Changes the judged scenario before it is planned, as one session instead of many. Default: as it is.</summary>
    public Func<Scenario, Scenario>? Adjust { get; init; }
}
