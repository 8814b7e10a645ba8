using System.Globalization;
using System.Text;
using System.Text.Json;
using ApeTest.Targets.OpenApi;

namespace ApeTest.Targets.Tools;

/// <summary>
/// Writes values in OpenAPI's styles (OpenAPI 3.1, "Style Values"; RFC 6570). What the specification leaves open, nested values of
/// <c>deepObject</c>, is written as PHP, Rails and qs read it: <c>a[b][0]=c</c>.
/// </summary>
internal static class StyleWriter
{
    /// <summary>Deepest nesting of a <c>deepObject</c>.</summary>
    private const int MaxDepth = 10;

    /// <summary>A scalar as text; arrays and objects comma-separated.</summary>
    public static string Simple(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString()!,
        JsonValueKind.Null => "",
        JsonValueKind.Array => string.Join(',', value.EnumerateArray().Select(Simple)),
        JsonValueKind.Object => string.Join(',', value.EnumerateObject().Select(static property => $"{property.Name},{Simple(property.Value)}")),
        JsonValueKind.Number when value.TryGetDecimal(out var number) && number == decimal.Truncate(number) && decimal.Abs(number) < 1e15m => number.ToString("0", CultureInfo.InvariantCulture),
        _ => value.GetRawText(),
    };

    /// <summary>A header parameter's value, as it is.</summary>
    public static string Header(ParameterSpec parameter, JsonElement value) =>
        parameter.Style == "json" ? value.GetRawText()
        : value.ValueKind == JsonValueKind.Object && parameter.Explode
            ? string.Join(',', value.EnumerateObject().Select(static property => $"{property.Name}={Simple(property.Value)}"))
        : Simple(value);

    /// <summary>A path parameter's value, escaped.</summary>
    public static string Path(ParameterSpec parameter, JsonElement value)
    {
        if (parameter.Style == "json")
        {
            return Uri.EscapeDataString(value.GetRawText());
        }
        var (prefix, separator) = parameter.Style switch
        {
            "label" => (".", parameter.Explode ? "." : ","),
            "matrix" => (";", parameter.Explode ? ";" : ","),
            _ => ("", ","),
        };
        var name = Uri.EscapeDataString(parameter.Name);
        return value.ValueKind switch
        {
            JsonValueKind.Array when parameter is { Style: "matrix", Explode: true } =>
                prefix + string.Join(separator, value.EnumerateArray().Select(item => $"{name}={Escaped(item)}")),
            JsonValueKind.Object when parameter.Explode =>
                prefix + string.Join(separator, value.EnumerateObject().Select(static property => $"{Uri.EscapeDataString(property.Name)}={Escaped(property.Value)}")),
            JsonValueKind.Array or JsonValueKind.Object => prefix + (parameter.Style == "matrix" ? name + "=" : "") + Joined(value, separator),
            _ => prefix + (parameter.Style == "matrix" ? name + "=" : "") + Escaped(value),
        };
    }

    /// <summary>Appends the pairs of a query or form parameter, escaped, each after a <c>&amp;</c> but the first.</summary>
    public static void Pairs(StringBuilder pairs, string name, string style, bool explode, JsonElement value)
    {
        switch (value.ValueKind)
        {
            case var _ when style == "json":
                Append(pairs, name, Uri.EscapeDataString(value.GetRawText()));
                break;
            case JsonValueKind.Array or JsonValueKind.Object when style == "deepObject":
                Deep(pairs, name, value, depth: 0);
                break;
            case JsonValueKind.Array when explode:
                foreach (var item in value.EnumerateArray())
                {
                    Append(pairs, name, Escaped(item));
                }
                break;
            case JsonValueKind.Object when explode:
                foreach (var property in value.EnumerateObject())
                {
                    Append(pairs, property.Name, Escaped(property.Value));
                }
                break;
            case JsonValueKind.Array or JsonValueKind.Object:
                // Only the separators stay as they are: a comma within an item must not become one.
                Append(pairs, name, Joined(value, style switch { "pipeDelimited" => "%7C", "spaceDelimited" => "%20", _ => "," }));
                break;
            default:
                Append(pairs, name, Escaped(value));
                break;
        }
    }

    private static void Deep(StringBuilder pairs, string name, JsonElement value, int depth)
    {
        if (depth > MaxDepth || value.ValueKind is not (JsonValueKind.Array or JsonValueKind.Object))
        {
            Append(pairs, name, Escaped(value));
            return;
        }
        if (value.ValueKind == JsonValueKind.Object)
        {
            foreach (var property in value.EnumerateObject())
            {
                Deep(pairs, $"{name}[{property.Name}]", property.Value, depth + 1);
            }
            return;
        }
        var index = 0;
        foreach (var item in value.EnumerateArray())
        {
            Deep(pairs, string.Create(CultureInfo.InvariantCulture, $"{name}[{index++}]"), item, depth + 1);
        }
    }

    private static string Joined(JsonElement value, string separator) => value.ValueKind == JsonValueKind.Array
        ? string.Join(separator, value.EnumerateArray().Select(Escaped))
        : string.Join(separator, value.EnumerateObject().Select(property => Uri.EscapeDataString(property.Name) + separator + Escaped(property.Value)));

    private static string Escaped(JsonElement value) => Uri.EscapeDataString(Simple(value));

    private static void Append(StringBuilder pairs, string name, string escaped) =>
        pairs.Append(pairs.Length > 0 ? "&" : "").Append(Uri.EscapeDataString(name)).Append('=').Append(escaped);
}
