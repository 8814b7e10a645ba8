using System.Text.Json;
using System.Text.Json.Nodes;

namespace ApeTest.Targets.Tests.OpenApi;

/// <summary>The least that a schema takes: required properties only, each with its example or the first value that fits.</summary>
internal static class MinimalArguments
{
    public static JsonElement Of(JsonElement schema) => JsonSerializer.SerializeToElement(Value(schema));

    private static JsonNode? Value(JsonElement schema)
    {
        if (schema.ValueKind != JsonValueKind.Object)
        {
            return "any";
        }
        foreach (var keyword in new[] { "const", "example", "default" })
        {
            if (schema.TryGetProperty(keyword, out var given))
            {
                return JsonNode.Parse(given.GetRawText());
            }
        }
        if (schema.TryGetProperty("enum", out var values))
        {
            return JsonNode.Parse(values[0].GetRawText());
        }
        foreach (var keyword in new[] { "oneOf", "anyOf" })
        {
            if (schema.TryGetProperty(keyword, out var alternatives))
            {
                return Value(alternatives[0]);
            }
        }
        if (schema.TryGetProperty("allOf", out var parts))
        {
            var all = parts.EnumerateArray().Select(Value).Append(Typed(schema)).OfType<JsonObject>().ToList();
            return all.Count == 0 ? Value(parts[0]) : new JsonObject(all.SelectMany(static part => part).DistinctBy(static p => p.Key).Select(static p => KeyValuePair.Create(p.Key, p.Value?.DeepClone())));
        }
        return Typed(schema);
    }

    private static JsonNode? Typed(JsonElement schema)
    {
        switch (TypeOf(schema))
        {
            case "object":
                var result = new JsonObject();
                foreach (var name in schema.TryGetProperty("required", out var required) ? required.EnumerateArray().Select(static name => name.GetString()!) : [])
                {
                    result[name] = schema.TryGetProperty("properties", out var properties) && properties.TryGetProperty(name, out var property) ? Value(property) : "any";
                }
                return result;
            case "array":
                var least = schema.TryGetProperty("minItems", out var minimum) ? minimum.GetInt32() : 0;
                return new JsonArray([.. Enumerable.Range(0, least).Select(_ => schema.TryGetProperty("items", out var items) ? Value(items) : "any")]);
            case "integer" or "number":
                return schema.TryGetProperty("exclusiveMinimum", out var above) ? (int)above.GetDouble() + 1 : schema.TryGetProperty("minimum", out var from) ? (int)Math.Ceiling(from.GetDouble()) : 1;
            case "boolean":
                return true;
            case "null":
                return null;
            default:
                return Text(schema);
        }
    }

    private static string Text(JsonElement schema) => (schema.TryGetProperty("format", out var format) ? format.GetString() : null) switch
    {
        "uuid" => "3f2504e0-4f89-11d3-9a0c-0305e82c3301",
        "date" => "2026-01-02",
        "date-time" => "2026-01-02T03:04:05Z",
        "email" => "a@b.c",
        "uri" => "http://a/b",
        _ => new string('x', Math.Max(1, schema.TryGetProperty("minLength", out var length) ? length.GetInt32() : 1)),
    };

    private static string? TypeOf(JsonElement schema) => !schema.TryGetProperty("type", out var type) ? (schema.TryGetProperty("properties", out _) ? "object" : null)
        : type.ValueKind == JsonValueKind.Array ? type[0].GetString()
        : type.GetString();
}
