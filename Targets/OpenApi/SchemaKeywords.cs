using System.Collections.Frozen;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace ApeTest.Targets.OpenApi;

/// <summary>
/// The keywords of a schema that a tool's input schema may hold (JSON Schema 2020-12, and <c>example</c>), and what their values must be.
/// Anything else, and a value of the wrong kind, is a slip of the document that must not cost the tool: it is left out.
/// </summary>
internal static class SchemaKeywords
{
    private static readonly FrozenSet<string> Types = new[] { "null", "boolean", "integer", "number", "string", "array", "object" }.ToFrozenSet(StringComparer.Ordinal);

    private static readonly FrozenDictionary<string, Func<JsonNode?, bool>> Plain = new Dictionary<string, Func<JsonNode?, bool>>(StringComparer.Ordinal)
    {
        ["title"] = IsString,
        ["description"] = IsString,
        ["format"] = IsString,
        ["contentEncoding"] = IsString,
        ["contentMediaType"] = IsString,
        ["pattern"] = static value => IsString(value) && IsPattern(value!.GetValue<string>()),
        ["minimum"] = IsNumber,
        ["maximum"] = IsNumber,
        ["exclusiveMinimum"] = static value => IsNumber(value) || IsBoolean(value),
        ["exclusiveMaximum"] = static value => IsNumber(value) || IsBoolean(value),
        ["multipleOf"] = IsPositive,
        ["minLength"] = IsCount,
        ["maxLength"] = IsCount,
        ["minItems"] = IsCount,
        ["maxItems"] = IsCount,
        ["minContains"] = IsCount,
        ["maxContains"] = IsCount,
        ["minProperties"] = IsCount,
        ["maxProperties"] = IsCount,
        ["uniqueItems"] = IsBoolean,
        ["readOnly"] = IsBoolean,
        ["writeOnly"] = IsBoolean,
        ["deprecated"] = IsBoolean,
        ["enum"] = static value => value is JsonArray { Count: > 0 },
        ["examples"] = static value => value is JsonArray,
        ["required"] = static value => value is JsonArray names && names.All(IsString),
        ["dependentRequired"] = static value => value is JsonObject map && map.All(static names => names.Value is JsonArray list && list.All(IsString)),
        ["const"] = static _ => true,
        ["default"] = static _ => true,
        ["example"] = static _ => true,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>Keywords whose value is a schema.</summary>
    public static FrozenSet<string> Schema { get; } = new[]
    {
        "items", "additionalProperties", "not", "contains", "propertyNames", "if", "then", "else", "unevaluatedProperties", "unevaluatedItems",
    }.ToFrozenSet(StringComparer.Ordinal);

    /// <summary>Keywords whose value is an object of schemas.</summary>
    public static FrozenSet<string> Map { get; } = new[] { "properties", "patternProperties", "dependentSchemas" }.ToFrozenSet(StringComparer.Ordinal);

    /// <summary>Keywords whose value is an array of schemas.</summary>
    public static FrozenSet<string> List { get; } = new[] { "allOf", "anyOf", "oneOf", "prefixItems" }.ToFrozenSet(StringComparer.Ordinal);

    /// <summary>Whether a keyword without schemas below it can stay as it is.</summary>
    public static bool IsKept(string name, JsonNode? value) => Plain.TryGetValue(name, out var holds) && holds(value);

    /// <summary>The value of <c>type</c> with unknown names left out; null where none is left. Swagger 2's <c>file</c> is a string.</summary>
    public static JsonNode? TypeOf(JsonNode? value)
    {
        if (value is not JsonArray several)
        {
            return Text(value) is { } one && NameOf(one) is { } name ? JsonValue.Create(name) : null;
        }
        var names = several.Select(static item => NameOf(Text(item) ?? (item is null ? "null" : ""))).OfType<string>().Distinct(StringComparer.Ordinal).ToList();
        return names.Count == 0 ? null : new JsonArray([.. names.Select(static name => (JsonNode?)JsonValue.Create(name))]);
    }

    public static bool IsTrue(JsonNode? node) => node is JsonValue value && value.TryGetValue<bool>(out var flag) && flag;

    public static string? Text(JsonNode? node) => node is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;

    public static bool IsPattern(string pattern)
    {
        try
        {
            _ = new Regex(pattern, RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1));
            return true;
        }
        catch (ArgumentException)
        {
            // ECMA 262 has a few patterns that .NET cannot read: the target judges those.
            return false;
        }
    }

    private static string? NameOf(string type) => Types.Contains(type) ? type : type == "file" ? "string" : null;

    private static bool IsString(JsonNode? node) => node?.GetValueKind() == JsonValueKind.String;

    private static bool IsBoolean(JsonNode? node) => node?.GetValueKind() is JsonValueKind.True or JsonValueKind.False;

    private static bool IsNumber(JsonNode? node) => node?.GetValueKind() == JsonValueKind.Number;

    private static bool IsPositive(JsonNode? node) => IsNumber(node) && double.TryParse(node!.ToJsonString(), System.Globalization.CultureInfo.InvariantCulture, out var number) && number > 0;

    private static bool IsCount(JsonNode? node) => IsNumber(node) && double.TryParse(node!.ToJsonString(), System.Globalization.CultureInfo.InvariantCulture, out var number) && number >= 0;
}
