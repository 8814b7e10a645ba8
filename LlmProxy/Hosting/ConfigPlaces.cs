using System.Globalization;
using System.Text.Json;

namespace ApeTest.LlmProxy.Hosting;

/// <summary>Line of every field in a JSON text, by its path as errors write it: <c>keys[0].name</c> -> 7.</summary>
internal sealed class ConfigPlaces
{
    private readonly Dictionary<string, int> _lines = new(StringComparer.OrdinalIgnoreCase);

    private ConfigPlaces()
    {
    }

    /// <summary>Reads the places of a text that is known to be valid JSON.</summary>
    public static ConfigPlaces Read(ReadOnlySpan<byte> json, JsonReaderOptions options)
    {
        var places = new ConfigPlaces();
        var reader = new Utf8JsonReader(json, options);
        var (at, line) = (0, 1);
        _ = reader.Read();
        places.Add(ref reader, json, "", ref at, ref line);
        return places;
    }

    /// <summary>Line from 1 of the field, or of the nearest one around it where it is missing.</summary>
    public int Find(string path)
    {
        while (path.Length > 0)
        {
            if (_lines.TryGetValue(path, out var line))
            {
                return line;
            }

            path = path[..Math.Max(0, path.LastIndexOfAny(['.', '[']))];
        }

        return _lines.GetValueOrDefault("", 1);
    }

    private void Add(ref Utf8JsonReader reader, ReadOnlySpan<byte> json, string path, ref int at, ref int line)
    {
        line += json[at..(int)reader.TokenStartIndex].Count((byte)'\n');
        at = (int)reader.TokenStartIndex;
        _lines.TryAdd(path, line);
        if (reader.TokenType == JsonTokenType.StartObject)
        {
            while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
            {
                var name = reader.GetString()!;
                _ = reader.Read();
                Add(ref reader, json, path.Length == 0 ? name : $"{path}.{name}", ref at, ref line);
            }
        }
        else if (reader.TokenType == JsonTokenType.StartArray)
        {
            for (var index = 0; reader.Read() && reader.TokenType != JsonTokenType.EndArray; index++)
            {
                Add(ref reader, json, string.Create(CultureInfo.InvariantCulture, $"{path}[{index}]"), ref at, ref line);
            }
        }
    }
}
