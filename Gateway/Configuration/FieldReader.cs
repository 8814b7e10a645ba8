using System.Globalization;
using System.Text.Json;
using ApeTest.Scenarios.Loading;
using ApeTest.Targets.Policy;

namespace ApeTest.Gateway.Configuration;

/// <summary>
/// Reads the values of a JSON document by kind, with <c>${VAR}</c> filled in, and collects what does not fit. An error quotes what stands in
/// the document, never the value of a variable.
/// </summary>
internal sealed class FieldReader(IReadOnlyDictionary<string, string> environment)
{
    private readonly HashSet<string> _reported = new(StringComparer.Ordinal);

    /// <summary>Errors so far.</summary>
    public List<OptionError> Errors { get; } = [];

    /// <summary>What stands in the document, by field, where variables were filled in.</summary>
    public Dictionary<string, string> Written { get; } = new(StringComparer.Ordinal);

    /// <summary>Adds an error.</summary>
    public void Add(string field, string rule, string fix)
    {
        Errors.Add(new OptionError(field, rule, fix));
        _reported.Add(field);
    }

    /// <summary>Whether an error stands already at the field, around it, or where it is misspelt: it is not reported a second time.</summary>
    public bool IsReported(string field)
    {
        for (; field.Length > 0; field = field[..Math.Max(0, field.LastIndexOfAny(['.', '[']))])
        {
            if (_reported.Contains(field))
            {
                return true;
            }
        }
        return _reported.Contains("");
    }

