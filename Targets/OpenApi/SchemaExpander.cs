using System.Collections.Frozen;
using System.Text.Json.Nodes;

namespace ApeTest.Targets.OpenApi;

/// <summary>
/// Makes self-contained schemas of a document's schemas: references resolved (recursive ones cut at depth 8 with <c>{}</c>), OpenAPI
/// 3.0's <c>nullable</c> and boolean bounds written as JSON schema has them, decoration dropped. The size of one result is bounded.
/// </summary>
internal sealed class SchemaExpander(JsonObject document, string source)
{
    private const int MaxRecursion = 8;
    private const int MaxReferences = 32;
    private const int MaxNodes = 4000;

    private static readonly FrozenSet<string> SchemaKeywords = new[]
    {
        "items", "additionalProperties", "not", "contains", "propertyNames", "if", "then", "else",
    }.ToFrozenSet(StringComparer.Ordinal);

    private static readonly FrozenSet<string> MapKeywords = new[] { "properties", "patternProperties", "$defs", "dependentSchemas" }.ToFrozenSet(StringComparer.Ordinal);

    private static readonly FrozenSet<string> ListKeywords = new[] { "allOf", "anyOf", "oneOf", "prefixItems" }.ToFrozenSet(StringComparer.Ordinal);

    private static readonly FrozenSet<string> Dropped = new[] { "xml", "externalDocs", "discriminator", "nullable", "$schema", "$id", "$anchor", "$comment" }.ToFrozenSet(StringComparer.Ordinal);

    private readonly List<string> _chain = [];
    private int _nodes;

    /// <summary>Expands one schema. For requests, properties marked <c>readOnly</c> are left out.</summary>
    public JsonNode Expand(JsonNode? schema, bool forRequest, string at)
    {
        _chain.Clear();
        _nodes = 0;
        return ExpandNode(schema, forRequest, at);
    }

    /// <summary>An expander of the same document with a state of its own, for another thread or a later time.</summary>
    public SchemaExpander Fresh() => new(document, source);

    /// <summary>Follows references of anything that is not a schema (parameters, bodies, responses, path items, security schemes).</summary>
    public JsonObject? Resolve(JsonNode? node, string at)
    {
        for (var hops = 0; node is JsonObject map && map.TryGetPropertyValue("$ref", out var reference); hops++)
        {
            if (hops == MaxReferences)
            {
                throw DocumentReader.Malformed(source, $"{at}: $ref leads in a circle", null);
            }
            node = Find(Text(reference), at);
        }
        return node as JsonObject;
    }

    private JsonNode ExpandNode(JsonNode? schema, bool forRequest, string at)
    {
        _nodes++;
        switch (schema)
        {
            case JsonValue value when value.TryGetValue<bool>(out var any):
                return JsonValue.Create(any);
            case JsonObject map when map.TryGetPropertyValue("$ref", out var reference):
                return ExpandReference(map, Text(reference), forRequest, at);
            case JsonObject map:
                return ExpandObject(map, forRequest, at);
            case null:
                return new JsonObject();
            default:
                throw DocumentReader.Malformed(source, $"{at}: a schema must be an object or a boolean", null);
        }
    }

    private JsonNode ExpandReference(JsonObject map, string reference, bool forRequest, string at)
    {
        var target = Find(reference, at);
        var recursive = _chain.Contains(reference);
        if ((recursive && (_chain.Count >= MaxRecursion || _nodes > MaxNodes)) || _chain.Count >= MaxReferences)
        {
            return new JsonObject();
        }
        _chain.Add(reference);
        var expanded = ExpandNode(target, forRequest, at);
        _chain.RemoveAt(_chain.Count - 1);
        if (map.Count > 1 && expanded is JsonObject result)
        {
            // OpenAPI 3.1 allows siblings; 3.0 ignores them, where they are descriptions at most.
            var siblings = new JsonObject();
            foreach (var (name, value) in map)
            {
                if (name != "$ref")
                {
                    siblings[name] = value?.DeepClone();
                }
            }
            foreach (var (name, value) in ExpandObject(siblings, forRequest, at).ToArray())
            {
                result[name] = value?.DeepClone();
            }
        }
        return expanded;
    }

