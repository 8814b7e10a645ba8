using System.Collections.Immutable;
using System.Text.Json;
using ApeTest.Scenarios.Model;
using ApeTest.Targets.Tools;

namespace ApeTest.Agent.Sessions;

/// <summary>What a brain may see of a session: never the oracle, never secret values.</summary>
public sealed record SessionView
{
    /// <summary>Run id.</summary>
    public required string Run { get; init; }

    /// <summary>Session id.</summary>
    public required string Session { get; init; }

    /// <summary>The goal, rendered; secrets as <c>{{placeholders}}</c>.</summary>
    public required string Goal { get; init; }

    /// <summary>The persona; null for none.</summary>
    public PersonaSpec? Persona { get; init; }

    /// <summary>Known variables, secrets as placeholders.</summary>
    public required IReadOnlyDictionary<string, JsonElement> State { get; init; }

    /// <summary>Everything decided and observed so far, oldest first.</summary>
    public required IReadOnlyList<Turn> Turns { get; init; }

    /// <summary>Tools on offer, <c>finish</c> included.</summary>
    public required ImmutableArray<ToolSpec> Tools { get; init; }

    /// <summary>Whether somebody watches who wants to read what the model reasons. Default false: nothing of it is kept.</summary>
    public bool WantsReasoning { get; init; }

    /// <summary>Whether <see cref="Brains.Decision.Prompt"/> is wanted, for the session's record. Default false.</summary>
    public bool WantsPrompt { get; init; }

    /// <summary>Decisions left before the step cap.</summary>
    public required int StepsLeft { get; init; }

    /// <summary>
    /// Makes a call at once, for a brain whose framework invokes tools while it decides: tool name and arguments; what comes back is the
    /// observation. The call is an action like one that was decided: in a turn of its own, measured and judged. Null: there is no session.
    /// </summary>
    public Func<string, JsonElement, CancellationToken, ValueTask<string>>? Invoke { get; init; }
}

/// <summary>One decision and what came of it.</summary>
/// <param name="Calls">The calls.</param>
/// <param name="Observations">One observation per call, in the same order (see <see cref="ActionResult.Observation"/>).</param>
/// <param name="Text">What the model said beside the calls; null for nothing.</param>
public sealed record Turn(ImmutableArray<ToolCall> Calls, ImmutableArray<string> Observations, string? Text);
