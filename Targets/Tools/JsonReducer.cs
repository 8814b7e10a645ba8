using System.Globalization;
using System.Text.Json;

namespace ApeTest.Targets.Tools;

/// <summary>Writes a JSON value with long arrays and strings shortened and secrets replaced.</summary>
internal sealed class JsonReducer(int maxItems, int maxCharacters, IReadOnlyDictionary<string, string> secrets)
{
    private const int MaxNotes = 3;

    private readonly List<string> _notes = [];
    private int _cuts;

    /// <summary>What was left out; null for nothing.</summary>
    public string? Note => _cuts == 0 ? null : string.Join(", ", _notes) + (_cuts > _notes.Count ? string.Create(CultureInfo.InvariantCulture, $", and {_cuts - _notes.Count} more") : "");

    public void Write(Utf8JsonWriter writer, JsonElement value) => Write(writer, value, "$");

    private void Write(Utf8JsonWriter writer, JsonElement value, string path)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                writer.WriteStartObject();
                foreach (var property in value.EnumerateObject())
                {
                    writer.WritePropertyName(SecretFiller.Redact(property.Name, secrets));
                    Write(writer, property.Value, _cuts < MaxNotes && maxItems != int.MaxValue ? $"{path}.{property.Name}" : path);
                }
                writer.WriteEndObject();
                break;
            case JsonValueKind.Array:
                WriteArray(writer, value, path);
                break;
            case JsonValueKind.String:
                var text = SecretFiller.Redact(value.GetString()!, secrets);
                if (text.Length > maxCharacters)
                {
                    Cut(string.Create(CultureInfo.InvariantCulture, $"{path} cut to {maxCharacters} of {text.Length} characters"));
                    text = ObservationWriter.Cut(text, maxCharacters) + "...";
                }
                writer.WriteStringValue(text);
                break;
            case JsonValueKind.Number when SecretOf(value.GetRawText()) is { } name:
                writer.WriteStringValue($"{{{{{name}}}}}");
                break;
            default:
                value.WriteTo(writer);
                break;
        }
    }

    private void WriteArray(Utf8JsonWriter writer, JsonElement value, string path)
    {
        writer.WriteStartArray();
        var index = 0;
        foreach (var item in value.EnumerateArray())
        {
            if (index == maxItems)
            {
                Cut(string.Create(CultureInfo.InvariantCulture, $"{path} trimmed to {maxItems} of {value.GetArrayLength()} items"));
                break;
            }
            Write(writer, item, _cuts < MaxNotes && maxItems != int.MaxValue ? string.Create(CultureInfo.InvariantCulture, $"{path}[{index}]") : path);
            index++;
        }
        writer.WriteEndArray();
    }

    private void Cut(string note)
    {
        if (_cuts++ < MaxNotes)
        {
            _notes.Add(note);
        }
    }

    private string? SecretOf(string text)
    {
        foreach (var (name, secret) in secrets)
        {
            if (secret == text)
            {
                return name;
            }
        }
        return null;
    }
}
