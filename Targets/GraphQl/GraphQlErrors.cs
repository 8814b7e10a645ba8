using System.Text.Json;
using ApeTest.Targets.Http;
using ApeTest.Targets.Tools;

namespace ApeTest.Targets.GraphQl;

/// <summary>The first of an answer's <c>errors</c> (GraphQL, October 2021, section 7.1.2).</summary>
/// <param name="Type">One of <see cref="TargetErrors"/>.</param>
/// <param name="Message">Its message.</param>
internal readonly record struct GraphQlErrors(string Type, string Message)
{
    private const int MaxMessage = 500;

    /// <summary>Of a body; null where there is none.</summary>
    public static GraphQlErrors? Find(ReadOnlyMemory<byte> body)
    {
        // Nearly all answers: nothing is parsed.
        if (body.Span.IndexOf("\"errors\""u8) < 0)
        {
            return null;
        }
        try
        {
            using var document = JsonDocument.Parse(body, GraphQlImporter.Deep);
            return Find(document.RootElement);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>Of an answer; null where there is none.</summary>
    public static GraphQlErrors? Find(JsonElement answer)
    {
        if (answer.ValueKind != JsonValueKind.Object || !answer.TryGetProperty("errors", out var errors) || errors.ValueKind != JsonValueKind.Array || errors.GetArrayLength() == 0)
        {
            return null;
        }
        var first = errors[0];
        var message = Text(first, "message") ?? "an error without a message";
        var code = first.ValueKind == JsonValueKind.Object && first.TryGetProperty("extensions", out var extensions) ? Text(extensions, "code") : null;
        // The code that Apollo's servers and those that follow them give where others answer 401.
        return new(code is "UNAUTHENTICATED" or "AUTH_NOT_AUTHENTICATED" ? TargetErrors.GraphQlUnauthenticated : TargetErrors.GraphQl, ObservationWriter.Cut(message, MaxMessage));
    }

    private static string? Text(JsonElement map, string name) =>
        map.ValueKind == JsonValueKind.Object && map.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
