using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace ApeTest.LlmProxy.Errors;

/// <summary>
/// Brings a provider's error into OpenAI's shape. Seen in the wild: <c>{"error":{...}}</c> (OpenAI), with a number as code (llama.cpp),
/// <c>{"error":"text"}</c> (Ollama), flat <c>{"message","type","param","code"}</c> (Cerebras), <c>{"detail":...}</c> (FastAPI), and HTML.
/// </summary>
internal static class UpstreamErrorReader
{
    private const int LongestText = 1000;

    /// <summary>Whether a JSON object is an error and not a completion.</summary>
    public static bool IsError(JsonElement root) =>
        root.ValueKind == JsonValueKind.Object
        && ((root.TryGetProperty("error", out var error) && error.ValueKind is JsonValueKind.Object or JsonValueKind.String)
            || (!root.TryGetProperty("choices", out _) && root.TryGetProperty("message", out var message) && message.ValueKind == JsonValueKind.String
                && (root.TryGetProperty("code", out _) || root.TryGetProperty("type", out _))));

    /// <summary>Reads an error body; <paramref name="status"/> is the provider's, or 200 when the error came under it.</summary>
    public static OpenAiError Read(int status, ReadOnlyMemory<byte> body, Redactor redactor)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            return Read(status, document.RootElement, redactor);
        }
        catch (JsonException)
        {
            var text = Clean(Encoding.UTF8.GetString(body.Span).Trim(), redactor);
            return OpenAiError.Upstream(StatusOf(status, default), "upstream_error",
                text.Length == 0 ? $"the provider answered {status} without a body" : $"the provider answered {status}: {text}");
        }
    }

    public static OpenAiError Read(int status, JsonElement root, Redactor redactor)
    {
        var source = root;
        string? message = null;
        if (root.ValueKind == JsonValueKind.Object && root.TryGetProperty("error", out var error))
        {
            if (error.ValueKind == JsonValueKind.Object)
            {
                source = error;
            }
            else
            {
                message = Text(error);
            }
        }

        message ??= Member(source, "message") ?? Member(source, "detail") ?? Encoding.UTF8.GetString(JsonMarshal.GetRawUtf8Value(root));
        return new OpenAiError(StatusOf(status, root), Clean(Member(source, "type"), redactor) ?? "upstream_error", Clean(Member(source, "code"), redactor),
            Clean(message, redactor), Clean(Member(source, "param"), redactor));
    }

    // An error under 200 says its status in "status_code" (Cerebras), in a numeric code (llama.cpp), or not at all.
    private static int StatusOf(int status, JsonElement root)
    {
        if (status >= 400)
        {
            return status;
        }

        if (root.ValueKind == JsonValueKind.Object)
        {
            if (root.TryGetProperty("status_code", out var named) && named.TryGetStatus(out var found))
            {
                return found;
            }

            if (root.TryGetProperty("error", out var error) && error.ValueKind == JsonValueKind.Object
                && error.TryGetProperty("code", out var code) && code.TryGetStatus(out found))
            {
                return found;
            }
        }

        return StatusCodes.Status502BadGateway;
    }

    private static bool TryGetStatus(this JsonElement value, out int status)
    {
        status = 0;
        return value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out status) && status is >= 400 and <= 599;
    }

    private static string? Member(JsonElement source, string name) =>
        source.ValueKind == JsonValueKind.Object && source.TryGetProperty(name, out var value) ? Text(value) : null;

    private static string? Text(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null or JsonValueKind.Undefined => null,
        JsonValueKind.String => Readable(value),
        _ => Encoding.UTF8.GetString(JsonMarshal.GetRawUtf8Value(value)),
    };

    // A text that was cut within a character (half a surrogate pair, half a UTF-8 sequence) is told as it stands in the JSON.
    private static string Readable(JsonElement value)
    {
        try
        {
            return value.GetString()!;
        }
        catch (InvalidOperationException)
        {
            return Encoding.UTF8.GetString(JsonMarshal.GetRawUtf8Value(value)).Trim('"');
        }
    }

    // Redacted before it is cut: a key across the cut would not be found.
    [return: NotNullIfNotNull(nameof(text))]
    private static string? Clean(string? text, Redactor redactor)
    {
        if (text is null)
        {
            return null;
        }

        text = redactor.Redact(text);
        return text.Length <= LongestText ? text : string.Concat(text.AsSpan(0, LongestText - (char.IsHighSurrogate(text[LongestText - 1]) ? 1 : 0)), "...");
    }
}
