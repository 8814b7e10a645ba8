using System.Text.Json.Nodes;

namespace ApeTest.Mini.Board.Queries;

/// <summary>
/// A schema written in short, as introspection tells it: a line a field, <c>Type.field(argument: Type): Type # description</c>. Types that are
/// not declared are scalars.
/// </summary>
internal static class SchemaText
{
    private static readonly string[] Scalars = ["ID", "String", "Int", "Boolean"];

    /// <summary>The value of <c>__schema</c>.</summary>
    public static JsonObject Read(string text)
    {
        var types = new Dictionary<string, JsonArray>(StringComparer.Ordinal);
        foreach (var line in text.ReplaceLineEndings("\n").Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            var (signature, description) = line.Split(" # ") is [var left, var right] ? (left, right) : (line, null);
            var type = signature[..signature.IndexOf('.', StringComparison.Ordinal)];
            var rest = signature[(type.Length + 1)..];
            if (!types.TryGetValue(type, out var fields))
            {
                types[type] = fields = [];
            }
            fields.Add((JsonNode)Field(rest, description));
        }
        var all = types.Select(static type => Type("OBJECT", type.Key, type.Value)).Concat(Scalars.Select(static name => Type("SCALAR", name, null)));
        return new JsonObject
        {
            ["queryType"] = new JsonObject { ["name"] = "Query" },
            ["mutationType"] = new JsonObject { ["name"] = "Mutation" },
            ["subscriptionType"] = null,
            ["types"] = new JsonArray([.. all]),
            ["directives"] = new JsonArray(),
        };
    }

    private static JsonObject Field(string text, string? description)
    {
        var open = text.IndexOf('(', StringComparison.Ordinal);
        var close = text.LastIndexOf(')');
        var arguments = open < 0 ? [] : text[(open + 1)..close].Split(", ");
        var type = text[(text.LastIndexOf(':') + 1)..].Trim();
        return new JsonObject
        {
            ["name"] = open < 0 ? text[..text.IndexOf(':', StringComparison.Ordinal)] : text[..open],
            ["description"] = description,
            ["args"] = new JsonArray([.. arguments.Select(argument => (JsonNode)new JsonObject
            {
                ["name"] = argument.Split(':')[0],
                ["description"] = null,
                ["type"] = Reference(argument.Split(':')[1].Trim()),
                ["defaultValue"] = null,
            })]),
            ["type"] = Reference(type),
            ["isDeprecated"] = false,
            ["deprecationReason"] = null,
        };
    }

    private static JsonObject Reference(string type) =>
        type.EndsWith('!') ? Wrapped("NON_NULL", type[..^1])
        : type.StartsWith('[') ? Wrapped("LIST", type[1..^1])
        : new JsonObject { ["kind"] = Scalars.Contains(type, StringComparer.Ordinal) ? "SCALAR" : "OBJECT", ["name"] = type, ["ofType"] = null };

    private static JsonObject Wrapped(string kind, string type) => new() { ["kind"] = kind, ["name"] = null, ["ofType"] = Reference(type) };

    private static JsonNode Type(string kind, string name, JsonArray? fields) => new JsonObject
    {
        ["kind"] = kind,
        ["name"] = name,
        ["description"] = null,
        ["fields"] = fields,
        ["inputFields"] = null,
        ["interfaces"] = fields is null ? null : new JsonArray(),
        ["enumValues"] = null,
        ["possibleTypes"] = null,
    };
}
