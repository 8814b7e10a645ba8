using System.Buffers;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace ApeTest.LlmProxy.Providers.OpenAi;

/// <summary>
/// Says the most tokens of an answer by the one name that a provider knows. OpenAI renamed <c>max_tokens</c> to <c>max_completion_tokens</c>; clients send either,
/// Cerebras admits by the new one, Ollama reads only the old one.
/// </summary>
internal static class TokenLimit
{
    private const string OldName = "max_tokens";
    private const string NewName = "max_completion_tokens";

    /// <summary>As <c>max_tokens</c>; where the body states no maximum it stays without.</summary>
    public static ReadOnlyMemory<byte> AsOld(ReadOnlyMemory<byte> body) => body.Span.IndexOf("\"max_completion_tokens\""u8) < 0 ? body : As(OldName, body, null);

    /// <summary>As <c>max_completion_tokens</c>, which is <paramref name="otherwise"/> where the body states no maximum.</summary>
    public static ReadOnlyMemory<byte> AsNew(ReadOnlyMemory<byte> body, int? otherwise)
    {
        // The common case is settled without parsing: the name stands there once, with a number.
        var name = "\"max_completion_tokens\":"u8;
        var at = body.Span.IndexOf(name);
        var isPlain = at >= 0 && at + name.Length < body.Length && char.IsAsciiDigit((char)body.Span[at + name.Length])
            && body.Span[(at + name.Length)..].IndexOf("\"max_completion_tokens\""u8) < 0 && body.Span.IndexOf("\"max_tokens\""u8) < 0;
        return isPlain ? body : As(NewName, body, otherwise);
    }

    /// <summary>The maximum that the body states, whichever its name; null: none, or no JSON object.</summary>
    public static long? Read(ReadOnlyMemory<byte> body)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            return document.RootElement.ValueKind == JsonValueKind.Object ? Stated(document.RootElement) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static ReadOnlyMemory<byte> As(string name, ReadOnlyMemory<byte> body, long? otherwise)
    {
        using var document = JsonDocument.Parse(body);
        var root = document.RootElement;
        var most = Stated(root) ?? otherwise;
        var output = new ArrayBufferWriter<byte>(body.Length + 64);
        using (var json = new Utf8JsonWriter(output))
        {
            json.WriteStartObject();
            if (most is { } tokens)
            {
                json.WriteNumber(name, tokens);
            }

            foreach (var field in root.EnumerateObject())
            {
                if (!field.NameEquals(OldName) && !field.NameEquals(NewName))
                {
                    json.WritePropertyName(field.Name);
                    json.WriteRawValue(JsonMarshal.GetRawUtf8Value(field.Value), skipInputValidation: true);
                }
            }

            json.WriteEndObject();
        }

        return output.WrittenMemory;
    }

    // The new name says more exactly what is meant; a null is no statement.
    private static long? Stated(JsonElement root)
    {
        long? most = null;
        foreach (var field in root.EnumerateObject())
        {
            if (field.Value.ValueKind == JsonValueKind.Number && field.Value.TryGetInt64(out var tokens)
                && (field.NameEquals(NewName) || (most is null && field.NameEquals(OldName))))
            {
                most = tokens;
            }
        }

        return most;
    }
}
