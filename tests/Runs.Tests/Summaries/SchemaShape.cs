using System.Text.Json;
using System.Text.RegularExpressions;

namespace ApeTest.Runs.Tests.Summaries;

/// <summary>The keywords of JSON Schema that <c>summary.schema.json</c> uses, and no more; the end-to-end tests use a real validator.</summary>
internal static class SchemaShape
{
    public static IEnumerable<string> Errors(JsonElement root, JsonElement schema, JsonElement value, string path)
    {
        if (schema.TryGetProperty("$ref", out var reference))
        {
            Assert.StartsWith("#/$defs/", reference.GetString(), StringComparison.Ordinal);
            schema = root.GetProperty("$defs").GetProperty(reference.GetString()!["#/$defs/".Length..]);
        }
        if (schema.TryGetProperty("anyOf", out var any))
        {
            return any.EnumerateArray().Any(one => !Errors(root, one, value, path).Any()) ? [] : [$"{path}: no alternative fits"];
        }
        return Own(root, schema, value, path);
    }

    private static IEnumerable<string> Own(JsonElement root, JsonElement schema, JsonElement value, string path)
    {
        if (schema.TryGetProperty("const", out var constant) && !JsonElement.DeepEquals(constant, value))
        {
            yield return $"{path}: {value} is not {constant}";
        }
        if (schema.TryGetProperty("enum", out var allowed) && !allowed.EnumerateArray().Any(one => JsonElement.DeepEquals(one, value)))
        {
            yield return $"{path}: {value} is none of {allowed}";
        }
        if (schema.TryGetProperty("type", out var type) && !IsType(type, value))
        {
            yield return $"{path}: {value} is no {type}";
        }
        if (schema.TryGetProperty("pattern", out var pattern) && !Regex.IsMatch(value.GetString()!, pattern.GetString()!))
        {
            yield return $"{path}: {value} against {pattern}";
        }
        if (value.ValueKind is JsonValueKind.Number)
        {
            if (schema.TryGetProperty("minimum", out var min) && value.GetDouble() < min.GetDouble())
            {
                yield return $"{path}: {value} below {min}";
            }
            if (schema.TryGetProperty("maximum", out var max) && value.GetDouble() > max.GetDouble())
            {
                yield return $"{path}: {value} above {max}";
            }
        }
        if (value.ValueKind is JsonValueKind.Array && schema.TryGetProperty("items", out var items))
        {
            foreach (var error in value.EnumerateArray().SelectMany((item, i) => Errors(root, items, item, $"{path}[{i}]")))
            {
                yield return error;
            }
        }
        if (value.ValueKind is JsonValueKind.Object)
        {
            foreach (var error in Properties(root, schema, value, path))
            {
                yield return error;
            }
        }
    }

    private static IEnumerable<string> Properties(JsonElement root, JsonElement schema, JsonElement value, string path)
    {
        if (schema.TryGetProperty("required", out var required))
        {
            foreach (var name in required.EnumerateArray().Where(name => !value.TryGetProperty(name.GetString()!, out _)))
            {
                yield return $"{path}: {name} is missing";
            }
        }
        foreach (var property in value.EnumerateObject())
        {
            var at = $"{path}.{property.Name}";
            if (schema.TryGetProperty("properties", out var known) && known.TryGetProperty(property.Name, out var own))
            {
                foreach (var error in Errors(root, own, property.Value, at))
                {
                    yield return error;
                }
            }
            else if (schema.GetProperty("additionalProperties") is { ValueKind: JsonValueKind.Object } others)
            {
                foreach (var error in Errors(root, others, property.Value, at))
                {
                    yield return error;
                }
            }
            else
            {
                yield return $"{at}: unknown";
            }
        }
    }

    private static bool IsType(JsonElement type, JsonElement value) => type.ValueKind is JsonValueKind.Array
        ? type.EnumerateArray().Any(one => IsType(one, value))
        : (type.GetString(), value.ValueKind) switch
        {
            ("object", JsonValueKind.Object) or ("array", JsonValueKind.Array) or ("string", JsonValueKind.String) => true,
            ("number", JsonValueKind.Number) or ("null", JsonValueKind.Null) => true,
            ("boolean", JsonValueKind.True or JsonValueKind.False) => true,
            ("integer", JsonValueKind.Number) => value.TryGetInt64(out _),
            _ => false,
        };
}
