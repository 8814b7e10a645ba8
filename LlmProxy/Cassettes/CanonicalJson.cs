using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using ApeTest.LlmProxy.Errors;

namespace ApeTest.LlmProxy.Cassettes;

/// <summary>
/// Writes JSON in one way only: members in ordinal order of their names, no spaces, text readable. Left out is what the proxy itself may have put into a request, and
/// that is not told from what the client wrote: <c>max_completion_tokens</c> and <c>max_tokens</c> (a budget bounds them), <c>stream_options</c> (usage is asked for);
/// and <c>stream</c> where it is false or null, as if it were absent.
/// </summary>
internal static class CanonicalJson
{
    private static readonly string[] Unmatched = ["max_completion_tokens", "max_tokens", "stream_options"];

    /// <summary>How cassettes are written.</summary>
    public static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, MaxDepth = 512, SkipValidation = true };

    /// <summary>A live request, normalised and redacted.</summary>
    public static byte[] Write(JsonElement root, VolatileValues values, Redactor redactor)
    {
        Learn(root, values);
        return Write(root, new Normaliser(values, redactor));
    }

    /// <summary>A recorded request, which is normalised already.</summary>
    public static byte[] Write(JsonElement root) => Write(root, normaliser: null);

    private static void Learn(JsonElement value, VolatileValues values)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (var member in value.EnumerateObject())
                {
                    Learn(member.Value, values);
                }

                break;
            case JsonValueKind.Array:
                foreach (var item in value.EnumerateArray())
                {
                    Learn(item, values);
                }

                break;
            case JsonValueKind.String:
                values.Learn(value.GetString()!);
                break;
        }
    }

    private static bool IsMatched(JsonProperty member) =>
        !Unmatched.Contains(member.Name, StringComparer.Ordinal) && !(member.Name == "stream" && member.Value.ValueKind is (JsonValueKind.False or JsonValueKind.Null));

    private static byte[] Write(JsonElement root, Normaliser? normaliser)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        using (var json = new Utf8JsonWriter(buffer, Options))
        {
            Write(json, root, normaliser, depth: 0, name: "", parent: "");
        }

        return buffer.WrittenSpan.ToArray();
    }

    private static void Write(Utf8JsonWriter json, JsonElement value, Normaliser? normaliser, int depth, string name, string parent)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                json.WriteStartObject();
                foreach (var member in value.EnumerateObject().Where(member => depth > 0 || IsMatched(member)).OrderBy(member => member.Name, StringComparer.Ordinal))
                {
                    json.WritePropertyName(normaliser?.Name(member.Name) ?? member.Name);
                    Write(json, member.Value, normaliser, depth + 1, member.Name, name);
                }

                json.WriteEndObject();
                break;
            case JsonValueKind.Array:
                json.WriteStartArray();
                foreach (var item in value.EnumerateArray())
                {
                    Write(json, item, normaliser, depth + 1, name, parent);
                }

                json.WriteEndArray();
                break;
            case JsonValueKind.String:
                var text = value.GetString()!;
                json.WriteStringValue(normaliser?.Text(text, depth, name, parent) ?? text);
                break;
            case JsonValueKind.Number when normaliser is not null && VolatileValues.IsSecretName(name):
                json.WriteStringValue(normaliser.Text(value.GetRawText(), depth, name, parent)); // a PIN
                break;
            // Settings at the top (seed) are no times.
            case JsonValueKind.Number when depth > 1 && normaliser?.Number(value.GetRawText()) is { } placeholder:
                json.WriteStringValue(placeholder);
                break;
            default:
                json.WriteRawValue(value.GetRawText(), skipInputValidation: true);
                break;
        }
    }

    private sealed record Normaliser(VolatileValues Values, Redactor Redactor)
    {
        public string Name(string name) => Redactor.Redact(name);

        public string? Number(string text) => Values.ReplaceNumber(text);

        public string Text(string text, int depth, string name, string parent)
        {
            if (depth == 1 && name == "model")
            {
                return text; // the date in a model's name is part of it
            }

            if (text.Length > 0 && VolatileValues.IsSecretName(name))
            {
                return Values.Add(VolatileValues.Secret, text);
            }

            // Servers differ in what their ids look like; where they stand is always the same.
            var isCallId = text.Length > 0 && (name == "tool_call_id" || (name == "id" && parent == "tool_calls"));
            return Redactor.Redact(isCallId ? Values.Add("call", text) : Values.Replace(text));
        }
    }
}
