using System.Text.Json.Nodes;

namespace ApeTest.Targets.OpenApi;

/// <summary>Makes one object schema of an <c>allOf</c> of plain objects: inheritance, as generators write it.</summary>
internal static class ObjectMerge
{
    /// <summary>Keywords that a part may have; any other says more than a merged object can.</summary>
    private static readonly string[] Mergeable = ["type", "properties", "required", "additionalProperties", "allOf", "title", "description", "example", "examples", "default", "deprecated"];

    /// <summary>The merged object; null where the schema is anything else. Takes the parts' own nodes: the schema is spent.</summary>
    public static JsonObject? Merged(JsonObject schema)
    {
        if (!schema.ContainsKey("allOf") || !IsMergeable(schema))
        {
            return null;
        }
        var result = new JsonObject { ["type"] = "object", ["properties"] = new JsonObject(), ["required"] = new JsonArray() };
        Add(schema, result, (JsonObject)result["properties"]!, (JsonArray)result["required"]!);
        return result;
    }

    private static bool IsMergeable(JsonObject schema) => schema.All(static keyword => Array.IndexOf(Mergeable, keyword.Key) >= 0)
        && (schema["type"] is null || SchemaKeywords.Text(schema["type"]) == "object")
        && (schema["allOf"] as JsonArray ?? []).All(static part => part is JsonObject map && IsMergeable(map));

    private static void Add(JsonObject part, JsonObject result, JsonObject properties, JsonArray required)
    {
        foreach (var inner in part["allOf"] as JsonArray ?? [])
        {
            Add((JsonObject)inner!, result, properties, required);
        }
        foreach (var (name, value) in (part["properties"] as JsonObject ?? []).ToArray())
        {
            ((JsonObject)part["properties"]!).Remove(name);
            properties[name] = value;
        }
        foreach (var name in (part["required"] as JsonArray ?? []).Select(SchemaKeywords.Text))
        {
            if (!required.Any(known => SchemaKeywords.Text(known) == name))
            {
                required.Add(name);
            }
        }
        if (part["additionalProperties"] is JsonObject more)
        {
            result["additionalProperties"] = more.DeepClone();
        }
        else if (SchemaKeywords.IsTrue(part["additionalProperties"]))
        {
            result.TryAdd("additionalProperties", true);
        }
    }
}
