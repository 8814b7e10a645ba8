using System.Text.Json;

namespace ApeTest.Targets.Schemas;

/// <summary>Compiles a schema document into nodes; a referenced schema is compiled once, so recursion in the document is recursion in the tree.</summary>
internal sealed class SchemaCompiler(JsonElement document)
{
    private const int MaxDepth = 256;

    private readonly Dictionary<string, SchemaNode> _references = new(StringComparer.Ordinal);
    private int _depth;

    public SchemaNode Compile()
    {
        var root = new SchemaNode();
        _references["#"] = root;
        Fill(root, document, "#");
        return root;
    }

    private SchemaNode Node(JsonElement schema, string at)
    {
        var node = new SchemaNode();
        Fill(node, schema, at);
        return node;
    }

    private void Fill(SchemaNode node, JsonElement schema, string at)
    {
        if (schema.ValueKind is JsonValueKind.True or JsonValueKind.False)
        {
            node.IsFalse = schema.ValueKind == JsonValueKind.False;
            return;
        }
        if (schema.ValueKind != JsonValueKind.Object)
        {
            throw new FormatException($"{at}: a schema must be an object or a boolean, not {SchemaErrors.Describe(schema)}");
        }
        if (++_depth > MaxDepth)
        {
            throw new FormatException($"{at}: the schema is nested deeper than {MaxDepth} levels");
        }
        foreach (var keyword in schema.EnumerateObject())
        {
            try
            {
                Apply(node, keyword.Name, keyword.Value, $"{at}/{keyword.Name}");
            }
            catch (Exception exception) when (exception is InvalidOperationException or ArgumentException or OverflowException)
            {
                throw new FormatException($"{at}/{keyword.Name}: {SchemaErrors.Describe(keyword.Value)} is not a valid value ({exception.Message})", exception);
            }
        }
        ApplyDraft4(node, schema);
        _depth--;
    }

    private void Apply(SchemaNode node, string keyword, JsonElement value, string at)
    {
        switch (keyword)
        {
            case "$ref":
                node.Reference = Resolve(value.GetString() ?? "", at);
                break;
            case "type":
                node.Types |= value.ValueKind == JsonValueKind.Array
                    ? value.EnumerateArray().Aggregate(SchemaTypes.None, (types, name) => types | TypeOf(name.GetString(), at))
                    : TypeOf(value.GetString(), at);
                break;
            case "enum":
                node.Enum = [.. value.EnumerateArray().Select(static allowed => allowed.Clone())];
                break;
            case "const":
                node.Const = value.Clone();
                break;
            case "minimum":
                node.Minimum = Bound(value);
                break;
            case "maximum":
                node.Maximum = Bound(value);
                break;
            case "exclusiveMinimum" when value.ValueKind == JsonValueKind.Number:
                node.ExclusiveMinimum = Bound(value);
                break;
            case "exclusiveMaximum" when value.ValueKind == JsonValueKind.Number:
                node.ExclusiveMaximum = Bound(value);
                break;
            case "multipleOf":
                node.MultipleOf = Bound(value);
                break;
            case "minLength":
                node.MinLength = Count(value);
                break;
            case "maxLength":
                node.MaxLength = Count(value);
                break;
            case "pattern":
                node.Pattern = SchemaPatterns.Compile(value.GetString() ?? "");
                break;
            case "format":
                node.Format = value.GetString();
                break;
            case "items":
                node.Items = Node(value, at);
                break;
            case "prefixItems":
                node.PrefixItems = List(value, at);
                break;
            case "contains":
                node.Contains = Node(value, at);
                break;
            case "minItems":
                node.MinItems = Count(value);
                break;
            case "maxItems":
                node.MaxItems = Count(value);
                break;
            case "uniqueItems":
                node.UniqueItems = value.GetBoolean();
                break;
            case "properties":
                node.Properties = value.EnumerateObject().ToDictionary(static p => p.Name, p => Node(p.Value, $"{at}/{p.Name}"), StringComparer.Ordinal);
                break;
            case "patternProperties":
                node.PatternProperties = [.. value.EnumerateObject().Select(p => (SchemaPatterns.Compile(p.Name), Node(p.Value, $"{at}/{p.Name}")))];
                break;
            case "additionalProperties":
                node.AdditionalProperties = Node(value, at);
                break;
            case "required" when value.ValueKind == JsonValueKind.Array:
                node.Required = [.. value.EnumerateArray().Select(static name => name.GetString() ?? "")];
                break;
            case "minProperties":
                node.MinProperties = Count(value);
                break;
            case "maxProperties":
                node.MaxProperties = Count(value);
                break;
            case "allOf":
                node.AllOf = List(value, at);
                break;
            case "anyOf":
                node.AnyOf = List(value, at);
                break;
            case "oneOf":
                node.OneOf = List(value, at);
                break;
            case "not":
                node.Not = Node(value, at);
                break;
        }
    }

