using System.Text.Json.Nodes;

namespace ApeTest.Targets.OpenApi;

/// <summary>
/// Says by plain JSON schema what OpenAPI's <c>discriminator</c> says: which value of its property goes with which alternative. Without it,
/// alternatives that share their optional properties would all match, and <c>oneOf</c> would refuse what the target takes.
/// </summary>
internal static class Discriminator
{
    /// <summary>Applies it to the expanded schema.</summary>
    /// <param name="map">The schema as written.</param>
    /// <param name="result">The same, expanded.</param>
    /// <param name="discriminator">Its discriminator.</param>
    public static void Apply(JsonObject map, JsonObject result, JsonObject discriminator)
    {
        if (SchemaKeywords.Text(discriminator["propertyName"]) is not { Length: > 0 } property)
        {
            return;
        }
        var mapping = discriminator["mapping"] as JsonObject ?? [];
        var combined = result.ContainsKey("oneOf") ? "oneOf" : "anyOf";
        if (map[combined] is JsonArray written && result[combined] is JsonArray expanded && written.Count == expanded.Count)
        {
            for (var i = 0; i < written.Count; i++)
            {
                if (SchemaKeywords.Text((written[i] as JsonObject)?["$ref"]) is { } reference && expanded[i] is JsonObject alternative)
                {
                    var merged = ObjectMerge.Merged(alternative) ?? alternative;
                    Fix(merged, property, ValuesOf(reference, mapping));
                    if (merged != alternative)
                    {
                        expanded[i] = merged;
                    }
                }
            }
            return;
        }
        // A base type that others extend by allOf: its own properties are not all that may be sent.
        if (result["properties"] is JsonObject properties)
        {
            result.TryAdd("additionalProperties", true);
            if (mapping.Count > 0 && properties[property] is JsonObject kind && !kind.ContainsKey("enum") && !kind.ContainsKey("const"))
            {
                kind["enum"] = new JsonArray([.. mapping.Select(static value => (JsonNode?)value.Key)]);
            }
        }
    }

    private static List<string> ValuesOf(string reference, JsonObject mapping)
    {
        var name = reference[(reference.LastIndexOf('/') + 1)..];
        var values = mapping.Where(value => SchemaKeywords.Text(value.Value) is { } target && (target == reference || target == name)).Select(static value => value.Key).ToList();
        return values.Count > 0 ? values : [name];
    }

    private static void Fix(JsonObject alternative, string property, List<string> values)
    {
        if (alternative["properties"] is not JsonObject properties)
        {
            properties = [];
            alternative["properties"] = properties;
        }
        if (properties[property] is not JsonObject kind)
        {
            kind = [];
            properties[property] = kind;
        }
        if (!kind.ContainsKey("const") && !kind.ContainsKey("enum"))
        {
            kind["enum"] = new JsonArray([.. values.Select(static value => (JsonNode?)value)]);
        }
        var required = alternative["required"] as JsonArray ?? [];
        if (!required.Any(name => SchemaKeywords.Text(name) == property))
        {
            required.Add(property);
        }
        alternative["required"] = required;
    }
}
