using System.Globalization;
using System.Text.Json;

namespace ApeTest.Targets.Oracles;

/// <summary>A value that is compared: a JSON value, or a text (header, body, captured value), or none.</summary>
internal readonly struct SeenValue
{
    private SeenValue(JsonElement json, string? text)
    {
        Json = json;
        Text = text;
    }

    /// <summary>The JSON value; undefined for a text and for none.</summary>
    public JsonElement Json { get; }

    /// <summary>The text, also of a JSON text; null for what is none.</summary>
    public string? Text { get; }

    /// <summary>Whether there is a value at all.</summary>
    public bool Exists => Json.ValueKind is not JsonValueKind.Undefined || Text is not null;

    /// <summary>A JSON value; one that holds half a surrogate pair throws <see cref="InvalidOperationException"/>.</summary>
    public static SeenValue Of(JsonElement json) => new(json, json.ValueKind is JsonValueKind.String ? json.GetString() : null);

    public static SeenValue Of(string? text) => new(default, text);

    /// <summary>As a number: a JSON number, or a text that reads as one.</summary>
    public bool TryNumber(out double number)
    {
        if (Json.ValueKind is JsonValueKind.Number)
        {
            return Json.TryGetDouble(out number);
        }
        number = 0;
        return Text is { Length: <= 64 } text && double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out number);
    }

    /// <summary>As evidence shows it.</summary>
    public override string ToString() => Json.ValueKind is not JsonValueKind.Undefined ? Json.GetRawText() : Text ?? "missing";
}
