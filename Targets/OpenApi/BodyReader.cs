using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Text.Json.Nodes;

namespace ApeTest.Targets.OpenApi;

/// <summary>Reads a request body: the properties of a plain object become arguments of their own, any other body the argument <c>body</c>.</summary>
/// <param name="expander">Expands schemas for requests.</param>
/// <param name="arguments">Arguments so far, to add to.</param>
/// <param name="required">Required arguments so far, to add to.</param>
internal sealed class BodyReader(SchemaExpander expander, JsonObject arguments, JsonArray required)
{
    private readonly string _argument = arguments.ContainsKey("body") ? "request_body" : "body";

    private static readonly string[] NotPlain = ["oneOf", "anyOf", "allOf", "not", "if", "patternProperties", "propertyNames", "dependentSchemas", "dependentRequired"];

    /// <summary>The body; and the schema of properties beyond the declared, null where none may be given.</summary>
    public (BodySpec? Spec, JsonNode? More) Read(JsonObject? body)
    {
        if (body?["content"] is not JsonObject { Count: > 0 } content)
        {
            return default;
        }
        var (contentType, media, kind) = MediaTypes.Choose(content);
        var schema = expander.Expand(media?["schema"]) as JsonObject ?? [];
        if (media?["example"] is { } example && !schema.ContainsKey("example"))
        {
            schema["example"] = example.DeepClone();
        }
        if (kind is BodyKind.Raw or BodyKind.File)
        {
            kind = FormFields.IsFile(schema, contentType) ? BodyKind.File : kind;
            var argument = kind == BodyKind.File ? FormFields.Whole(schema, contentType) : AsText(schema, contentType);
            return (Whole(argument, body, new BodySpec(kind, contentType, [], HasBodyArgument: true)), null);
        }
        schema = ObjectMerge.Merged(schema) ?? schema;
        var fields = kind == BodyKind.Json ? FrozenDictionary<string, FormField>.Empty : FormFields.Read(schema, media?["encoding"] as JsonObject, kind);
        if (!IsPlainObject(schema))
        {
            return (Whole(schema, body, new BodySpec(kind, contentType, [], HasBodyArgument: true) { Fields = fields }), null);
        }
        return Flatten(schema, new BodySpec(kind, contentType, [], HasBodyArgument: false) { Fields = fields });
    }

    private static bool IsPlainObject(JsonObject schema) => schema["properties"] is JsonObject { Count: > 0 }
        && !Array.Exists(NotPlain, schema.ContainsKey)
        && (schema["type"] is null || SchemaKeywords.Text(schema["type"]) == "object" || (schema["type"] is JsonArray types && types.Any(static type => SchemaKeywords.Text(type) == "object")));

    private BodySpec Whole(JsonObject schema, JsonObject body, BodySpec spec)
    {
        arguments[_argument] = schema;
        if (SchemaKeywords.IsTrue(body["required"]))
        {
            required.Add(_argument);
        }
        return spec with { Argument = _argument };
    }

    private static JsonObject AsText(JsonObject schema, string contentType)
    {
        if (SchemaKeywords.Text(schema["type"]) == "string")
        {
            return schema;
        }
        // A schema of XML or the like describes what the text says, not how it is given.
        var text = new JsonObject { ["type"] = "string", ["description"] = $"The whole body as text ({contentType})." };
        if (schema["example"] is { } example && SchemaKeywords.Text(example) is not null)
        {
            text["example"] = example.DeepClone();
        }
        return text;
    }

    private (BodySpec Spec, JsonNode? More) Flatten(JsonObject schema, BodySpec spec)
    {
        var requiredNames = (schema["required"] as JsonArray ?? []).Select(SchemaKeywords.Text).ToHashSet();
        var flattened = ImmutableArray.CreateBuilder<string>();
        JsonObject? nested = null;
        JsonArray? nestedRequired = null;
        var properties = (JsonObject)schema["properties"]!;
        // With a collision the rest goes under `body`, which must then not be a property of the body too.
        var keepWhole = properties.ContainsKey(_argument) && properties.Any(property => MustNest(property.Key));
        foreach (var (name, value) in properties.ToArray())
        {
            properties.Remove(name);
            var isRequired = requiredNames.Contains(name);
            if (keepWhole || MustNest(name))
            {
                (nested ??= [])[name] = value;
                if (isRequired)
                {
                    (nestedRequired ??= []).Add(name);
                }
                continue;
            }
            flattened.Add(name);
            arguments[name] = value;
            if (isRequired)
            {
                required.Add(name);
            }
        }
        if (nested is not null)
        {
            var inner = new JsonObject { ["type"] = "object", ["properties"] = nested };
            if (nestedRequired is not null)
            {
                inner["required"] = nestedRequired;
                required.Add(_argument);
            }
            arguments[_argument] = inner;
        }
        var more = schema["additionalProperties"] is { } additional && !(additional is JsonValue flag && flag.TryGetValue<bool>(out var any) && !any) ? additional : null;
        return (spec with { Flattened = flattened.ToImmutable(), HasBodyArgument = nested is not null, Argument = _argument, TakesMore = more is not null }, more?.DeepClone());
    }

    private bool MustNest(string name) => arguments.ContainsKey(name) || !ArgumentReader.IsArgumentName(name);
}
