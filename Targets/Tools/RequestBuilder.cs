using System.Globalization;
using System.Text;
using System.Text.Json;
using ApeTest.Targets.OpenApi;
using ApeTest.Targets.Policy;

namespace ApeTest.Targets.Tools;

/// <summary>Makes a request of an operation and checked arguments (OpenAPI 3.1, "Style Values").</summary>
internal static class RequestBuilder
{
    /// <summary>The call; null with an error in the form of a schema error where an argument cannot travel in its place.</summary>
    public static TargetCall? Build(OperationSpec operation, Uri baseUrl, JsonElement arguments, out string? error)
    {
        error = null;
        var path = operation.Path;
        var query = new StringBuilder();
        var headers = new List<KeyValuePair<string, string>>();
        foreach (var parameter in operation.Parameters)
        {
            if (!arguments.TryGetProperty(parameter.Argument, out var value) || (value.ValueKind == JsonValueKind.Null && !parameter.Required))
            {
                continue;
            }
            switch (parameter.Place)
            {
                case ParameterPlace.Path:
                    var segment = Simple(value);
                    if (segment.Length == 0 || segment is "." or "..")
                    {
                        error = $"$.{parameter.Argument}: {(segment.Length == 0 ? "may not be empty" : "'.' and '..' are not values")}, because it stands in the path";
                        return null;
                    }
                    path = path.Replace($"{{{parameter.Name}}}", Uri.EscapeDataString(segment), StringComparison.Ordinal);
                    break;
                case ParameterPlace.Query:
                    AddQuery(query, parameter, value);
                    break;
                case ParameterPlace.Header:
                    var text = parameter.Style == "json" ? value.GetRawText() : Simple(value);
                    if (!HttpText.IsFieldValue(text) || !HttpText.IsToken(parameter.Name))
                    {
                        error = $"$.{parameter.Argument}: holds a line break or a character that may not stand in a header";
                        return null;
                    }
                    headers.Add(new(parameter.Name, text));
                    break;
            }
        }
        var target = baseUrl.AbsoluteUri.TrimEnd('/') + path + (query.Length > 0 ? "?" + query : "");
        if (!Uri.TryCreate(target, UriKind.Absolute, out var url))
        {
            error = $"$: the arguments do not make a valid URL for {operation.Path}";
            return null;
        }
        var body = BodyWriter.Write(operation, arguments);
        return new TargetCall(operation.Method, url)
        {
            Operation = operation.Name,
            Headers = headers,
            Body = body.Content,
            ContentType = body.ContentType,
            ShowToken = operation.Security is SecurityKind.Bearer or SecurityKind.Undeclared,
            Destructive = operation.Destructive,
        };
    }

    /// <summary>A scalar as text; arrays and objects comma-separated.</summary>
    internal static string Simple(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString()!,
        JsonValueKind.Null => "",
        JsonValueKind.Array => string.Join(',', value.EnumerateArray().Select(Simple)),
        JsonValueKind.Object => string.Join(',', value.EnumerateObject().Select(static property => $"{property.Name},{Simple(property.Value)}")),
        JsonValueKind.Number when value.TryGetDecimal(out var number) && number == decimal.Truncate(number) && decimal.Abs(number) < 1e15m => number.ToString("0", CultureInfo.InvariantCulture),
        _ => value.GetRawText(),
    };

    private static void AddQuery(StringBuilder query, ParameterSpec parameter, JsonElement value)
    {
        switch (value.ValueKind)
        {
            case var _ when parameter.Style == "json":
                Append(query, parameter.Name, value.GetRawText());
                break;
            case JsonValueKind.Array when parameter is { Explode: true, Style: "form" }:
                foreach (var item in value.EnumerateArray())
                {
                    Append(query, parameter.Name, Simple(item));
                }
                break;
            case JsonValueKind.Array:
                var separator = parameter.Style switch { "pipeDelimited" => '|', "spaceDelimited" => ' ', _ => ',' };
                Append(query, parameter.Name, string.Join(separator, value.EnumerateArray().Select(Simple)));
                break;
            case JsonValueKind.Object when parameter.Style == "deepObject":
                foreach (var property in value.EnumerateObject())
                {
                    Append(query, $"{parameter.Name}[{property.Name}]", Simple(property.Value));
                }
                break;
            case JsonValueKind.Object when parameter.Explode:
                foreach (var property in value.EnumerateObject())
                {
                    Append(query, property.Name, Simple(property.Value));
                }
                break;
            default:
                Append(query, parameter.Name, Simple(value));
                break;
        }
    }

    private static void Append(StringBuilder query, string name, string value) =>
        query.Append(query.Length > 0 ? "&" : "").Append(Uri.EscapeDataString(name)).Append('=').Append(Uri.EscapeDataString(value));
}
