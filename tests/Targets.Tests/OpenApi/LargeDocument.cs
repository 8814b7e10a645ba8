using System.Text.Json.Nodes;

namespace ApeTest.Targets.Tests.OpenApi;

/// <summary>
/// A document of 50 resources with six operations each, as generators write them: component schemas that refer to one another, inheritance
/// by <c>allOf</c>, shared parameters and error responses.
/// </summary>
internal static class LargeDocument
{
    public const int Operations = 300;

    private const int Resources = 50;

    public static string Text()
    {
        var paths = new JsonObject();
        var schemas = (JsonObject)JsonNode.Parse(SharedSchemas)!;
        for (var i = 0; i < Resources; i++)
        {
            AddResource(paths, schemas, $"Resource{i:00}", i);
        }
        var document = new JsonObject
        {
            ["openapi"] = "3.0.3",
            ["info"] = new JsonObject { ["title"] = "Large", ["version"] = "1.0" },
            ["servers"] = new JsonArray(new JsonObject { ["url"] = "/api/v1" }),
            ["security"] = new JsonArray(new JsonObject { ["bearer"] = new JsonArray() }),
            ["paths"] = paths,
            ["components"] = new JsonObject
            {
                ["schemas"] = schemas,
                ["parameters"] = JsonNode.Parse(SharedParameters),
                ["responses"] = JsonNode.Parse("""{"Problem":{"description":"An error.","content":{"application/problem+json":{"schema":{"$ref":"#/components/schemas/Problem"}}}}}"""),
                ["securitySchemes"] = JsonNode.Parse("""{"bearer":{"type":"http","scheme":"bearer"}}"""),
            },
        };
        return document.ToJsonString();
    }

    private static void AddResource(JsonObject paths, JsonObject schemas, string name, int number)
    {
        var related = $"Resource{(number + 1) % Resources:00}";
        schemas[$"{name}Input"] = JsonNode.Parse("""
            {"type":"object","required":["name","address","price"],"properties":{
              "name":{"type":"string","minLength":1,"maxLength":120,"description":"Display name.","example":"Sample"},
              "kind":{"type":"string","enum":["standard","express","bulk"],"default":"standard"},
              "note":{"type":"string","nullable":true,"maxLength":2000},
              "address":{"$ref":"#/components/schemas/Address"},
              "price":{"$ref":"#/components/schemas/Money"},
              "contacts":{"type":"array","maxItems":10,"items":{"$ref":"#/components/schemas/Person"}},
              "labels":{"type":"object","additionalProperties":{"type":"string"}},
              "parent":{"$ref":"#/components/schemas/Reference"},
              "validFrom":{"type":"string","format":"date"},
              "priority":{"type":"integer","minimum":0,"maximum":9,"exclusiveMinimum":true}}}
            """);
        schemas[name] = Parse(name, related, """
            {"allOf":[{"$ref":"#/components/schemas/Entity"},{"$ref":"#/components/schemas/NAMEInput"},
              {"type":"object","properties":{"related":{"$ref":"#/components/schemas/RELATEDSummary"},"children":{"type":"array","items":{"$ref":"#/components/schemas/NAME"}}}}]}
            """);
        schemas[$"{name}Summary"] = JsonNode.Parse("""{"type":"object","properties":{"id":{"type":"string","format":"uuid"},"name":{"type":"string"},"href":{"type":"string","format":"uri"}}}""");
        schemas[$"{name}Page"] = Parse(name, related, """
            {"allOf":[{"$ref":"#/components/schemas/Page"},{"type":"object","properties":{"items":{"type":"array","items":{"$ref":"#/components/schemas/NAME"}}}}]}
            """);
        var path = $"/resource{number:00}s";
        paths[path] = new JsonObject
        {
            ["get"] = Operation("list", name, $"{name}Page", 200, body: null, "page", "size", "sort", "filter"),
            ["post"] = Operation("create", name, name, 201, $"{name}Input", "key"),
        };
        paths[$"{path}/{{id}}"] = new JsonObject
        {
            ["parameters"] = JsonNode.Parse("""[{"$ref":"#/components/parameters/id"}]"""),
            ["get"] = Operation("get", name, name, 200, body: null, "fields"),
            ["put"] = Operation("replace", name, name, 200, name, "match"),
            ["patch"] = Operation("update", name, name, 200, $"{name}Input", "match"),
            ["delete"] = Operation("delete", name, schema: null, 204, body: null),
        };
    }