    private JsonObject ExpandObject(JsonObject map, bool forRequest, string at)
    {
        var result = new JsonObject();
        HashSet<string>? readOnly = null;
        foreach (var (name, value) in map)
        {
            if (name == "properties" && value is JsonObject properties && forRequest)
            {
                readOnly = ReadOnlyNames(properties, at);
            }
        }
        foreach (var (name, value) in map)
        {
            if (Dropped.Contains(name) || name.StartsWith("x-", StringComparison.Ordinal))
            {
                continue;
            }
            var inner = $"{at}.{name}";
            if (SchemaKeywords.Contains(name))
            {
                result[name] = ExpandNode(value, forRequest, inner);
            }
            else if (MapKeywords.Contains(name))
            {
                result[name] = ExpandMap(value, name == "properties" ? readOnly : null, forRequest, inner);
            }
            else if (ListKeywords.Contains(name))
            {
                result[name] = ExpandList(value, forRequest, inner);
            }
            else if (name == "required" && value is JsonArray required && readOnly is { Count: > 0 })
            {
                result[name] = new JsonArray([.. required.Where(item => !readOnly.Contains(Text(item))).Select(static item => item?.DeepClone())]);
            }
            else if (name == "required" && value is not JsonArray)
            {
                // A boolean here is draft 3 and a common slip; it says nothing.
                continue;
            }
            else
            {
                result[name] = value?.DeepClone();
            }
        }
        Normalise(map, result);
        return result;
    }

    private HashSet<string> ReadOnlyNames(JsonObject properties, string at)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (name, schema) in properties)
        {
            if (Resolve(schema, at) is { } resolved && IsTrue(resolved["readOnly"]))
            {
                names.Add(name);
            }
        }
        return names;
    }

    private JsonObject ExpandMap(JsonNode? value, HashSet<string>? without, bool forRequest, string at)
    {
        var result = new JsonObject();
        foreach (var (name, schema) in value as JsonObject ?? throw DocumentReader.Malformed(source, $"{at}: must be an object", null))
        {
            if (without?.Contains(name) != true)
            {
                result[name] = ExpandNode(schema, forRequest, $"{at}.{name}");
            }
        }
        return result;
    }

    private JsonArray ExpandList(JsonNode? value, bool forRequest, string at)
    {
        var result = new JsonArray();
        foreach (var schema in value as JsonArray ?? throw DocumentReader.Malformed(source, $"{at}: must be an array", null))
        {
            result.Add(ExpandNode(schema, forRequest, $"{at}[{result.Count}]"));
        }
        return result;
    }

    /// <summary>OpenAPI 3.0 to JSON schema.</summary>
    private static void Normalise(JsonObject map, JsonObject result)
    {
        if (IsTrue(map["nullable"]))
        {
            if (result["type"] is JsonValue type)
            {
                result["type"] = new JsonArray(type.DeepClone(), "null");
                if (result["enum"] is JsonArray values && !values.Any(static value => value is null))
                {
                    values.Add(null);
                }
            }
            else if (result["allOf"] is JsonArray or JsonObject)
            {
                // `nullable` beside `allOf: [$ref]` is how 3.0 documents say "that, or null".
                var all = result["allOf"]!.DeepClone();
                result.Remove("allOf");
                result["anyOf"] = new JsonArray(new JsonObject { ["allOf"] = all }, new JsonObject { ["type"] = "null" });
            }
        }
        Bound(result, "exclusiveMinimum", "minimum");
        Bound(result, "exclusiveMaximum", "maximum");
    }

    private static void Bound(JsonObject result, string exclusive, string inclusive)
    {
        if (result[exclusive] is not JsonValue flag || !flag.TryGetValue<bool>(out var isExclusive))
        {
            return;
        }
        result.Remove(exclusive);
        if (isExclusive && result[inclusive] is { } bound)
        {
            result[exclusive] = bound.DeepClone();
            result.Remove(inclusive);
        }
    }

    private JsonNode? Find(string reference, string at)
    {
        if (!reference.StartsWith("#/", StringComparison.Ordinal))
        {
            throw DocumentReader.Malformed(source, $"{at}: $ref '{reference}' points outside the document", "Bundle the document into one file.");
        }
        JsonNode? node = document;
        foreach (var part in reference[2..].Split('/'))
        {
            var name = Uri.UnescapeDataString(part).Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal);
            node = node switch
            {
                JsonObject map when map.TryGetPropertyValue(name, out var next) => next,
                JsonArray list when int.TryParse(name, out var index) && index >= 0 && index < list.Count => list[index],
                _ => throw DocumentReader.Malformed(source, $"{at}: $ref '{reference}' points to nothing", "Define it, or correct the reference."),
            };
        }
        return node;
    }

    private static bool IsTrue(JsonNode? node) => node is JsonValue value && value.TryGetValue<bool>(out var flag) && flag;

    private static string Text(JsonNode? node) => node is JsonValue value && value.TryGetValue<string>(out var text) ? text : "";
}
