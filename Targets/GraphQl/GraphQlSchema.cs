using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Text.Json;
using System.Text.RegularExpressions;
using ApeTest.Scenarios;

namespace ApeTest.Targets.GraphQl;

/// <summary>A schema as introspection tells it. Names that are none are left out with what they name: they go into queries as they are.</summary>
internal sealed partial class GraphQlSchema
{
    /// <summary>Deepest nesting of lists in one type; the introspection query asks no deeper.</summary>
    private const int MaxWraps = 8;

    private readonly FrozenDictionary<string, GraphQlType> _types;

    private GraphQlSchema(FrozenDictionary<string, GraphQlType> types, string? query, string? mutation)
    {
        _types = types;
        Queries = query is not null && Find(query) is { } queries ? queries.Fields : [];
        Mutations = mutation is not null && Find(mutation) is { } mutations ? mutations.Fields : [];
    }

    /// <summary>Fields of the query type.</summary>
    public ImmutableArray<GraphQlField> Queries { get; }

    /// <summary>Fields of the mutation type; empty for none.</summary>
    public ImmutableArray<GraphQlField> Mutations { get; }

    /// <summary>Reads the answer to the introspection query. What is none throws <see cref="ApeTestException"/> (exit 2) that says what is malformed.</summary>
    public static GraphQlSchema Read(string text, string source)
    {
        try
        {
            using var document = JsonDocument.Parse(text, GraphQlImporter.Deep);
            var root = document.RootElement;
            root = Map(root, "data") ?? root;
            if (Map(root, "__schema") is not { } schema)
            {
                throw Malformed(source, "$.data.__schema: is missing or not an object");
            }
            if (!schema.TryGetProperty("types", out var types) || types.ValueKind != JsonValueKind.Array)
            {
                throw Malformed(source, "$.data.__schema.types: is missing or not an array");
            }
            var read = types.EnumerateArray().Select(ReadType).OfType<GraphQlType>().DistinctBy(static type => type.Name);
            return new GraphQlSchema(read.ToFrozenDictionary(static type => type.Name, StringComparer.Ordinal), RootName(schema, "queryType"), RootName(schema, "mutationType"));
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            throw Malformed(source, $"it is not the JSON answer to an introspection query ({exception.Message})");
        }
    }

    /// <summary>The type of that name; null for none.</summary>
    public GraphQlType? Find(string name) => _types.GetValueOrDefault(name);

    private static ApeTestException Malformed(string source, string what) =>
        new($"{source} is malformed: {what}", "Check that target.graphql names the endpoint that takes POST.", ExitCodes.Input);

    private static string? RootName(JsonElement schema, string name) => Map(schema, name) is { } type ? Name(type) : null;

    private static GraphQlType? ReadType(JsonElement type)
    {
        if (type.ValueKind != JsonValueKind.Object || Name(type) is not { } name || Text(type, "kind") is not { } kind || name.StartsWith("__", StringComparison.Ordinal))
        {
            return null;
        }
        return new GraphQlType(name, kind)
        {
            Fields = [.. List(type, "fields").Select(ReadField).OfType<GraphQlField>()],
            Inputs = [.. List(type, "inputFields").Select(ReadInput).OfType<GraphQlInput>()],
            Values = [.. List(type, "enumValues").Select(Name).OfType<string>()],
            Possible = [.. List(type, "possibleTypes").Select(Name).OfType<string>()],
        };
    }

    private static GraphQlField? ReadField(JsonElement field) =>
        field.ValueKind == JsonValueKind.Object && Name(field) is { } name && Map(field, "type") is { } type && ReadReference(type, 0) is { } reference
            ? new GraphQlField(name, Text(field, "description"), reference, [.. List(field, "args").Select(ReadInput).OfType<GraphQlInput>()])
            : null;

    private static GraphQlInput? ReadInput(JsonElement input) =>
        input.ValueKind == JsonValueKind.Object && Name(input) is { } name && Map(input, "type") is { } type && ReadReference(type, 0) is { } reference
            ? new GraphQlInput(name, Text(input, "description"), reference, Text(input, "defaultValue"))
            : null;

    private static TypeReference? ReadReference(JsonElement type, int depth)
    {
        var of = Map(type, "ofType");
        if (depth > MaxWraps)
        {
            return null;
        }
        switch (Text(type, "kind"))
        {
            case "NON_NULL":
                return of is { } nullable && ReadReference(nullable, depth + 1) is { } known ? known with { IsNonNull = true } : null;
            case "LIST":
                return of is { } item && ReadReference(item, depth + 1) is { } read ? new TypeReference(read.Name, IsNonNull: false, read) : null;
            default:
                return Name(type) is { } name ? new TypeReference(name, IsNonNull: false, Item: null) : null;
        }
    }

    private static string? Name(JsonElement map) => map.ValueKind == JsonValueKind.Object && Text(map, "name") is { } name && Names().IsMatch(name) ? name : null;

    private static string? Text(JsonElement map, string name) => map.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static JsonElement? Map(JsonElement map, string name) =>
        map.ValueKind == JsonValueKind.Object && map.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Object ? value : null;

    private static IEnumerable<JsonElement> List(JsonElement map, string name) =>
        map.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Array ? value.EnumerateArray() : [];

    /// <summary>GraphQL, October 2021, section 2.1.9.</summary>
    [GeneratedRegex(@"\A[_A-Za-z][_0-9A-Za-z]{0,254}\z")]
    private static partial Regex Names();
}
