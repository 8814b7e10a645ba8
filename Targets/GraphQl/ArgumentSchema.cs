using System.Text.Json;
using System.Text.Json.Nodes;
using ApeTest.Targets.Tools;

namespace ApeTest.Targets.GraphQl;

/// <summary>
/// JSON schema of the arguments of a field. What may be null says so; an input object that holds itself, or is nested deeper than a brain
/// could fill in, is any object.
/// </summary>
internal sealed class ArgumentSchema(GraphQlSchema schema)
{
    private const int MaxDepth = 8;

    /// <summary>Most properties of one schema.</summary>
    private const int MaxProperties = 500;

    private const int MaxDescription = 300;

    private readonly Stack<string> _path = [];
    private int _properties;

    /// <summary>An object schema with a property for each argument.</summary>
    public JsonElement Of(GraphQlField field) => JsonSerializer.SerializeToElement(Map(field.Arguments));

    private JsonObject Map(IEnumerable<GraphQlInput> inputs)
    {
        var properties = new JsonObject();
        var required = new JsonArray();
        foreach (var input in inputs)
        {
            if (_properties++ >= MaxProperties && !input.IsRequired)
            {
                continue;
            }
            var property = Schema(input.Type);
            if (Describe(input) is { Length: > 0 } description)
            {
                property["description"] = description;
            }
            properties[input.Name] = property;
            if (input.IsRequired)
            {
                required.Add(input.Name);
            }
        }
        var map = new JsonObject { ["type"] = "object", ["properties"] = properties, ["additionalProperties"] = false };
        if (required.Count > 0)
        {
            map["required"] = required;
        }
        return map;
    }

    private JsonObject Schema(TypeReference type)
    {
        var schema = type.Item is { } item ? new JsonObject { ["type"] = "array", ["items"] = Schema(item) } : Named(type.Name);
        if (!type.IsNonNull)
        {
            AllowNull(schema);
        }
        return schema;
    }

    private JsonObject Named(string name)
    {
        var type = schema.Find(name);
        switch (type?.Kind)
        {
            case "ENUM":
                return new JsonObject { ["type"] = "string", ["enum"] = new JsonArray([.. type.Values.Select(static value => (JsonNode)value)]) };
            case "INPUT_OBJECT" when _path.Contains(name) || _path.Count >= MaxDepth || _properties >= MaxProperties:
                return new JsonObject { ["type"] = "object" };
            case "INPUT_OBJECT":
                _path.Push(name);
                var map = Map(type.Inputs);
                _path.Pop();
                return map;
            default:
                return Scalar(name);
        }
    }

    /// <summary>The five scalars of the specification (section 3.5), and custom ones that mean the same nearly everywhere; any value for the rest.</summary>
    private static JsonObject Scalar(string name) => name switch
    {
        "Int" => new() { ["type"] = "integer", ["minimum"] = int.MinValue, ["maximum"] = int.MaxValue },
        "Float" => new() { ["type"] = "number" },
        "String" => new() { ["type"] = "string" },
        "Boolean" => new() { ["type"] = "boolean" },
        "ID" => new() { ["type"] = new JsonArray("string", "integer") },
        "DateTime" => new() { ["type"] = "string", ["format"] = "date-time" },
        "Date" => new() { ["type"] = "string", ["format"] = "date" },
        "UUID" => new() { ["type"] = "string", ["format"] = "uuid" },
        "Long" or "BigInt" or "Decimal" => new() { ["type"] = new JsonArray("number", "string") },
        _ => [],
    };

    private static void AllowNull(JsonObject schema)
    {
        switch (schema["type"])
        {
            case JsonArray several:
                several.Add("null");
                break;
            case JsonValue one:
                schema["type"] = new JsonArray(one.GetValue<string>(), "null");
                break;
        }
        if (schema["enum"] is JsonArray values)
        {
            values.Add((JsonNode?)null);
        }
    }

    private string Describe(GraphQlInput input)
    {
        var isCustom = schema.Find(input.Type.Name) is { Kind: "SCALAR" } && Scalar(input.Type.Name).Count == 0;
        var text = string.Join(". ", new[] { input.Description?.Trim().TrimEnd('.'), isCustom ? $"A {input.Type.Name}" : null, input.Default is null ? null : $"Default {input.Default}" }
            .Where(static part => !string.IsNullOrEmpty(part)));
        return ObservationWriter.Cut(text, MaxDescription);
    }
}