    private static JsonObject Operation(string verb, string name, string? schema, int status, string? body, params string[] parameters)
    {
        var success = new JsonObject { ["description"] = "Done." };
        if (schema is not null)
        {
            success["content"] = Content(schema);
        }
        var operation = new JsonObject
        {
            ["operationId"] = verb + name,
            ["summary"] = $"{verb} a {name}",
            ["description"] = $"Does `{verb}` on {name}, as the caller's role allows. Answers a problem document where it does not.",
            ["tags"] = new JsonArray(name),
            ["parameters"] = new JsonArray([.. parameters.Select(static parameter => new JsonObject { ["$ref"] = $"#/components/parameters/{parameter}" })]),
            ["responses"] = new JsonObject
            {
                [status.ToString(System.Globalization.CultureInfo.InvariantCulture)] = success,
                ["400"] = new JsonObject { ["$ref"] = "#/components/responses/Problem" },
                ["401"] = new JsonObject { ["$ref"] = "#/components/responses/Problem" },
                ["404"] = new JsonObject { ["$ref"] = "#/components/responses/Problem" },
            },
        };
        if (body is not null)
        {
            operation["requestBody"] = new JsonObject { ["required"] = true, ["content"] = Content(body) };
        }
        return operation;
    }

    private static JsonNode? Parse(string name, string related, string schema) =>
        JsonNode.Parse(schema.Replace("NAME", name, StringComparison.Ordinal).Replace("RELATED", related, StringComparison.Ordinal));

    private static JsonObject Content(string schema) => new()
    {
        ["application/json"] = new JsonObject { ["schema"] = new JsonObject { ["$ref"] = $"#/components/schemas/{schema}" } },
    };

    private const string SharedParameters = """
        {"id":{"name":"id","in":"path","required":true,"schema":{"type":"string","format":"uuid"}},
         "page":{"name":"page","in":"query","schema":{"type":"integer","minimum":1,"default":1}},
         "size":{"name":"size","in":"query","schema":{"type":"integer","minimum":1,"maximum":200,"default":20}},
         "sort":{"name":"sort","in":"query","schema":{"type":"array","items":{"type":"string","enum":["name","-name","createdAt","-createdAt"]}},"explode":false},
         "filter":{"name":"filter","in":"query","style":"deepObject","explode":true,"schema":{"type":"object","additionalProperties":{"type":"string"}}},
         "fields":{"name":"fields","in":"query","schema":{"type":"array","items":{"type":"string"}}},
         "match":{"name":"If-Match","in":"header","schema":{"type":"string"}},
         "key":{"name":"Idempotency-Key","in":"header","schema":{"type":"string","format":"uuid"}}}
        """;

    private const string SharedSchemas = """
        {"Entity":{"type":"object","required":["id"],"properties":{
           "id":{"type":"string","format":"uuid","readOnly":true},"createdAt":{"type":"string","format":"date-time","readOnly":true},
           "createdBy":{"allOf":[{"$ref":"#/components/schemas/Person"}],"readOnly":true},"version":{"type":"integer","format":"int64"}}},
         "Address":{"type":"object","required":["street","city","country"],"properties":{
           "street":{"type":"string"},"city":{"type":"string"},"zip":{"type":"string","pattern":"^[0-9A-Z -]{3,10}$"},
           "country":{"$ref":"#/components/schemas/Country"},"location":{"$ref":"#/components/schemas/Location"}}},
         "Country":{"type":"string","enum":["AT","BE","CH","CZ","DE","DK","ES","FI","FR","GB","IE","IT","NL","NO","PL","PT","SE","US"]},
         "Location":{"type":"object","properties":{"lat":{"type":"number","minimum":-90,"maximum":90},"lon":{"type":"number","minimum":-180,"maximum":180}}},
         "Money":{"type":"object","required":["amount","currency"],"properties":{"amount":{"type":"number","multipleOf":0.01},"currency":{"type":"string","minLength":3,"maxLength":3}}},
         "Person":{"type":"object","required":["email"],"properties":{"name":{"type":"string"},"email":{"type":"string","format":"email"},"address":{"$ref":"#/components/schemas/Address"},
           "manager":{"nullable":true,"allOf":[{"$ref":"#/components/schemas/Person"}]}}},
         "Reference":{"oneOf":[{"$ref":"#/components/schemas/ById"},{"$ref":"#/components/schemas/ByName"}],"discriminator":{"propertyName":"by"}},
         "ById":{"type":"object","required":["by","id"],"properties":{"by":{"type":"string","enum":["id"]},"id":{"type":"string","format":"uuid"}}},
         "ByName":{"type":"object","required":["by","name"],"properties":{"by":{"type":"string","enum":["name"]},"name":{"type":"string"}}},
         "Page":{"type":"object","properties":{"page":{"type":"integer"},"size":{"type":"integer"},"total":{"type":"integer"}}},
         "Problem":{"type":"object","properties":{"type":{"type":"string"},"title":{"type":"string"},"status":{"type":"integer"},"detail":{"type":"string"},
           "errors":{"type":"array","items":{"type":"object","properties":{"field":{"type":"string"},"message":{"type":"string"}}}}}}}
        """;
}
