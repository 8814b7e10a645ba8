using System.Text.Json.Nodes;

namespace ApeTest.Targets.OpenApi;

/// <summary>
/// Makes self-contained JSON schemas (2020-12) of a checked document's schemas: references resolved, OpenAPI 3.0's <c>nullable</c> and
/// boolean bounds written as JSON schema has them, what is OpenAPI's alone left out. Recursive references are cut with <c>{}</c> at depth 8,
/// and any reference once the result has grown to its bound: a few lines of references must not unfold into gigabytes. Not thread-safe.
/// </summary>
internal sealed class SchemaExpander(DocumentReferences references, bool forRequest)
{
    private const int MaxRecursion = 8;
    private const int MaxReferences = 24;

    /// <summary>Nodes from which a recursive reference is not followed again, and from which none is. A model reads every one of them.</summary>
    private const int MaxRecursiveNodes = 150;

    private const int MaxNodes = 4000;

    /// <summary>Deepest nesting of schemas; two levels of JSON each. Many readers of tool lists stop at 64 levels of JSON.</summary>
    private const int MaxDepth = 24;

    private readonly List<string> _chain = [];
    private int _nodes;

    /// <summary>Expands one schema. For requests, properties marked <c>readOnly</c> are left out. An absent schema is <c>{}</c>.</summary>
    public JsonNode Expand(JsonNode? schema)
    {
        _chain.Clear();
        _nodes = 0;
        return ExpandNode(schema, depth: 0);
    }

    private JsonNode ExpandNode(JsonNode? schema, int depth)
    {
        _nodes++;
        switch (schema)
        {
            case JsonObject when depth > MaxDepth:
                return new JsonObject();
            case JsonObject map when SchemaKeywords.Text(map["$ref"]) is { } reference:
                return ExpandReference(map, reference, depth);
            case JsonObject map:
                return ExpandObject(map, depth);
            case JsonValue value when value.TryGetValue<bool>(out var any):
                return JsonValue.Create(any);
            default:
                return new JsonObject();
        }
    }

    private JsonNode ExpandReference(JsonObject map, string reference, int depth)
    {
        var recursive = _chain.Contains(reference);
        if (_nodes > MaxNodes || _chain.Count >= MaxReferences || (recursive && (_chain.Count >= MaxRecursion || _nodes > MaxRecursiveNodes)))
        {
            return new JsonObject();
        }
        _chain.Add(reference);
        var expanded = ExpandNode(references.Find(reference), depth);
        _chain.RemoveAt(_chain.Count - 1);
        if (map.Count > 1 && expanded is JsonObject result)
        {
            // OpenAPI 3.1 allows siblings; 3.0 ignores them, where they are descriptions at most.
            var siblings = ExpandObject(map, depth);
            foreach (var (name, value) in siblings.ToArray())
            {
                siblings.Remove(name);
                result[name] = value;
            }
        }
        return expanded;
    }

    private JsonObject ExpandObject(JsonObject map, int depth)
    {
        var result = new JsonObject();
        var hidden = forRequest && map["properties"] is JsonObject properties ? ReadOnlyNames(properties) : null;
        foreach (var (name, value) in map)
        {
            if (SchemaKeywords.Schema.Contains(name))
            {
                AddSchema(result, name, value, depth);
            }
            else if (SchemaKeywords.Map.Contains(name))
            {
                result[name] = ExpandMap(value, name, hidden, depth);
            }
            else if (SchemaKeywords.List.Contains(name))
            {
                if (ExpandList(value, depth) is { Count: > 0 } list)
                {
                    result[name] = list;
                }
            }
            else if (name == "type")
            {
                if (SchemaKeywords.TypeOf(value) is { } type)
                {
                    result[name] = type;
                }
            }
            else if (SchemaKeywords.IsKept(name, value))
            {
                AddPlain(result, name, value, hidden);
            }
        }
        if (map["discriminator"] is JsonObject discriminator)
        {
            Discriminator.Apply(map, result, discriminator);
        }
        Normalise(map, result);
        return result;
    }

    private void AddSchema(JsonObject result, string name, JsonNode? value, int depth)
    {
        if (name == "items" && value is JsonArray tuple)
        {
            // Before 2020-12 a list here meant what `prefixItems` means now.
            if (ExpandList(tuple, depth) is { Count: > 0 } items)
            {
                result["prefixItems"] = items;
            }
            return;
        }
        result[name] = ExpandNode(value, depth + 1);
    }

    private void AddPlain(JsonObject result, string name, JsonNode? value, HashSet<string>? hidden)
    {
        if (name == "required" && value is JsonArray names)
        {
            var kept = names.Where(item => hidden?.Contains(SchemaKeywords.Text(item) ?? "") != true).Select(static item => item?.DeepClone()).ToArray();
            if (kept.Length > 0 || hidden is null)
            {
                result[name] = new JsonArray(kept);
            }
            return;
        }
        // A long list is as costly as many schemas.
        _nodes += value is JsonArray list ? list.Count / 8 : 0;
        result[name] = value?.DeepClone();
    }

    private HashSet<string>? ReadOnlyNames(JsonObject properties)
    {
        HashSet<string>? names = null;
        foreach (var (name, schema) in properties)
        {
            if (schema is JsonObject map && references.Resolve(map) is { } resolved && (SchemaKeywords.IsTrue(map["readOnly"]) || SchemaKeywords.IsTrue(resolved["readOnly"])))
            {
                (names ??= new HashSet<string>(StringComparer.Ordinal)).Add(name);
            }
        }
        return names;
    }

    private JsonObject ExpandMap(JsonNode? value, string keyword, HashSet<string>? hidden, int depth)
    {
        var result = new JsonObject();
        foreach (var (name, schema) in value as JsonObject ?? [])
        {
            if (keyword == "properties" ? hidden?.Contains(name) != true : keyword != "patternProperties" || SchemaKeywords.IsPattern(name))
            {
                result[name] = ExpandNode(schema, depth + 1);
            }
        }
        return result;
    }

    private JsonArray ExpandList(JsonNode? value, int depth)
    {
        var result = new JsonArray();
        foreach (var schema in value as JsonArray ?? [])
        {
            result.Add(ExpandNode(schema, depth + 1));
        }
        return result;
    }

    /// <summary>OpenAPI 3.0 to JSON schema.</summary>
    private static void Normalise(JsonObject map, JsonObject result)
    {
        if (SchemaKeywords.IsTrue(map["nullable"]))
        {
            if (result["type"] is JsonValue type)
            {
                result["type"] = new JsonArray(type.DeepClone(), "null");
                if (result["enum"] is JsonArray values && !values.Any(static value => value is null))
                {
                    values.Add(null);
                }
            }
            else if (new[] { "allOf", "oneOf", "anyOf" }.FirstOrDefault(result.ContainsKey) is { } combined)
            {
                // `nullable` beside `allOf: [$ref]` is how 3.0 documents say "that, or null".
                var all = result[combined]!;
                result.Remove(combined);
                result["anyOf"] = new JsonArray(new JsonObject { [combined] = all }, new JsonObject { ["type"] = "null" });
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
            result.Remove(inclusive);
            result[exclusive] = bound;
        }
    }
}
