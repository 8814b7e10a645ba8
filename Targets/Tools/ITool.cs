using System.Text.Json;
using ApeTest.Targets.Sessions;

namespace ApeTest.Targets.Tools;

/// <summary>Something a brain or an MCP client can call: an operation of the target, a generic HTTP verb, <c>state_update</c>.</summary>
public interface ITool
{
    /// <summary>Name, description and input schema.</summary>
    ToolSpec Spec { get; }

    /// <summary>
    /// Checks the arguments against <see cref="ToolSpec.InputSchema"/> and, if they hold, makes the call with the session's state.
    /// A bad call or a failing target is a result, never an exception.
    /// </summary>
    ValueTask<ActionResult> InvokeAsync(ToolCall call, SessionState state, CancellationToken cancellationToken);
}

/// <summary>A tool as a brain sees it.</summary>
/// <param name="Name">Unique in a catalog, <c>[A-Za-z0-9_-]{1,64}</c>.</param>
/// <param name="Description"><c>METHOD /path - summary. description</c> for operations.</param>
/// <param name="InputSchema">JSON schema of the arguments (an object schema, <c>$ref</c> resolved).</param>
/// <param name="IsAction">Whether a call is sent to the target (DESIGN 2: state_update and finish are not actions).</param>
public sealed record ToolSpec(string Name, string Description, JsonElement InputSchema, bool IsAction)
{
    /// <summary>HTTP method of an operation; null otherwise.</summary>
    public string? Method { get; init; }

    /// <summary>Path template of an operation; null otherwise.</summary>
    public string? Path { get; init; }
}

/// <summary>A call as a brain makes it.</summary>
/// <param name="Id">Call id, unique in the conversation.</param>
/// <param name="Tool">Tool name.</param>
/// <param name="Arguments">Arguments; an object when well-formed.</param>
public sealed record ToolCall(string Id, string Tool, JsonElement Arguments);
