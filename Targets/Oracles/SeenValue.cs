using System.Buffers.Text;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Unicode;

namespace ApeTest.Targets.Oracles;

/// <summary>A value that is compared: a JSON value, or a text (header, body, captured value), or none.</summary>
internal readonly struct SeenValue
{
    private const int LongestNumber = 64;

    private SeenValue(JsonElement json, string? text)
    {
        Json = json;
        Text = text;
    }

    /// <summary>The JSON value; undefined for a text and for none.</summary>
    public JsonElement Json { get; }

    /// <summary>The text, also of a JSON text; null for what is none.</summary>
    public string? Text { get; }

    /// <summary>Whether the text is only the first part of what was sent: what it does not hold, the rest may.</summary>
    public bool IsCut { get; private init; }

    /// <summary>Whether it is a JSON text that is no text: it holds half a character (<c>"\ud800"</c>).</summary>
    public bool IsBroken => Text is null && Json.ValueKind is JsonValueKind.String;

    /// <summary>Whether there is a value at all.</summary>
    public bool Exists => Json.ValueKind is not JsonValueKind.Undefined || Text is not null;

    /// <summary>A JSON value.</summary>
    public static SeenValue Of(JsonElement json) => new(json, json.ValueKind is JsonValueKind.String && IsText(JsonMarshal.GetRawUtf8Value(json)) ? json.GetString() : null);

    /// <summary>A text; <paramref name="isCut"/>: the first part of one.</summary>
    public static SeenValue Of(string? text, bool isCut = false) => new(default, text) { IsCut = isCut };

    /// <summary>As a number: a JSON number, or a text of at most 64 characters that reads as one.</summary>
    public bool TryNumber(out ExactNumber number)
    {
        if (Json.ValueKind is JsonValueKind.Number)
        {
            return ExactNumber.TryParse(Json.GetRawText(), out number);
        }
        number = default;
        return !IsCut && Text is { Length: <= LongestNumber } text && ExactNumber.TryParse(text, out number);
    }

    /// <summary>Whether a JSON text is one. Looked at before it is read: a target may send thousands that are none, and an exception for each is slow.</summary>
    private static bool IsText(ReadOnlySpan<byte> raw)
    {
        var isHalf = false;
        for (var i = 0; i < raw.Length; i++)
        {
            var unit = 0;
            if (raw[i] == '\\' && raw[++i] == 'u')
            {
                Utf8Parser.TryParse(raw.Slice(i + 1, 4), out unit, out _, 'x');
                i += 4;
            }
            // The second half of a pair stands behind the first, and nowhere else.
            if (char.IsLowSurrogate((char)unit) != isHalf)
            {
                return false;
            }
            isHalf = char.IsHighSurrogate((char)unit);
        }
        return Utf8.IsValid(raw);
    }

    /// <summary>As evidence shows it.</summary>
    public override string ToString() => Json.ValueKind is not JsonValueKind.Undefined ? Json.GetRawText() : Text ?? "missing";
}
