using System.Text.Json;
using System.Text.Json.Nodes;

namespace ApeTest.LlmProxy.Providers.Builtin.Planner;

/// <summary>Resources of JSON:API (https://jsonapi.org/format/#document-resource-objects) as plain objects.</summary>
internal static class Resources
{
    /// <summary>
    /// <c>{"type","id","attributes":{..},"relationships":{"driver":{"data":{"id":"7"}}}}</c> with its attributes beside its id and <c>driverId</c> for the
    /// relationship; any other value as it is.
    /// </summary>
    public static JsonElement Flatten(JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.Object || !value.TryGetProperty("id", out var id) || !value.TryGetProperty("attributes", out var attributes) || attributes.ValueKind != JsonValueKind.Object)
        {
            return value;
        }

        var flat = new JsonObject { ["id"] = Node(id) };
        foreach (var property in attributes.EnumerateObject())
        {
            flat.TryAdd(property.Name, Node(property.Value));
        }

        if (value.TryGetProperty("relationships", out var relationships) && relationships.ValueKind == JsonValueKind.Object)
        {
            foreach (var relationship in relationships.EnumerateObject())
            {
                if (relationship.Value.ValueKind == JsonValueKind.Object && relationship.Value.TryGetProperty("data", out var data) && data.ValueKind == JsonValueKind.Object && data.TryGetProperty("id", out var other))
                {
                    flat.TryAdd(relationship.Name + "Id", Node(other));
                }
            }
        }

        return JsonSerializer.SerializeToElement(flat);
    }

    private static JsonNode? Node(JsonElement value) => JsonNode.Parse(value.GetRawText());
}
