using System.Collections.Immutable;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace ApeTest.Targets.OpenApi;

/// <summary>Reads what an operation takes: parameters and body become the properties of one object schema.</summary>
internal sealed partial class ArgumentReader
{
    private static readonly ParameterPlace[] Order = [ParameterPlace.Path, ParameterPlace.Query, ParameterPlace.Header, ParameterPlace.Cookie];

    private readonly DocumentReferences _references;
    private readonly SecurityReader _security;
    private readonly SchemaExpander _expander;
    private readonly ImmutableArray<ParameterSpec>.Builder _parameters = ImmutableArray.CreateBuilder<ParameterSpec>();

    private ArgumentReader(DocumentReferences references, SecurityReader security)
    {
        _references = references;
        _security = security;
        _expander = new SchemaExpander(references, forRequest: true);
    }

    /// <summary>Names of arguments that every model provider takes.</summary>
    public static bool IsArgumentName(string name) => LegalName().IsMatch(name);

    private JsonObject Properties { get; } = [];

    private JsonArray Required { get; } = [];

    public static OperationArguments Read(DocumentReferences references, SecurityReader security, string path, JsonObject item, JsonObject operation)
    {
        var reader = new ArgumentReader(references, security);
        reader.ReadParameters(path, item, operation);
        var body = new BodyReader(reader._expander, reader.Properties, reader.Required).Read(references.Resolve(operation["requestBody"]));
        var schema = new JsonObject { ["type"] = "object", ["properties"] = reader.Properties };
        if (reader.Required.Count > 0)
        {
            schema["required"] = reader.Required;
        }
        schema["additionalProperties"] = body.More ?? false;
        return new OperationArguments(OperationReader.Element(schema), reader._parameters.ToImmutable(), body.Spec);
    }

    private void ReadParameters(string path, JsonObject item, JsonObject operation)
    {
        // The operation's own parameter replaces the path's of the same name and place.
        var all = new OrderedDictionary<(string, string), JsonObject>();
        foreach (var node in (item["parameters"] as JsonArray ?? []).Concat(operation["parameters"] as JsonArray ?? []))
        {
            if (_references.Resolve(node) is { } parameter)
            {
                all[(SchemaKeywords.Text(parameter["in"]) ?? "", SchemaKeywords.Text(parameter["name"]) ?? "")] = parameter;
            }
        }
        foreach (var place in Order)
        {
            foreach (var ((where, name), parameter) in all)
            {
                if (where == Name(place) && !IsOwn(place, name, operation))
                {
                    AddParameter(name, place, parameter);
                }
            }
        }
        // A name in the path that no parameter declares is still needed to make the request.
        foreach (var name in PathTemplate.Names(path))
        {
            if (!_parameters.Any(parameter => parameter.Place == ParameterPlace.Path && parameter.Name == name))
            {
                AddParameter(name, ParameterPlace.Path, new JsonObject { ["schema"] = new JsonObject { ["type"] = "string" } });
            }
        }
    }

    private bool IsOwn(ParameterPlace place, string name, JsonObject operation) => place switch
    {
        ParameterPlace.Header => _security.IsOwnHeader(name, operation),
        ParameterPlace.Cookie => _security.IsOwnCookie(name),
        _ => false,
    };

    private void AddParameter(string name, ParameterPlace place, JsonObject parameter)
    {
        var content = (parameter["content"] as JsonObject)?.FirstOrDefault().Value as JsonObject;
        var schema = _expander.Expand(content?["schema"] ?? parameter["schema"]) as JsonObject ?? [];
        Decorate(schema, parameter);
        // A cookie may be the session's by then, set by an answer: nobody must be asked for it.
        var required = place == ParameterPlace.Path || (place != ParameterPlace.Cookie && SchemaKeywords.IsTrue(parameter["required"]));
        var style = content is not null ? "json"
            : SchemaKeywords.Text(parameter["style"]) ?? (place is ParameterPlace.Query or ParameterPlace.Cookie ? "form" : "simple");
        var explode = parameter["explode"] is JsonValue flag && flag.TryGetValue<bool>(out var isExploded) ? isExploded : style == "form";
        var argument = ArgumentName(name, place);
        Properties[argument] = schema;
        if (required)
        {
            Required.Add(argument);
        }
        _parameters.Add(new ParameterSpec(name, argument, place, required, style, explode));
    }

    private static void Decorate(JsonObject schema, JsonObject parameter)
    {
        foreach (var key in new[] { "description", "example" })
        {
            if (parameter[key] is { } value && !schema.ContainsKey(key) && SchemaKeywords.IsKept(key, value))
            {
                schema[key] = value.DeepClone();
            }
        }
        if (!schema.ContainsKey("example") && (parameter["examples"] as JsonObject)?.FirstOrDefault().Value is JsonObject example && example["value"] is { } exampleValue)
        {
            schema["example"] = exampleValue.DeepClone();
        }
    }

    private string ArgumentName(string name, ParameterPlace place)
    {
        var legal = IsArgumentName(name) ? name : Clean(name);
        var argument = Properties.ContainsKey(legal) ? Clean($"{Name(place)}_{legal}") : legal;
        for (var number = 2; Properties.ContainsKey(argument); number++)
        {
            var suffix = $"_{number}";
            argument = legal[..Math.Min(legal.Length, 64 - suffix.Length)] + suffix;
        }
        return argument;
    }

    private static string Clean(string name)
    {
        var clean = IllegalCharacters().Replace(name, "_").Trim('_');
        return clean.Length == 0 ? "value" : clean[..Math.Min(clean.Length, 64)];
    }

    private static string Name(ParameterPlace place) => place switch
    {
        ParameterPlace.Path => "path",
        ParameterPlace.Query => "query",
        ParameterPlace.Header => "header",
        _ => "cookie",
    };

    [GeneratedRegex(@"\A[A-Za-z0-9_.-]{1,64}\z")]
    private static partial Regex LegalName();

    [GeneratedRegex("[^A-Za-z0-9_.-]+")]
    private static partial Regex IllegalCharacters();
}
