using System.Text.Encodings.Web;
using System.Text.Json;

namespace ApeTest.Cli.Commands.Try;

/// <summary>What a brain was told of a call, taken apart for a person.</summary>
/// <param name="Text">The body as one line of JSON or text, or the error's message; empty for none.</param>
/// <param name="Note">What ApeTest said about it; null for nothing.</param>
internal sealed record Observation(string Text, string? Note)
{
    private static readonly JsonSerializerOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Reads <c>{"status":…,"body":…,"note":…}</c> or <c>{"error":{"type":…,"message":…}}</c>; anything else is the text.</summary>
    public static Observation Read(string observation)
    {
        try
        {
            using var document = JsonDocument.Parse(observation);
            var root = document.RootElement;
            if (root.ValueKind is not JsonValueKind.Object)
            {
                return new Observation(observation, null);
            }
            var note = root.TryGetProperty("note", out var said) && said.ValueKind is JsonValueKind.String ? said.GetString() : null;
            if (root.TryGetProperty("error", out var error) && error.ValueKind is JsonValueKind.Object && error.TryGetProperty("message", out var message))
            {
                return new Observation(message.ToString(), note);
            }
            return new Observation(root.TryGetProperty("body", out var body) ? Compact(body) : string.Empty, note);
        }
        catch (JsonException)
        {
            return new Observation(observation, null);
        }
    }

    /// <summary>A value on one line without blanks; a text without its quotes.</summary>
    public static string Compact(JsonElement value) => value.ValueKind is JsonValueKind.String ? value.GetString()! : JsonSerializer.Serialize(value, Relaxed);
}
