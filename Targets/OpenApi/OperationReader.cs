using System.Collections.Immutable;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using ApeTest.Targets.Tools;

namespace ApeTest.Targets.OpenApi;

/// <summary>Reads one operation: parameters and body become the properties of one object schema.</summary>
internal sealed class OperationReader(SchemaExpander expander, SecurityReader security, ToolNames names, string source)
{
    private const string BodyArgument = "body";

    /// <summary>Schemas go to models, not into HTML: <c>+</c> stays <c>+</c>.</summary>
    private static readonly JsonSerializerOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, MaxDepth = 512 };

    private readonly JsonObject _properties = [];
    private readonly JsonArray _required = [];
    private readonly ImmutableArray<ParameterSpec>.Builder _parameters = ImmutableArray.CreateBuilder<ParameterSpec>();

    public OperationSpec Read(string path, string method, JsonObject item, JsonObject operation)
    {
        var at = $"$.paths['{path}'].{method}";
        ReadParameters(path, item, operation, at);
        var body = ReadBody(operation, at);
        var schema = new JsonObject { ["type"] = "object", ["properties"] = _properties };
        if (_required.Count > 0)
        {
            schema["required"] = _required;
        }
        schema["additionalProperties"] = false;

        var operationId = Text(operation["operationId"]);
        var upper = method.ToUpperInvariant();
        var summary = Text(operation["summary"]);
        var tool = new ToolSpec(names.Take(operationId, method, path), Describe(upper, path, summary, Text(operation["description"])), Element(schema), IsAction: true)
        {
            Method = upper,
            Path = path,
        };
        return new OperationSpec(tool)
        {
            OperationId = operationId,
            Method = new HttpMethod(upper),
            Path = path,
            Summary = summary,
            Tags = [.. (operation["tags"] as JsonArray ?? []).Select(Text).OfType<string>()],
            Parameters = _parameters.ToImmutable(),
            Body = body,
            Security = security.Of(operation),
            Responses = ReadResponses(operation, at),
            Destructive = operation["x-ape-destructive"] is JsonValue flag && flag.TryGetValue<bool>(out var destructive) && destructive,
        };
    }

    private void ReadParameters(string path, JsonObject item, JsonObject operation, string at)
    {
        // The operation's own parameter replaces the path's of the same name and place.
        var all = new OrderedDictionary<(string, string), JsonObject>();
        foreach (var node in (item["parameters"] as JsonArray ?? []).Concat(operation["parameters"] as JsonArray ?? []))
        {
            var parameter = expander.Resolve(node, $"{at}.parameters") ?? throw DocumentReader.Malformed(source, $"{at}.parameters: must hold objects", null);
            var name = Text(parameter["name"]) ?? throw DocumentReader.Malformed(source, $"{at}.parameters: a parameter has no name", null);
            all[(Text(parameter["in"]) ?? "", name)] = parameter;
        }
        foreach (var place in new[] { ParameterPlace.Path, ParameterPlace.Query, ParameterPlace.Header })
        {
            foreach (var ((where, name), parameter) in all)
            {
                if (where == place.ToString().ToLowerInvariant() && !(place == ParameterPlace.Header && security.IsOwnHeader(name)))
                {
                    AddParameter(name, place, parameter, $"{at}.parameters.{name}");
                }
            }
        }
        // A name in the path that no parameter declares is still needed to make the request.
        foreach (var name in PathTemplate.Names(path))
        {
            if (!_parameters.Any(parameter => parameter.Place == ParameterPlace.Path && parameter.Name == name))
            {
                AddParameter(name, ParameterPlace.Path, new JsonObject { ["schema"] = new JsonObject { ["type"] = "string" } }, at);
            }
        }
    }

    private void AddParameter(string name, ParameterPlace place, JsonObject parameter, string at)
    {
        var argument = _properties.ContainsKey(name) ? $"{place.ToString().ToLowerInvariant()}_{name}" : name;
        var content = (parameter["content"] as JsonObject)?.FirstOrDefault().Value;
        var schema = expander.Expand(content?["schema"] ?? parameter["schema"], forRequest: true, at) as JsonObject ?? [];
        foreach (var key in new[] { "description", "example" })
        {
            if (parameter[key] is { } value && !schema.ContainsKey(key))
            {
                schema[key] = value.DeepClone();
            }
        }
        if (!schema.ContainsKey("example") && (parameter["examples"] as JsonObject)?.FirstOrDefault().Value is JsonObject example && example["value"] is { } exampleValue)
        {
            schema["example"] = exampleValue.DeepClone();
        }
        var required = place == ParameterPlace.Path || (parameter["required"] is JsonValue flag && flag.TryGetValue<bool>(out var isRequired) && isRequired);
        var style = content is not null ? "json" : Text(parameter["style"]) ?? (place == ParameterPlace.Query ? "form" : "simple");
        var explode = parameter["explode"] is JsonValue explodeFlag && explodeFlag.TryGetValue<bool>(out var isExploded) ? isExploded : style == "form";
        _properties[argument] = schema;
        if (required)
        {
            _required.Add(argument);
        }
        _parameters.Add(new ParameterSpec(name, argument, place, required, style, explode));
    }

    private BodySpec? ReadBody(JsonObject operation, string at)
    {
        if (expander.Resolve(operation["requestBody"], $"{at}.requestBody") is not { } body || body["content"] is not JsonObject { Count: > 0 } content)
        {
            return null;
        }
        var (contentType, kind) = Choose(content);
        var media = content[contentType] as JsonObject;
        var schema = expander.Expand(media?["schema"], forRequest: true, $"{at}.requestBody") as JsonObject ?? [];
        if (media?["example"] is { } example && !schema.ContainsKey("example"))
        {
            schema["example"] = example.DeepClone();
        }
        schema = Merged(schema) ?? schema;
        if (kind == BodyKind.Raw || !IsPlainObject(schema))
        {
            _properties[BodyArgument] = kind == BodyKind.Raw && !schema.ContainsKey("type") ? new JsonObject { ["type"] = "string" } : schema.DeepClone();
            if (body["required"] is JsonValue flag && flag.TryGetValue<bool>(out var required) && required)
            {
                _required.Add(BodyArgument);
            }
            return new BodySpec(kind, contentType, [], HasBodyArgument: true);
        }
        return Flatten(schema, kind, contentType);
    }

    private BodySpec Flatten(JsonObject schema, BodyKind kind, string contentType)
    {
        var required = (schema["required"] as JsonArray ?? []).Select(Text).ToHashSet();
        var flattened = ImmutableArray.CreateBuilder<string>();
        JsonObject? nested = null;
        JsonArray? nestedRequired = null;
        var properties = (JsonObject)schema["properties"]!;
        // With a collision the rest goes under `body`, which must then not be a property of the body too.
        var collides = properties.Any(property => _properties.ContainsKey(property.Key));
        var keepWhole = collides && properties.ContainsKey(BodyArgument);
        foreach (var (name, value) in properties)
        {
            if (keepWhole || _properties.ContainsKey(name))
            {
                (nested ??= [])[name] = value?.DeepClone();
                if (required.Contains(name))
                {
                    (nestedRequired ??= []).Add(name);
                }
                continue;
            }
            flattened.Add(name);
        }
        foreach (var name in flattened)
        {
            _properties[name] = properties[name]?.DeepClone();
            if (required.Contains(name))
            {
                _required.Add(name);
            }
        }
        if (nested is not null)
        {
            var inner = new JsonObject { ["type"] = "object", ["properties"] = nested };
            if (nestedRequired is not null)
            {
                inner["required"] = nestedRequired;
                _required.Add(BodyArgument);
            }
            _properties[BodyArgument] = inner;
        }
        return new BodySpec(kind, contentType, flattened.ToImmutable(), HasBodyArgument: nested is not null);
    }

    private ImmutableArray<ResponseSpec> ReadResponses(JsonObject operation, string at)
    {
        var responses = ImmutableArray.CreateBuilder<ResponseSpec>();
        foreach (var (code, node) in operation["responses"] as JsonObject ?? [])
        {
            var response = expander.Resolve(node, $"{at}.responses.{code}");
            var schema = (response?["content"] as JsonObject)?.FirstOrDefault(static media => IsJson(media.Key)).Value?["schema"];
            // Each expansion has its own state: responses may be asked for later and from several threads.
            responses.Add(new ResponseSpec(code, schema is null ? static () => null : () => Element(expander.Fresh().Expand(schema, forRequest: false, at))));
        }
        return responses.ToImmutable();
    }

    private static (string ContentType, BodyKind Kind) Choose(JsonObject content)
    {
        foreach (var (name, _) in content)
        {
            if (IsJson(name) || name == "*/*")
            {
                return (name, BodyKind.Json);
            }
        }
        if (content.ContainsKey("application/x-www-form-urlencoded"))
        {
            return ("application/x-www-form-urlencoded", BodyKind.Form);
        }
        return content.ContainsKey("multipart/form-data") ? ("multipart/form-data", BodyKind.Multipart) : (content.First().Key, BodyKind.Raw);
    }

    private static bool IsJson(string contentType)
    {
        var type = contentType.Split(';')[0].Trim();
        return type.Equals("application/json", StringComparison.OrdinalIgnoreCase) || type.Equals("text/json", StringComparison.OrdinalIgnoreCase)
            || type.EndsWith("+json", StringComparison.OrdinalIgnoreCase);
    }

    private static bool IsPlainObject(JsonObject schema) => schema["properties"] is JsonObject { Count: > 0 }
        && !schema.ContainsKey("oneOf") && !schema.ContainsKey("anyOf") && !schema.ContainsKey("allOf")
        && (schema["type"] is null || Text(schema["type"]) == "object" || (schema["type"] is JsonArray types && types.Any(static type => Text(type) == "object")));

    /// <summary>An <c>allOf</c> of plain objects (inheritance, as generators write it) as one object; null where it is anything else.</summary>
    private static JsonObject? Merged(JsonObject schema)
    {
        if (schema["allOf"] is not JsonArray parts || schema.ContainsKey("oneOf") || schema.ContainsKey("anyOf"))
        {
            return null;
        }
        var properties = new JsonObject();
        var required = new JsonArray();
        foreach (var part in parts.Append(schema))
        {
            var map = part as JsonObject;
            var plain = ReferenceEquals(map, schema) ? schema : map is null ? null : Merged(map) ?? map;
            if (plain is null || (!ReferenceEquals(plain, schema) && !IsPlainObject(plain)))
            {
                return null;
            }
            foreach (var (name, value) in plain["properties"] as JsonObject ?? [])
            {
                properties[name] = value?.DeepClone();
            }
            foreach (var name in plain["required"] as JsonArray ?? [])
            {
                if (!required.Any(known => Text(known) == Text(name)))
                {
                    required.Add(Text(name));
                }
            }
        }
        return new JsonObject { ["type"] = "object", ["properties"] = properties, ["required"] = required };
    }

    private static string Describe(string method, string path, string? summary, string? description)
    {
        var words = (summary?.Trim().TrimEnd('.'), description?.Trim()) switch
        {
            ({ Length: > 0 } s, { Length: > 0 } d) => s == d.TrimEnd('.') ? s : $"{s}. {d}",
            ({ Length: > 0 } s, _) => s,
            (_, { Length: > 0 } d) => d,
            _ => "",
        };
        return words.Length == 0 ? $"{method} {path}" : $"{method} {path} - {words}";
    }

    private static JsonElement Element(JsonNode node)
    {
        using var document = JsonDocument.Parse(node.ToJsonString(Relaxed), new JsonDocumentOptions { MaxDepth = 512 });
        return document.RootElement.Clone();
    }

    private static string? Text(JsonNode? node) => node is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;
}
