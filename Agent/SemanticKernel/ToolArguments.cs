using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.SemanticKernel;

namespace ApeTest.Agent.SemanticKernel;

/// <summary>A kernel's arguments as a tool takes them: one JSON object.</summary>
internal static class ToolArguments
{
    public static JsonElement Of(KernelArguments arguments, JsonElement schema)
    {
        var values = new JsonObject();
        foreach (var (name, value) in arguments)
        {
            // Invoked as an AIFunction, a function finds its kernel among its arguments.
            if (value is Kernel)
            {
                continue;
            }
            values[name] = value switch
            {
                null => null,
                JsonElement element => JsonNode.Parse(element.GetRawText()),
                string text => OfText(text, TypeOf(schema, name)),
                _ => JsonSerializer.SerializeToNode(value),
            };
        }
        return JsonSerializer.SerializeToElement(values);
    }

    /// <summary>Semantic Kernel makes text of what a model gave as a number or an object; where the schema asks for one, it is read back.</summary>
    private static JsonNode? OfText(string text, string? type)
    {
        if (type is null or "string")
        {
            return JsonValue.Create(text);
        }
        try
        {
            return JsonNode.Parse(text);
        }
        catch (JsonException)
        {
            // SK writes true as "True".
            return type == "boolean" && bool.TryParse(text, out var flag) ? JsonValue.Create(flag) : JsonValue.Create(text);
        }
    }

    private static string? TypeOf(JsonElement schema, string name)
        => schema.TryGetProperty("properties", out var properties) && properties.TryGetProperty(name, out var property)
            && property.ValueKind is JsonValueKind.Object && property.TryGetProperty("type", out var type) && type.ValueKind is JsonValueKind.String
            ? type.GetString() : null;
}