    /// <summary>The known fields of an object, each at most once. <paramref name="known"/> null: any name.</summary>
    public List<(string Key, JsonElement Value)> Fields(JsonElement element, string at, IReadOnlyList<string>? known)
    {
        var fields = new List<(string, JsonElement)>();
        if (element.ValueKind != JsonValueKind.Object)
        {
            Add(at, "must be an object", "write { ... }");
            return fields;
        }
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var property in element.EnumerateObject())
        {
            var path = Path(at, property.Name);
            if (known is not null && !known.Contains(property.Name, StringComparer.Ordinal))
            {
                var meant = Distances.Closest(property.Name, known);
                Add(path, "is not a known field", meant is null ? $"known: {string.Join(", ", known)}" : $"did you mean `{meant}`?");
                _reported.Add(Path(at, meant ?? property.Name));
            }
            else if (!seen.Add(property.Name))
            {
                Add(path, "stands twice", "remove one of the two");
            }
            else
            {
                fields.Add((property.Name, property.Value));
            }
        }
        return fields;
    }

    /// <summary>The items of an array.</summary>
    public List<T> Items<T>(JsonElement element, string at, Func<JsonElement, string, T> read)
    {
        if (element.ValueKind != JsonValueKind.Array)
        {
            Add(at, "must be an array", "write [ ... ]");
            return [];
        }
        return [.. element.EnumerateArray().Select((item, index) => read(item, string.Create(CultureInfo.InvariantCulture, $"{at}[{index}]")))];
    }

    /// <summary>An array of texts.</summary>
    public List<string> Texts(JsonElement element, string at) => Items(element, at, (item, path) => Text(item, path) ?? "");

    /// <summary>An object of texts.</summary>
    public Dictionary<string, string> TextMap(JsonElement element, string at, StringComparer names)
    {
        var map = new Dictionary<string, string>(names);
        foreach (var (name, value) in Fields(element, at, known: null))
        {
            if (!map.TryAdd(name, Text(value, Path(at, name)) ?? ""))
            {
                Add(Path(at, name), "stands twice: names of headers have no case", "remove one of the two");
            }
        }
        return map;
    }

    /// <summary>A text with its variables filled in; null where it is none.</summary>
    public string? Text(JsonElement element, string at)
    {
        if (element.ValueKind == JsonValueKind.String)
        {
            return Filled(element.GetString()!, at);
        }
        Add(at, "must be a text", "write it in double quotes");
        return null;
    }

    /// <summary>A text or null.</summary>
    public string? TextOrNull(JsonElement element, string at) => element.ValueKind == JsonValueKind.Null ? null : Text(element, at);

    /// <summary>One of a few words.</summary>
    public T? OneOf<T>(JsonElement element, string at, IReadOnlyList<(string Word, T Value)> words)
        where T : struct
    {
        if (Text(element, at) is not { } text)
        {
            return null;
        }
        foreach (var (word, value) in words)
        {
            if (word == text)
            {
                return value;
            }
        }
        var meant = Written.ContainsKey(at) ? null : Distances.Closest(text, words.Select(static pair => pair.Word));
        Add(at, $"'{Shown(element)}' is not known", meant is null ? $"write one of {string.Join(", ", words.Select(static pair => $"\"{pair.Word}\""))}" : $"did you mean \"{meant}\"?");
        return null;
    }

    /// <summary>A duration as text.</summary>
    public TimeSpan? Duration(JsonElement element, string at)
    {
        if (Text(element, at) is not { } text)
        {
            return null;
        }
        if (Durations.TryParse(text, out var duration))
        {
            return duration;
        }
        Add(at, $"'{Shown(element)}' is not a duration", "write for example \"200ms\", \"5s\" or \"2m\"");
        return null;
    }

    /// <summary>A truth value.</summary>
    public bool Flag(JsonElement element, string at)
    {
        if (element.ValueKind is not (JsonValueKind.True or JsonValueKind.False))
        {
            Add(at, "must be true or false", "write it without quotes");
        }
        return element.ValueKind == JsonValueKind.True;
    }

    /// <summary>A whole number.</summary>
    public long? Whole(JsonElement element, string at)
    {
        if (element.ValueKind == JsonValueKind.Number && element.TryGetInt64(out var number))
        {
            return number;
        }
        Add(at, "must be a whole number", "write it without quotes or decimals");
        return null;
    }

    /// <summary>A whole number that is not larger than numbers of its kind ever are.</summary>
    public int? Count(JsonElement element, string at) => Whole(element, at) is { } number ? (int)Math.Clamp(number, int.MinValue, int.MaxValue) : null;

    /// <summary>A number.</summary>
    public double? Number(JsonElement element, string at)
    {
        if (element.ValueKind == JsonValueKind.Number && element.TryGetDouble(out var number) && double.IsFinite(number))
        {
            return number;
        }
        Add(at, "must be a number", "write it without quotes");
        return null;
    }

    /// <summary>Any JSON, its own copy, with the variables of all texts in it filled in.</summary>
    public JsonElement Json(JsonElement element, string at)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            Copy(writer, element, at);
        }
        using var document = JsonDocument.Parse(buffer.GetBuffer().AsMemory(0, (int)buffer.Length));
        return document.RootElement.Clone();
    }

    /// <summary>A text of the document as an error may quote it.</summary>
    public static string Shown(JsonElement element) => Quote.Plain(element.GetString()!);

    /// <summary>Path of a field of the object at <paramref name="at"/>.</summary>
    public static string Path(string at, string name) => at.Length == 0 ? name : $"{at}.{name}";

    private string Filled(string text, string at)
    {
        var filled = VariableText.Fill(text, environment);
        foreach (var error in filled.Errors)
        {
            var fix = error.Suggestion!;
            Add(at, error.Message!, char.ToLowerInvariant(fix[0]) + fix[1..].TrimEnd('.'));
        }
        if (filled.Variables.Count > 0)
        {
            Written[at] = text;
        }
        return filled.Text;
    }

    private void Copy(Utf8JsonWriter writer, JsonElement element, string at)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                writer.WriteStartObject();
                foreach (var property in element.EnumerateObject())
                {
                    writer.WritePropertyName(property.Name);
                    Copy(writer, property.Value, Path(at, property.Name));
                }
                writer.WriteEndObject();
                break;
            case JsonValueKind.Array:
                writer.WriteStartArray();
                var index = 0;
                foreach (var item in element.EnumerateArray())
                {
                    Copy(writer, item, string.Create(CultureInfo.InvariantCulture, $"{at}[{index++}]"));
                }
                writer.WriteEndArray();
                break;
            case JsonValueKind.String:
                writer.WriteStringValue(Filled(element.GetString()!, at));
                break;
            default:
                element.WriteTo(writer);
                break;
        }
    }
}
