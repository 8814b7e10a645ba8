using System.Buffers;
using System.Runtime.InteropServices;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace ApeTest.LlmProxy.Providers.Ollama;

/// <summary>
/// A request's <c>tool_choice</c>, which Ollama does not know: <c>none</c>, <c>required</c>, a named function, or allowed tools
/// (https://platform.openai.com/docs/api-reference/chat/create). What can be said by the list of tools is said so: none of them, or only the allowed ones.
/// </summary>
/// <param name="Names">The functions that may be called; null: all.</param>
/// <param name="IsForced">Whether one must be called.</param>
internal sealed record ToolChoice(IReadOnlyList<string>? Names, bool IsForced)
{
    /// <summary>Reads a request; null where there is nothing to do: no <c>tool_choice</c>, <c>auto</c>, no tools, or none of it understood.</summary>
    public static ToolChoice? Read(ReadOnlyMemory<byte> body)
    {
        if (body.Span.IndexOf("\"tool_choice\""u8) < 0)
        {
            return null;
        }

        using var document = JsonDocument.Parse(body);
        var root = document.RootElement;
        return root.TryGetProperty("tools", out var tools) && tools.ValueKind == JsonValueKind.Array && tools.GetArrayLength() > 0
            && root.TryGetProperty("tool_choice", out var choice) ? Read(choice) : null;
    }

    /// <summary>What was asked for, for messages.</summary>
    public override string ToString() => Names is null ? "any function" : "the function " + string.Join(" or ", Names);

    /// <summary>Whether a call of this function is what was asked for.</summary>
    public bool Allows(string name) => Names is null || Names.Contains(name, StringComparer.Ordinal);

    /// <summary>The request with the tools that may be called; with <paramref name="insist"/> a last message says that one must be.</summary>
    public ReadOnlyMemory<byte> Apply(ReadOnlyMemory<byte> body, bool insist)
    {
        using var document = JsonDocument.Parse(body);
        var output = new ArrayBufferWriter<byte>(body.Length + 256);
        using (var json = new Utf8JsonWriter(output, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            foreach (var field in document.RootElement.EnumerateObject())
            {
                if (field.NameEquals("tools") && Names is { Count: 0 })
                {
                    continue;
                }

                json.WritePropertyName(field.Name);
                if (field.NameEquals("tools") && Names is not null)
                {
                    WriteArray(json, field.Value, tool => Name(tool) is { } name && Allows(name), last: null);
                }
                else if (insist && field.NameEquals("messages") && field.Value.ValueKind == JsonValueKind.Array)
                {
                    WriteArray(json, field.Value, static _ => true, $"Do not answer with text. Call {this} now, with arguments that fit its parameters.");
                }
                else
                {
                    WriteRaw(json, field.Value);
                }
            }

            json.WriteEndObject();
        }

        return output.WrittenMemory;
    }

    private static ToolChoice? Read(JsonElement choice)
    {
        if (choice.ValueKind == JsonValueKind.String)
        {
            return choice.GetString() switch
            {
                "none" => new ToolChoice([], IsForced: false),
                "required" => new ToolChoice(null, IsForced: true),
                _ => null,
            };
        }

        if (Name(choice) is { } name)
        {
            return new ToolChoice([name], IsForced: true);
        }

        return choice.ValueKind == JsonValueKind.Object && choice.TryGetProperty("allowed_tools", out var allowed) && allowed.ValueKind == JsonValueKind.Object
            && allowed.TryGetProperty("tools", out var tools) && tools.ValueKind == JsonValueKind.Array
            ? new ToolChoice(
                [.. tools.EnumerateArray().Select(Name).OfType<string>()],
                allowed.TryGetProperty("mode", out var mode) && mode.ValueKind == JsonValueKind.String && mode.ValueEquals("required"))
            : null;
    }

    // {"type":"function","function":{"name":"x"}}, in a choice as in a list of tools.
    private static string? Name(JsonElement tool) =>
        tool.ValueKind == JsonValueKind.Object && tool.TryGetProperty("function", out var function) && function.ValueKind == JsonValueKind.Object
        && function.TryGetProperty("name", out var name) && name.ValueKind == JsonValueKind.String ? name.GetString() : null;

    private static void WriteArray(Utf8JsonWriter json, JsonElement array, Func<JsonElement, bool> keep, string? last)
    {
        json.WriteStartArray();
        foreach (var item in array.EnumerateArray().Where(keep))
        {
            WriteRaw(json, item);
        }

        if (last is not null)
        {
            json.WriteStartObject();
            json.WriteString("role", "user");
            json.WriteString("content", last);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteRaw(Utf8JsonWriter json, JsonElement value) => json.WriteRawValue(JsonMarshal.GetRawUtf8Value(value), skipInputValidation: true);
}
