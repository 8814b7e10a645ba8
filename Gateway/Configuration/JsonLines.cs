using System.Globalization;
using System.Text.Json;

namespace ApeTest.Gateway.Configuration;

/// <summary>Line of every field in a JSON text, by its path: <c>targets[0].url</c> -> 7.</summary>
internal sealed class JsonLines
{
    private readonly Dictionary<string, int> _lines = new(StringComparer.Ordinal);

    private JsonLines()
    {
    }

    /// <summary>Reads the places of a text that is known to be valid JSON.</summary>
    public static JsonLines Read(ReadOnlySpan<byte> json)
    {
        var result = new JsonLines();
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true, MaxDepth = 32 });
        var counter = new LineCounter(json);
        _ = reader.Read();
        result.Value(ref reader, ref counter, "");
        return result;
    }

    /// <summary>Line of a field from 1; of the nearest field around it where it is missing.</summary>
    public int Find(string path)
    {
        while (path.Length > 0)
        {
            if (_lines.TryGetValue(path, out var line))
            {
                return line;
            }
            var cut = path.LastIndexOfAny(['.', '[']);
            path = cut < 0 ? "" : path[..cut];
        }
        return _lines.GetValueOrDefault("", 1);
    }

    private void Value(ref Utf8JsonReader reader, ref LineCounter counter, string path)
    {
        _lines.TryAdd(path, counter.At(reader.TokenStartIndex));
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject:
                while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
                {
                    var name = reader.GetString()!;
                    var inner = path.Length == 0 ? name : $"{path}.{name}";
                    _lines.TryAdd(inner, counter.At(reader.TokenStartIndex));
                    _ = reader.Read();
                    Value(ref reader, ref counter, inner);
                }
                break;
            case JsonTokenType.StartArray:
                for (var index = 0; reader.Read() && reader.TokenType != JsonTokenType.EndArray; index++)
                {
                    Value(ref reader, ref counter, string.Create(CultureInfo.InvariantCulture, $"{path}[{index}]"));
                }
                break;
        }
    }

    private ref struct LineCounter(ReadOnlySpan<byte> json)
    {
        private readonly ReadOnlySpan<byte> _json = json;
        private int _at;
        private int _line = 1;

        public int At(long index)
        {
            _line += _json[_at..(int)index].Count((byte)'\n');
            _at = (int)index;
            return _line;
        }
    }
}
