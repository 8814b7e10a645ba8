using System.Collections.Frozen;
using System.Text.Json.Nodes;

namespace ApeTest.Targets.OpenApi;

/// <summary>Finds out how the properties of a form travel, and shows files as what a caller can give: text, or an object with the bytes in base 64.</summary>
internal static class FormFields
{
    private const string FileText = """
        {"anyOf":[
          {"type":"string","description":"The content as text."},
          {"type":"object","properties":{
            "filename":{"type":"string","minLength":1,"maxLength":255},
            "contentType":{"type":"string","maxLength":255,"description":"Media type, like image/png."},
            "text":{"type":"string","description":"The content as text."},
            "base64":{"type":"string","contentEncoding":"base64","description":"The content as base 64."}},
           "oneOf":[{"required":["text"]},{"required":["base64"]}],"additionalProperties":false}]}
        """;

    /// <summary>How each property travels; the properties that are files are replaced by the schema of a file.</summary>
    public static FrozenDictionary<string, FormField> Read(JsonObject schema, JsonObject? encoding, BodyKind kind)
    {
        var fields = new Dictionary<string, FormField>(StringComparer.Ordinal);
        Read(schema, encoding ?? [], kind, fields);
        return fields.ToFrozenDictionary(StringComparer.Ordinal);
    }

    /// <summary>Whether a schema stands for bytes: 3.0's <c>format: binary</c>, 3.1's <c>contentMediaType</c> or <c>contentEncoding</c>, or nothing at all with a type that is no text.</summary>
    public static bool IsFile(JsonObject schema, string? contentType)
    {
        if (schema["type"] is { } type && SchemaKeywords.Text(type) != "string" && !(type is JsonArray types && types.Any(static name => SchemaKeywords.Text(name) == "string")))
        {
            return false;
        }
        return SchemaKeywords.Text(schema["format"]) == "binary"
            || (SchemaKeywords.Text(schema["contentMediaType"]) ?? (schema.ContainsKey("contentEncoding") ? "application/octet-stream" : null)) is { } media && !MediaTypes.IsJson(media)
            || (schema["type"] is null && !schema.ContainsKey("enum") && !schema.ContainsKey("const") && !HasParts(schema) && (contentType is null || !MediaTypes.IsText(contentType)));
    }

    /// <summary>The schema of a body that is one file.</summary>
    public static JsonObject Whole(JsonObject schema, string contentType) => File(schema, $"The whole body ({contentType}): text, or an object with the bytes in base 64.");

    private static void Read(JsonObject schema, JsonObject encoding, BodyKind kind, Dictionary<string, FormField> fields)
    {
        if (schema["properties"] is JsonObject properties)
        {
            foreach (var (name, value) in properties.ToArray())
            {
                if (value is JsonObject property)
                {
                    ReadField(properties, name, property, encoding[name] as JsonObject, kind, fields);
                }
            }
        }
        // Alternatives of a form stay under `body`, and their properties travel all the same.
        foreach (var combined in SchemaKeywords.List)
        {
            foreach (var part in (schema[combined] as JsonArray ?? []).OfType<JsonObject>())
            {
                Read(part, encoding, kind, fields);
            }
        }
    }

    private static void ReadField(JsonObject properties, string name, JsonObject property, JsonObject? encoding, BodyKind kind, Dictionary<string, FormField> fields)
    {
        var contentType = SchemaKeywords.Text(encoding?["contentType"])?.Split(',')[0].Trim();
        var isFile = false;
        if (kind == BodyKind.Multipart)
        {
            var description = $"A file{(contentType is null ? "" : $" ({contentType})")}: text, or an object with filename, contentType and the bytes in base 64.";
            if (IsFile(property, contentType))
            {
                contentType ??= SchemaKeywords.Text(property["contentMediaType"]);
                properties[name] = File(property, description);
                isFile = true;
            }
            else if (property["items"] is JsonObject items && IsFile(items, contentType))
            {
                contentType ??= SchemaKeywords.Text(items["contentMediaType"]);
                property["items"] = File(items, description);
                isFile = true;
            }
        }
        var style = SchemaKeywords.Text(encoding?["style"]);
        var explode = encoding?["explode"] is JsonValue flag && flag.TryGetValue<bool>(out var isExploded) ? isExploded : style is null or "form";
        if (isFile || contentType is not null || encoding is not null)
        {
            fields[name] = new FormField(isFile, contentType is { Length: > 0 } && !contentType.Contains('*', StringComparison.Ordinal) ? contentType : null, style, explode);
        }
    }

    private static JsonObject File(JsonObject schema, string description)
    {
        var file = (JsonObject)JsonNode.Parse(FileText)!;
        file["description"] = SchemaKeywords.Text(schema["description"]) is { Length: > 0 } own ? $"{own} ({description})" : description;
        return file;
    }

    private static bool HasParts(JsonObject schema) => SchemaKeywords.List.Any(schema.ContainsKey) || schema.ContainsKey("properties") || schema.ContainsKey("items");
}
