using System.Buffers;
using System.Text;
using System.Text.Json;
using ApeTest.Targets.Sessions;

namespace ApeTest.Targets.Tools;

/// <summary>Replaces <c>{{user.password}}</c> by what it stands for in argument values, at the last moment, and secrets back again in what is shown.</summary>
internal static class SecretFiller
{
    private static readonly JsonWriterOptions Deep = new() { MaxDepth = 512 };

    /// <summary>
    /// The arguments of a call with placeholders filled in: secrets, data, variables of the session, in that order; a name that is none of them stays as it is. An
    /// empty object where the call has none.
    /// </summary>
    /// <param name="call">The call.</param>
    /// <param name="state">The session.</param>
    /// <param name="escape">How a value is escaped within the text of an argument of that name (a path, a form); null: as it is. Default never.</param>
    public static JsonElement Fill(ToolCall call, SessionState state, Func<string, Func<string, string>?>? escape = null)
    {
        if (call.Arguments.ValueKind == JsonValueKind.Undefined)
        {
            return ArgumentCheck.Empty;
        }
        var text = call.Arguments.GetRawText();
        if (!text.Contains("{{", StringComparison.Ordinal) || ArgumentCheck.Unreadable(call.Arguments) is not null)
        {
            return call.Arguments;
        }
        var output = new ArrayBufferWriter<byte>(text.Length + 64);
        using (var writer = new Utf8JsonWriter(output, Deep))
        {
            if (call.Arguments.ValueKind == JsonValueKind.Object)
            {
                writer.WriteStartObject();
                foreach (var argument in call.Arguments.EnumerateObject())
                {
                    writer.WritePropertyName(argument.Name);
                    Write(writer, argument.Value, state, argument.Value.ValueKind == JsonValueKind.String ? escape?.Invoke(argument.Name) : null);
                }
                writer.WriteEndObject();
            }
            else
            {
                Write(writer, call.Arguments, state, escape: null);
            }
        }
        using var filled = JsonDocument.Parse(output.WrittenMemory, new JsonDocumentOptions { MaxDepth = Deep.MaxDepth });
        return filled.RootElement.Clone();
    }

    /// <summary>The text with every secret value replaced by its placeholder.</summary>
    public static string Redact(string text, IReadOnlyDictionary<string, string> secrets)
    {
        foreach (var (name, value) in secrets)
        {
            if (value.Length > 0 && text.Contains(value, StringComparison.Ordinal))
            {
                text = text.Replace(value, $"{{{{{name}}}}}", StringComparison.Ordinal);
            }
        }
        return text;
    }

    /// <summary>The path of a URL with every secret value, escaped or not, replaced by its placeholder; null where it holds none.</summary>
    public static string? RedactPath(Uri url, IReadOnlyDictionary<string, string> secrets)
    {
        if (secrets.Count == 0)
        {
            return null;
        }
        var path = url.AbsolutePath;
        var shown = path;
        foreach (var (name, value) in secrets)
        {
            if (value.Length > 0)
            {
                shown = shown.Replace(Uri.EscapeDataString(value), $"{{{{{name}}}}}", StringComparison.OrdinalIgnoreCase)
                    .Replace(value, $"{{{{{name}}}}}", StringComparison.Ordinal);
            }
        }
        return shown == path ? null : shown;
    }

    private static void Write(Utf8JsonWriter writer, JsonElement value, SessionState state, Func<string, string>? escape)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.String:
                writer.WriteStringValue(FillText(value.GetString()!, state, escape));
                break;
            case JsonValueKind.Array:
                writer.WriteStartArray();
                foreach (var item in value.EnumerateArray())
                {
                    Write(writer, item, state, escape);
                }
                writer.WriteEndArray();
                break;
            case JsonValueKind.Object:
                writer.WriteStartObject();
                foreach (var property in value.EnumerateObject())
                {
                    writer.WritePropertyName(property.Name);
                    Write(writer, property.Value, state, escape);
                }
                writer.WriteEndObject();
                break;
            default:
                value.WriteTo(writer);
                break;
        }
    }

    // Once over the text: what was filled in is not looked through again.
    private static string FillText(string text, SessionState state, Func<string, string>? escape)
    {
        StringBuilder? filled = null;
        var kept = 0;
        for (var start = text.IndexOf("{{", StringComparison.Ordinal); start >= 0; start = text.IndexOf("{{", start, StringComparison.Ordinal))
        {
            var end = text.IndexOf("}}", start, StringComparison.Ordinal);
            if (end < 0)
            {
                break;
            }
            if (ValueOf(text[(start + 2)..end].Trim(), state) is not { } value)
            {
                start += 2;
                continue;
            }
            (filled ??= new StringBuilder(text.Length)).Append(text, kept, start - kept).Append(escape?.Invoke(value) ?? value);
            kept = start = end + 2;
        }
        return filled is null ? text : filled.Append(text, kept, text.Length - kept).ToString();
    }

    private static string? ValueOf(string name, SessionState state) =>
        state.Secrets.TryGetValue(name, out var secret) ? secret
        : state.Known.TryGetValue(name, out var known) ? known
        : state.Variables.TryGetValue(name, out var variable) && variable.ValueKind is JsonValueKind.String or JsonValueKind.Number ? StyleWriter.Simple(variable)
        : null;
}