    /// <summary>OpenAPI 3.0 writes <c>nullable</c> and boolean exclusive bounds.</summary>
    private static void ApplyDraft4(SchemaNode node, JsonElement schema)
    {
        if (schema.TryGetProperty("nullable", out var nullable) && nullable.ValueKind == JsonValueKind.True && node.Types != SchemaTypes.None)
        {
            node.Types |= SchemaTypes.Null;
        }
        if (schema.TryGetProperty("exclusiveMinimum", out var minimum) && minimum.ValueKind == JsonValueKind.True)
        {
            (node.ExclusiveMinimum, node.Minimum) = (node.Minimum, null);
        }
        if (schema.TryGetProperty("exclusiveMaximum", out var maximum) && maximum.ValueKind == JsonValueKind.True)
        {
            (node.ExclusiveMaximum, node.Maximum) = (node.Maximum, null);
        }
    }

    private List<SchemaNode> List(JsonElement value, string at)
    {
        var nodes = value.EnumerateArray().Select((schema, index) => Node(schema, $"{at}/{index}")).ToList();
        return nodes.Count > 0 ? nodes : throw new FormatException($"{at}: must hold at least one schema");
    }

    private SchemaNode Resolve(string reference, string at)
    {
        if (_references.TryGetValue(reference, out var known))
        {
            return known;
        }
        var found = document;
        if (!reference.StartsWith("#/", StringComparison.Ordinal))
        {
            throw new FormatException($"{at}: '{reference}' does not point into the same document (#/...)");
        }
        foreach (var part in reference[2..].Split('/'))
        {
            var name = Uri.UnescapeDataString(part).Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal);
            if (found.ValueKind == JsonValueKind.Array && int.TryParse(name, out var index) && index >= 0 && index < found.GetArrayLength())
            {
                found = found[index];
            }
            else if (found.ValueKind != JsonValueKind.Object || !found.TryGetProperty(name, out found))
            {
                throw new FormatException($"{at}: '{reference}' points to nothing");
            }
        }
        var node = new SchemaNode();
        // Known before it is filled: it may refer to itself.
        _references[reference] = node;
        Fill(node, found, reference);
        return node;
    }

    private static SchemaTypes TypeOf(string? name, string at) => name switch
    {
        "null" => SchemaTypes.Null,
        "boolean" => SchemaTypes.Boolean,
        "integer" => SchemaTypes.Integer,
        "number" => SchemaTypes.Number,
        "string" => SchemaTypes.String,
        "array" => SchemaTypes.Array,
        "object" => SchemaTypes.Object,
        _ => throw new FormatException($"{at}: '{name}' is not a type; known: null, boolean, integer, number, string, array, object"),
    };

    private static decimal? Bound(JsonElement value) => value.TryGetDecimal(out var number) ? number : value.GetDouble() > 0 ? decimal.MaxValue : decimal.MinValue;

    private static int Count(JsonElement value) => (int)Math.Clamp(value.GetDouble(), 0, int.MaxValue);
}
