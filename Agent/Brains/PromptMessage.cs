using System.Collections.Immutable;
using ApeTest.Targets.Tools;

namespace ApeTest.Agent.Brains;

/// <summary>A message of a prompt, independent of any SDK: both chat brains map it to their own types.</summary>
/// <param name="Role">Who speaks.</param>
/// <param name="Text">Text; null for an assistant message of calls only.</param>
/// <param name="Calls">Calls of an assistant message; empty otherwise.</param>
/// <param name="CallId">Call that a tool message answers; null otherwise.</param>
internal readonly record struct PromptMessage(PromptRole Role, string? Text, ImmutableArray<ToolCall> Calls, string? CallId)
{
    public PromptMessage(PromptRole role, string text)
        : this(role, text, [], null)
    {
    }

    /// <summary>The name under which a call stands in the history: providers refuse an empty one.</summary>
    public static string ToolName(ToolCall call) => call.Tool.Length == 0 ? "unknown" : call.Tool;
}

/// <summary>Who speaks in a prompt.</summary>
internal enum PromptRole
{
    System,
    User,
    Assistant,
    Tool,
}
