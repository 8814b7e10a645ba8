using System.Globalization;
using System.Text;
using System.Text.Json;

namespace ApeTest.Runs.Logs;

/// <summary>
/// The fields of one log line that hold one value each. Of two of the same name the last counts. Only what is asked for becomes text:
/// millions of lines are shown, and each has twice the fields that are.
/// </summary>
public sealed class LogFields
{
    private const int Usual = 20;

    private readonly ReadOnlyMemory<byte> _line;
    private readonly List<Field> _fields = new(Usual);

    internal LogFields(ReadOnlyMemory<byte> line)
    {
        _line = line;
        var reader = new Utf8JsonReader(line.Span);
        reader.Read();
        while (reader.Read() && reader.TokenType is JsonTokenType.PropertyName)
        {
            var name = Slice(ref reader);
            reader.Read();
            if (reader.TokenType is JsonTokenType.String or JsonTokenType.Number or JsonTokenType.True or JsonTokenType.False)
            {
                _fields.Add(new Field(name, Slice(ref reader)));
            }
            reader.Skip();
        }
    }

    /// <summary>A field as text; null where there is none, or none of one value. Bytes that are no UTF-8 become U+FFFD.</summary>
    public string? this[string name]
    {
        get
        {
            for (var i = _fields.Count - 1; i >= 0; i--)
            {
                if (Ascii.Equals(Bytes(_fields[i].Name), name))
                {
                    return Text(_fields[i].Value);
                }
            }
            return null;
        }
    }

    /// <summary>A field as a number; null where it is none.</summary>
    public double? Number(string name) =>
        double.TryParse(this[name], NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static Part Slice(ref Utf8JsonReader reader) =>
        new((int)reader.TokenStartIndex + (reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName ? 1 : 0), reader.ValueSpan.Length);

    private ReadOnlySpan<byte> Bytes(Part part) => _line.Span.Slice(part.Start, part.Length);

    private string Text(Part part)
    {
        var bytes = Bytes(part);
        if (!bytes.Contains((byte)'\\'))
        {
            return Encoding.UTF8.GetString(bytes);
        }
        var text = new byte[bytes.Length];
        return Encoding.UTF8.GetString(text.AsSpan(0, JsonText.Unescape(bytes, text)));
    }

    private readonly record struct Part(int Start, int Length);

    private readonly record struct Field(Part Name, Part Value);
}
