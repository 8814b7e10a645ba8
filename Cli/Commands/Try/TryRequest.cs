using ApeTest.Cli.Input;

namespace ApeTest.Cli.Commands.Try;

/// <summary>What <c>try</c> was asked to do.</summary>
internal sealed record TryRequest
{
    /// <summary>What to try.</summary>
    public required ScenarioInput Input { get; init; }

    /// <summary>Which session of it.</summary>
    public required TrialOptions Options { get; init; }

    /// <summary>JSON lines instead of text.</summary>
    public bool Json { get; init; }

    /// <summary>Answers of the target are shown whole.</summary>
    public bool Full { get; init; }

    /// <summary>File that gets the scenario; null to ask where somebody can answer.</summary>
    public string? SaveFile { get; init; }

    /// <summary>Whether a file that exists is replaced.</summary>
    public bool Force { get; init; }

    /// <summary>No colours.</summary>
    public bool NoColor { get; init; }
}
