using System.Text.Json;
using System.Text.Json.Nodes;

namespace ApeTest.LlmProxy.Providers.Builtin.Planner.Browsing;

/// <summary>A form, seen as an operation whose parameters are its fields.</summary>
internal sealed class PageForm
{
    private static readonly string[] Silent = ["hidden", "submit", "button", "reset", "image", "file"];

    public required string Action { get; init; }

    public required string Method { get; init; }

    /// <summary>What stands on its buttons and in its address: stems.</summary>
    public required string[] Words { get; init; }

    /// <summary>Values that are sent when they are not changed, hidden ones included.</summary>
    public required IReadOnlyDictionary<string, string> Values { get; init; }

    public required Operation Operation { get; init; }

    public bool HasPassword => Operation.Password is not null;

    public static PageForm Read(JsonElement form)
    {
        var (properties, required, values) = (new JsonObject(), new JsonArray(), new Dictionary<string, string>(StringComparer.Ordinal));
        List<string> words = [];
        var fields = form.TryGetProperty("fields", out var all) && all.ValueKind == JsonValueKind.Array ? all : default;
        foreach (var field in fields.ValueKind == JsonValueKind.Array ? fields.EnumerateArray() : default)
        {
            var (name, type, value) = (Page.String(field, "name"), Page.String(field, "type"), Page.String(field, "value"));
            if (type is "submit" or "button")
            {
                words.AddRange(Planner.Words.Split(name).Concat(Planner.Words.Split(value)));
            }
            else if (value.Length > 0)
            {
                values[name] = value;
            }

            if (name.Length == 0 || Silent.Contains(type))
            {
                continue;
            }

            properties[name] = Schema(field, type, value);
            if (type is not "checkbox" && (value.Length == 0 || type == "password"))
            {
                required.Add(name);
            }
        }

        var action = Page.String(form, "action");
        var method = Page.String(form, "method").ToUpperInvariant();
        using var schema = JsonDocument.Parse(new JsonObject { ["type"] = "object", ["properties"] = properties, ["required"] = required }.ToJsonString());
        var path = action.Split('?')[0];
        return new PageForm
        {
            Action = action,
            Method = method.Length == 0 ? "GET" : method,
            Words = [.. words, .. Planner.Words.Split(path)],
            Values = values,
            Operation = Operation.Read("page_submit", $"{(method.Length == 0 ? "GET" : method)} {(path.StartsWith('/') ? path : "/")} ", schema.RootElement.Clone()),
        };
    }

    private static JsonObject Schema(JsonElement field, string type, string value)
    {
        var schema = type switch
        {
            "number" or "range" => new JsonObject { ["type"] = "integer" },
            "checkbox" => new JsonObject { ["type"] = "boolean" },
            "email" => new JsonObject { ["type"] = "string", ["format"] = "email" },
            "date" => new JsonObject { ["type"] = "string", ["format"] = "date" },
            "datetime-local" => new JsonObject { ["type"] = "string", ["format"] = "date-time" },
            _ => new JsonObject { ["type"] = "string" },
        };
        if (type is not "checkbox" && field.TryGetProperty("options", out var options) && options.ValueKind == JsonValueKind.Array && options.GetArrayLength() > 0)
        {
            schema["enum"] = new JsonArray([.. options.EnumerateArray().Where(option => option.ToString().Length > 0).Select(option => (JsonNode)option.ToString())]);
        }

        if (value.Length > 0 && type is not ("checkbox" or "number"))
        {
            schema["default"] = value;
        }

        return schema;
    }
}
