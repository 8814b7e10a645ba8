using System.Text.Json;
using ApeTest.Targets.Tools;

namespace ApeTest.Agent.Sessions;

/// <summary><c>finish</c>: the brain says that it is done. It ends the session; it proves nothing.</summary>
internal static class FinishTool
{
    public const string Name = "finish";

    private const int MaxReason = 200;

    public static ToolSpec Spec { get; } = new(
        Name,
        "Ends the session. Call it when the goal is reached, or cannot be reached.",
        JsonDocument.Parse(
            """
            {"type":"object","properties":{
              "outcome":{"type":"string","enum":["success","failure"],"description":"Whether the goal was reached."},
              "reason":{"type":"string","description":"Why, in one sentence."}},
             "required":["outcome","reason"],"additionalProperties":false}
            """).RootElement.Clone(),
        IsAction: false);

    /// <summary>Reads a call; null with what is wrong. A missing reason is forgiven: small models leave it away, and nothing hangs on it.</summary>
    public static FinishClaim? Read(JsonElement arguments, out string? error)
    {
        error = null;
        if (arguments.ValueKind is JsonValueKind.Object && arguments.TryGetProperty("outcome", out var outcome) && outcome.ValueKind is JsonValueKind.String
            && outcome.GetString() is "success" or "failure")
        {
            var reason = arguments.TryGetProperty("reason", out var text) && text.ValueKind is JsonValueKind.String ? text.GetString()! : "";
            reason = reason.ReplaceLineEndings(" ").Trim();
            return new FinishClaim(outcome.ValueEquals("success"), reason.Length > MaxReason ? reason[..MaxReason] : reason);
        }
        error = "$.outcome: expected \"success\" or \"failure\"";
        return null;
    }
}

/// <summary>What a brain claims at the end.</summary>
internal sealed record FinishClaim(bool Success, string Reason);
