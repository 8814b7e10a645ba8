using System.Text.Json;
using ApeTest.Scenarios.Loading;

namespace ApeTest.Scenarios.Data;

/// <summary>
/// Reads rows from JSON: an array of objects, or JSON lines (an object a line, blank lines skipped), both valid UTF-8. Nested fields become columns by
/// their dotted path: <c>address.city</c>, <c>tags.0</c>.
/// </summary>
internal static class JsonReader
{
    private const string ArrayRule = "must be an array of objects, for example [ { \"name\": \"ann\" } ]";

    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false };

    /// <summary>Reads an array of objects. <paramref name="json"/> is UTF-8 without a byte order mark.</summary>
    public static FeedTable ReadArray(ReadOnlySpan<byte> json)
    {
        var rows = new JsonRows();
        if (!json.ContainsAnyExcept(" \t\r\n"u8))
        {
            return rows.ToTable(1);
        }
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { AllowMultipleValues = false });
        var (line, counted) = (1, 0);
        try
        {
            if (!reader.Read() || reader.TokenType is not JsonTokenType.StartArray)
            {
                rows.Error(1, $"{ArrayRule} (got {Name(reader.TokenType)})");
                return rows.ToTable(1);
            }
            while (!rows.IsFull && reader.Read() && reader.TokenType is not JsonTokenType.EndArray)
            {
                var start = (int)reader.TokenStartIndex;
                line += json[counted..start].Count((byte)'\n');
                counted = start;
                reader.Skip();
                Add(rows, line, json[start..(int)reader.BytesConsumed]);
            }
            if (!rows.IsFull)
            {
                // What stands behind the array is an error too.
                reader.Read();
            }
        }
        catch (JsonException exception)
        {
            rows.Error((int)(exception.LineNumber ?? 0) + 1, Reason(exception));
        }
        return rows.ToTable(line);
    }

    /// <summary>Reads JSON lines. <paramref name="json"/> is UTF-8 without a byte order mark.</summary>
    public static FeedTable ReadLines(ReadOnlySpan<byte> json)
    {
        var rows = new JsonRows();
        var line = 0;
        while (json.Length > 0 && !rows.IsFull)
        {
            var end = json.IndexOf((byte)'\n');
            var text = (end < 0 ? json : json[..end]).Trim(" \t\r"u8);
            json = end < 0 ? [] : json[(end + 1)..];
            line++;
            if (text.Length > 0)
            {
                Add(rows, line, text);
            }
        }
        return rows.ToTable(Math.Max(line, 1));
    }

    private static void Add(JsonRows rows, int line, ReadOnlySpan<byte> json)
    {
        try
        {
            // Strict: of two values of one name nobody knows which is meant.
            using var document = JsonDocument.Parse(json.ToArray(), Strict);
            rows.Add(line, document.RootElement);
        }
        catch (JsonException exception)
        {
            rows.Error(line + (int)(exception.LineNumber ?? 0), Reason(exception));
        }
    }

    // The parser's own words, without the position that it repeats.
    private static string Reason(JsonException exception) => "is not valid JSON: "
        + Quote.Plain(exception.Message.Split(" LineNumber:")[0].Split(" Change the reader options.")[0].Split(" Path:")[0].TrimEnd('.'), 160);

    private static string Name(JsonTokenType type) => type switch
    {
        JsonTokenType.StartObject => "an object",
        JsonTokenType.String => "a text",
        JsonTokenType.Number => "a number",
        JsonTokenType.None => "nothing",
        _ => "a literal",
    };
}
