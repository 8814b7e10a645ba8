using System.Text.Json;

namespace ApeTest.Targets.Oracles.Derivation.Operations;

/// <summary>What a JSON schema says of an object's properties, as far as an oracle needs it.</summary>
internal static class SchemaView
{
    private const int MaxDepth = 8;

    private static readonly string[] Scalars = ["string", "integer", "number", "boolean"];

    /// <summary>Properties of an object, those of <c>allOf</c> and of the only alternative that is not null included; empty for anything else.</summary>
    public static Dictionary<string, JsonElement> Properties(JsonElement? schema)
    {
        var properties = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        if (schema is { } root)
        {
            Collect(root, properties, 0);
        }
        return properties;
    }

    /// <summary>Whether a value of the schema can be captured: a text, a number, or nothing is said.</summary>
    public static bool IsScalar(JsonElement schema) => Types(schema) is not { Count: > 0 } types || types.Any(Scalars.Contains);

    /// <summary>Whether the schema is that of a boolean.</summary>
    public static bool IsBoolean(JsonElement schema) => Types(schema).Contains("boolean");

    /// <summary>Whether the schema is that of a text, or says nothing.</summary>
    public static bool IsText(JsonElement schema) => Types(schema) is not { Count: > 0 } types || types.Contains("string");

    /// <summary>Whether the schema is that of a list.</summary>
    public static bool IsArray(JsonElement schema) => Types(schema).Contains("array");

    /// <summary>The texts that an <c>enum</c> allows; empty without one.</summary>
    public static IEnumerable<string> Values(JsonElement schema) =>
        schema.ValueKind == JsonValueKind.Object && schema.TryGetProperty("enum", out var values) && values.ValueKind == JsonValueKind.Array
            ? values.EnumerateArray().Where(static value => value.ValueKind == JsonValueKind.String).Select(static value => value.GetString()!)
            : [];

    private static void Collect(JsonElement schema, Dictionary<string, JsonElement> properties, int depth)
    {
        if (schema.ValueKind != JsonValueKind.Object || depth > MaxDepth)
        {
            return;
        }
        if (schema.TryGetProperty("properties", out var own) && own.ValueKind == JsonValueKind.Object)
        {
            foreach (var property in own.EnumerateObject())
            {
                properties[property.Name] = property.Value;
            }
        }
        foreach (var part in Parts(schema, "allOf"))
        {
            Collect(part, properties, depth + 1);
        }
        foreach (var keyword in (string[])["anyOf", "oneOf"])
        {
            if (Parts(schema, keyword).Where(static part => !Types(part).SequenceEqual(["null"])).ToList() is [var only])
            {
                Collect(only, properties, depth + 1);
            }
        }
    }

    private static IEnumerable<JsonElement> Parts(JsonElement schema, string keyword) =>
        schema.TryGetProperty(keyword, out var parts) && parts.ValueKind == JsonValueKind.Array ? parts.EnumerateArray() : [];

    private static List<string> Types(JsonElement schema) =>
        schema.ValueKind != JsonValueKind.Object || !schema.TryGetProperty("type", out var type) ? []
        : type.ValueKind == JsonValueKind.String ? [type.GetString()!]
        : type.ValueKind == JsonValueKind.Array ? [.. type.EnumerateArray().Where(static item => item.ValueKind == JsonValueKind.String).Select(static item => item.GetString()!)]
        : [];
}
