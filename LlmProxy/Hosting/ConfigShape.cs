using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using ApeTest.LlmProxy.Options;

namespace ApeTest.LlmProxy.Hosting;

/// <summary>
/// Holds a JSON document to the fields of the options, and tells everything that is not as they are: unknown fields with the name that was probably meant, and
/// values of another kind. The serializer alone would stop at the first, and speak of .NET types.
/// </summary>
internal sealed class ConfigShape(JsonSerializerOptions options)
{
    /// <summary>What is wrong: path of the field, and rule with fix.</summary>
    public List<(string Path, string Rule)> Errors { get; } = [];

    /// <summary>Checks a value against the type and returns what of it fits, so that the rest of the rules can be held to that; null: nothing does.</summary>
    /// <param name="value">The value.</param>
    /// <param name="type">Type of the options.</param>
    /// <param name="path">Its place; empty at the top.</param>
    public JsonNode? Check(JsonElement value, Type type, string path)
    {
        var info = options.GetTypeInfo(type);
        return info.Kind switch
        {
            JsonTypeInfoKind.Object => Object(value, info, path),
            JsonTypeInfoKind.Dictionary => Entries(value, path, "an object of names", (item, at) => Check(item, info.ElementType!, at)),
            JsonTypeInfoKind.Enumerable => Items(value, path, (item, at) => Check(item, info.ElementType!, at) ?? new JsonObject()),
            _ => Scalar(value, Nullable.GetUnderlyingType(type) ?? type, path),
        };
    }

    private JsonObject? Object(JsonElement value, JsonTypeInfo info, string path)
    {
        if (!Is(value, JsonValueKind.Object, path, "an object, such as { }"))
        {
            return null;
        }

        var result = new JsonObject();
        JsonPropertyInfo[] known = [.. info.Properties.Where(static property => property.Set is not null)];
        foreach (var field in value.EnumerateObject())
        {
            var at = path.Length == 0 ? field.Name : $"{path}.{field.Name}";
            var property = Array.Find(known, each => string.Equals(each.Name, field.Name, StringComparison.OrdinalIgnoreCase));
            if (property is null)
            {
                Errors.Add((at, $"is not a known field; {Meant(field.Name, [.. known.Select(static each => each.Name)])}"));
            }
            else if (result.ContainsKey(property.Name))
            {
                Errors.Add((at, "stands twice; remove one of the two"));
            }
            else if (field.Value.ValueKind == JsonValueKind.Null)
            {
                if (property.IsSetNullable && (!property.PropertyType.IsValueType || Nullable.GetUnderlyingType(property.PropertyType) is not null))
                {
                    result[property.Name] = null;
                }
                else
                {
                    Errors.Add((at, "is null; leave it out for its default"));
                }
            }
            else if ((property.CustomConverter is AliasConverter ? Aliases(field.Value, at) : Check(field.Value, property.PropertyType, at)) is { } fits)
            {
                result[property.Name] = fits;
            }
        }

        return result;
    }

    private JsonObject? Aliases(JsonElement value, string path) => Entries(value, path, "an object of names, each with one model or a list of models", (models, at) =>
        models.ValueKind == JsonValueKind.Array
            ? Items(models, at, (model, each) => Scalar(model, typeof(string), each) ?? JsonValue.Create(""))
            : Scalar(models, typeof(string), at, "one model as a text in quotes, or a list of them"));

    private JsonObject? Entries(JsonElement value, string path, string what, Func<JsonElement, string, JsonNode?> check)
    {
        if (!Is(value, JsonValueKind.Object, path, what))
        {
            return null;
        }

        var result = new JsonObject();
        foreach (var entry in value.EnumerateObject())
        {
            var at = $"{path}.{entry.Name}";
            if (result.ContainsKey(entry.Name))
            {
                Errors.Add((at, "stands twice; remove one of the two"));
            }
            else if (check(entry.Value, at) is { } fits)
            {
                result[entry.Name] = fits;
            }
        }

        return result;
    }

    // What does not fit keeps its place: later items are named by theirs.
    private JsonArray? Items(JsonElement value, string path, Func<JsonElement, string, JsonNode> check) => !Is(value, JsonValueKind.Array, path, "a list, such as [ ]")
        ? null
        : new JsonArray([.. value.EnumerateArray().Select((item, index) => check(item, string.Create(CultureInfo.InvariantCulture, $"{path}[{index}]")))]);

    private JsonValue? Scalar(JsonElement value, Type type, string path, string text = "a text in quotes")
    {
        var good = type switch
        {
            _ when type == typeof(string) => Is(value, JsonValueKind.String, path, text),
            _ when type == typeof(bool) => Is(value.ValueKind is JsonValueKind.True or JsonValueKind.False, path, $"is {Kind(value)}; write true or false"),
            _ when type.IsEnum => Is(value.ValueKind == JsonValueKind.String && Enum.GetNames(type).Contains(value.GetString(), StringComparer.OrdinalIgnoreCase), path,
                $"is not one of {string.Join(", ", Enum.GetNames(type).Select(JsonNamingPolicy.CamelCase.ConvertName))}"),
            _ when type == typeof(TimeSpan) => Is(value, JsonValueKind.String, path, "a duration with its unit, such as \"250ms\", \"30s\", \"5m\" or \"1h\"") && Reads(value, type, path),
            _ when type == typeof(int) || type == typeof(long) => Is(value.ValueKind == JsonValueKind.Number && Fits(value, type), path,
                $"is {Kind(value)}; write a whole number{(type == typeof(int) ? $" of at most {int.MaxValue}" : "")}"),
            _ => Is(value.ValueKind == JsonValueKind.Number && Fits(value, type), path, $"is {Kind(value)}; write a number"),
        };
        return good ? JsonValue.Create(value) : null;
    }

    private bool Fits(JsonElement value, Type type) => TryRead(value, type) is null;

    private bool Reads(JsonElement value, Type type, string path)
    {
        var error = TryRead(value, type);
        return Is(error is null, path, error ?? "");
    }

    private string? TryRead(JsonElement value, Type type)
    {
        try
        {
            _ = value.Deserialize(type, options);
            return null;
        }
        catch (JsonException error)
        {
            return error.Message;
        }
        catch (Exception error) when (error is OverflowException or FormatException)
        {
            return "is too large";
        }
    }

    private bool Is(JsonElement value, JsonValueKind kind, string path, string what) => Is(value.ValueKind == kind, path, $"is {Kind(value)}; write {what}");

    private bool Is(bool good, string path, string rule)
    {
        if (!good)
        {
            Errors.Add((path.Length == 0 ? "the file" : path, rule));
        }

        return good;
    }

    // The value itself may be a key that slipped into the wrong field: it is not repeated.
    private static string Kind(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "a list",
        JsonValueKind.String => "a text",
        JsonValueKind.Number => "a number that does not fit",
        JsonValueKind.Null => "null",
        _ => "true or false",
    };

    private static string Meant(string name, string[] known)
    {
        var folded = Fold(name);
        return Array.Find(known, candidate => Fold(candidate) == folded) is { } same ? $"did you mean \"{same}\"?" : $"known: {string.Join(", ", known)}";
    }

    // base_url, base-url and baseUrl are the same slip.
    private static string Fold(string name) => name.Replace("_", "", StringComparison.Ordinal).Replace("-", "", StringComparison.Ordinal).ToUpperInvariant();
}
