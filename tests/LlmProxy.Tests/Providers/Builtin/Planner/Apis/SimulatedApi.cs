using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace ApeTest.LlmProxy.Tests.Providers.Builtin.Planner.Apis;

/// <summary>A small API in memory: its tools as the OpenAPI import would give them, and what its operations do.</summary>
internal abstract class SimulatedApi
{
    private readonly JsonArray _tools = [];
    private readonly Dictionary<string, Func<JsonObject, Reply>> _handlers = new(StringComparer.Ordinal);

    public JsonArray Tools => (JsonArray)_tools.DeepClone();

    public List<string> Log { get; } = [];

    /// <summary>What was changed, in order, in the API's own words: what a test of a goal compares with.</summary>
    public List<string> Effects { get; } = [];

    /// <summary>Properties as <c>name:type</c>, <c>!</c> behind for required, <c>a|b</c> for enumerations, <c>type(format)</c>, <c>type~example</c>.</summary>
    protected void Map(string name, string description, string properties, Func<JsonObject, Reply> handler)
    {
        var schema = Schema(properties);
        schema["additionalProperties"] = false;
        Describe(name, schema);
        _tools.Add(new JsonObject
        {
            ["type"] = "function",
            ["function"] = new JsonObject { ["name"] = name, ["description"] = description, ["parameters"] = schema },
        });
        _handlers[name] = handler;
    }

    /// <summary>Adds to a tool's schema what the short form cannot say.</summary>
    protected virtual void Describe(string tool, JsonObject schema)
    {
    }

    protected static JsonObject Schema(string properties)
    {
        var (all, required) = (new JsonObject(), new JsonArray());
        foreach (var part in Split(properties))
        {
            var colon = part.IndexOf(':', StringComparison.Ordinal);
            var (name, type) = (part[..colon], part[(colon + 1)..]);
            if (type.EndsWith('!'))
            {
                required.Add(name);
                type = type[..^1];
            }

            all[name] = Type(type);
        }

        return new JsonObject { ["type"] = "object", ["properties"] = all, ["required"] = required };
    }

    // At blanks, and inside of braces at semicolons; what is deeper stays together.
    private static IEnumerable<string> Split(string properties)
    {
        var (depth, from) = (0, 0);
        for (var i = 0; i <= properties.Length; i++)
        {
            var end = i == properties.Length || (depth == 0 && properties[i] is ' ' or ';');
            depth += i == properties.Length ? 0 : properties[i] switch { '{' or '[' => 1, '}' or ']' => -1, _ => 0 };
            if (end && i > from)
            {
                yield return properties[from..i];
            }

            from = end ? i + 1 : from;
        }
    }

    public JsonObject Invoke(string tool, JsonObject arguments)
    {
        Log.Add(tool);
        if (!_handlers.TryGetValue(tool, out var handler))
        {
            return new JsonObject { ["error"] = new JsonObject { ["type"] = "unknown_tool", ["message"] = tool } };
        }

        var reply = handler(arguments);
        var observation = new JsonObject { ["status"] = reply.Status };
        if (reply.Body is not null)
        {
            observation["body"] = JsonSerializer.SerializeToNode(reply.Body);
        }

        if (reply.Location is not null)
        {
            observation["headers"] = new JsonObject { ["location"] = reply.Location };
        }

        return observation;
    }

    protected static string Text(JsonObject arguments, string name) => arguments[name]?.ToString() ?? "";

    protected static int Int(JsonObject arguments, string name, int otherwise = 0) =>
        arguments[name] is JsonValue value ? int.Parse(value.ToString(), CultureInfo.InvariantCulture) : otherwise;

    protected static Reply Problem(int status, string detail, object? errors = null) => new(status, new { title = "Refused", status, detail, errors });

    private static JsonObject Type(string type)
    {
        if (type.Split('~') is [var plain, var example] && !type.StartsWith('{') && !type.StartsWith('['))
        {
            var schema = Type(plain);
            schema["example"] = plain is "integer" or "number" ? JsonNode.Parse(example) : example;
            return schema;
        }

        if (type.StartsWith('[') && type.EndsWith(']'))
        {
            return new JsonObject { ["type"] = "array", ["items"] = Type(type[1..^1]), ["minItems"] = 1 };
        }

        if (type.StartsWith('{') && type.EndsWith('}'))
        {
            return Schema(type[1..^1]);
        }

        if (type.Contains('|', StringComparison.Ordinal))
        {
            return new JsonObject { ["type"] = "string", ["enum"] = new JsonArray([.. type.Split('|').Select(value => (JsonNode)value)]) };
        }

        var open = type.IndexOf('(', StringComparison.Ordinal);
        return open < 0
            ? new JsonObject { ["type"] = type }
            : new JsonObject { ["type"] = type[..open], ["format"] = type[(open + 1)..^1] };
    }
}

internal sealed record Reply(int Status, object? Body = null, string? Location = null);
