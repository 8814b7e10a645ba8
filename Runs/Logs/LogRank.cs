using System.Text.Json;

namespace ApeTest.Runs.Logs;

/// <summary>
/// Order of lines of one millisecond. Each service writes its line when its part is done, so that the innermost comes first: the model's
/// answer, the agent's decision, the target, the gateway, the action.
/// </summary>
internal static class LogRank
{
    /// <summary>Whatever has no place in an action.</summary>
    public const byte Other = 5;

    private const byte Started = 0;
    private const byte Model = 1;
    private const byte Decision = 2;
    private const byte Target = 3;
    private const byte Gateway = 4;

    /// <summary>Rank by the service's name, where the event has none of its own.</summary>
    public static byte OfService(ref Utf8JsonReader value, byte known) =>
        known is not Other || value.TokenType is not JsonTokenType.String ? known
        : value.ValueTextEquals("llm-proxy"u8) ? Model
        : value.ValueTextEquals("gateway"u8) ? Gateway
        : value.ValueTextEquals("agent"u8) || value.ValueTextEquals("collector"u8) ? Other
        : Target;

    /// <summary>Rank by the event's name, where it has one.</summary>
    public static byte OfEvent(ref Utf8JsonReader value, byte known) =>
        value.TokenType is not JsonTokenType.String ? known
        : value.ValueTextEquals("session.started"u8) ? Started
        : value.ValueTextEquals("model.completed"u8) ? Decision
        : known;
}
