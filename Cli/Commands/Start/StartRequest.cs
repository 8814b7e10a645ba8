using ApeTest.Cli.Deploy;
using ApeTest.Cli.Input;

namespace ApeTest.Cli.Commands.Start;

/// <summary>What <c>start</c> was asked to do.</summary>
internal sealed record StartRequest
{
    /// <summary>What to run.</summary>
    public required ScenarioInput Input { get; init; }

    /// <summary>Whether standard output carries summary.json instead of text.</summary>
    public bool Json { get; init; }

    /// <summary>File that gets summary.json too; null for none.</summary>
    public string? OutFile { get; init; }

    /// <summary>No progress, no messages.</summary>
    public bool Quiet { get; init; }

    /// <summary>A target that is not on this machine was agreed to beforehand.</summary>
    public bool Confirmed { get; init; }

    /// <summary>The run goes on in a process of its own.</summary>
    public bool Detach { get; init; }

    /// <summary>The run waits until no other is on its target.</summary>
    public bool Queue { get; init; }

    /// <summary>Workers that the agents are spread over; null: they are in this process, or wherever the stack has them.</summary>
    public int? Workers { get; init; }

    /// <summary>No colours.</summary>
    public bool NoColor { get; init; }

    /// <summary>The stack of containers that is brought up for the run; null for none.</summary>
    public ComposeRequest? Compose { get; init; }
}
