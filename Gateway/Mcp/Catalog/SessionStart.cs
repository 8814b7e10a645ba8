using System.Text.Json;
using ModelContextProtocol.Protocol;

namespace ApeTest.Gateway.Mcp.Catalog;

/// <summary><c>session_start</c>: begins a session in the session-less protocol (2026-07-28), in which no connection stands for one.</summary>
internal static class SessionStart
{
    /// <summary>Name of the tool.</summary>
    public const string Name = "session_start";

    /// <summary>Name of the argument, and of the field of the result, that carries the handle.</summary>
    public const string Argument = "session";

    /// <summary>As it is listed.</summary>
    public static readonly Tool Tool = new()
    {
        Name = Name,
        Title = "Start a session",
        Description = "Starts a session and returns its handle. Give it as `session` to every other tool, so that cookies, tokens and remembered values carry over from call to call. Without it a call starts from nothing.",
        InputSchema = JsonDocument.Parse("""{"type":"object","properties":{},"additionalProperties":false}""").RootElement.Clone(),
        Annotations = new ToolAnnotations { Title = "Start a session", ReadOnlyHint = false, DestructiveHint = false, IdempotentHint = false, OpenWorldHint = false },
    };
}
