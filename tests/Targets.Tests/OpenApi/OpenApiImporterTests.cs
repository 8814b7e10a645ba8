using System.Text;
using System.Text.Json;
using ApeTest.Scenarios;
using ApeTest.Targets.OpenApi;
using ApeTest.Targets.Schemas;
using ApeTest.Targets.Tools;

namespace ApeTest.Targets.Tests.OpenApi;

public sealed class OpenApiImporterTests
{
    private static readonly Uri Base = new("http://127.0.0.1:5080");

    private const string Shop = """
        {
          "openapi": "3.0.3",
          "info": {"title": "Shop", "version": "1"},
          "security": [{"bearer": []}],
          "paths": {
            "/orders/{id}": {
              "parameters": [{"name": "id", "in": "path", "required": true, "schema": {"type": "integer"}, "description": "Order number."}],
              "get": {
                "operationId": "getOrder", "summary": "Reads an order.", "description": "Only your own.",
                "parameters": [
                  {"name": "expand", "in": "query", "schema": {"type": "array", "items": {"type": "string", "enum": ["lines", "user"]}}},
                  {"name": "X-Tenant", "in": "header", "schema": {"type": "string"}, "example": "t1"},
                  {"name": "Authorization", "in": "header", "required": true, "schema": {"type": "string"}},
                  {"name": "X-Key", "in": "header", "schema": {"type": "string"}},
                  {"name": "sid", "in": "cookie", "schema": {"type": "string"}}
                ],
                "responses": {"200": {"description": "ok", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Order"}}}}, "404": {"description": "none"}}
              },
              "delete": {"operationId": "remove order!", "x-ape-destructive": true, "security": [{"cookie": []}], "responses": {"204": {"description": "gone"}}}
            },
            "/orders": {
              "post": {
                "operationId": "createOrder", "security": [],
                "requestBody": {"required": true, "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Order"}}}},
                "responses": {"201": {"description": "created"}, "default": {"description": "error"}}
              },
              "get": {"security": [{"key": []}], "responses": {"200": {"description": "ok"}}}
            }
          },
          "components": {
            "securitySchemes": {
              "bearer": {"type": "http", "scheme": "bearer"},
              "cookie": {"type": "apiKey", "in": "cookie", "name": "sid"},
              "key": {"type": "apiKey", "in": "header", "name": "X-Key"}
            },
            "schemas": {
              "Order": {
                "type": "object", "required": ["id", "sku", "quantity"],
                "properties": {
                  "id": {"type": "integer", "readOnly": true},
                  "sku": {"type": "string", "example": "coffee-1"},
                  "quantity": {"type": "integer", "minimum": 0, "exclusiveMinimum": true, "default": 1},
                  "note": {"type": "string", "nullable": true, "maxLength": 20},
                  "gift": {"nullable": true, "allOf": [{"$ref": "#/components/schemas/Gift"}]}
                }
              },
              "Gift": {"type": "object", "properties": {"text": {"type": "string"}}}
            }
          }
        }
        """;

    private static string Minimal(string paths, string components = "{}", string version = "3.1.0") =>
        $$"""{"openapi":"{{version}}","info":{"title":"t","version":"1"},"paths":{{paths}},"components":{{components}}}""";

    private static OperationSpec Body(string schema, string contentType = "application/json", string components = "{}", string parameters = "[]") =>
        OpenApiImporter.Import(
            Minimal($$"""{"/x":{"post":{"operationId":"op","parameters":{{parameters}},"requestBody":{"required":true,"content":{"{{contentType}}":{"schema":{{schema}} } } },"responses":{"200":{"description":"ok"} } } } }""", components),
            Base).Find("op")!;

    [Fact]
    public void Import_Shop_MakesTools()
    {
        var catalog = OpenApiImporter.Import(Shop, Base);

        Assert.Equal(["getOrder", "remove_order_", "get_orders", "createOrder"], catalog.Operations.Select(static operation => operation.Name));
        var get = catalog.Find("getOrder")!;
        Assert.Equal("GET /orders/{id} - Reads an order. Only your own.", get.Tool.Description);
        Assert.Equal(
            """{"type":"object","properties":{"id":{"type":"integer","description":"Order number."},"expand":{"type":"array","items":{"type":"string","enum":["lines","user"]}},"X-Tenant":{"type":"string","example":"t1"},"X-Key":{"type":"string"}},"required":["id"],"additionalProperties":false}""",
            get.Tool.InputSchema.GetRawText());
        Assert.Equal(("GET", "/orders/{id}", true), (get.Tool.Method, get.Tool.Path, get.Tool.IsAction));
        Assert.Equal([200], get.SuccessStatuses);
        Assert.Equal("integer", get.Responses[0].Schema!.Value.GetProperty("properties").GetProperty("id").GetProperty("type").GetString());
        Assert.Null(get.Responses[1].Schema);
    }

    [Fact]
    public void Import_Shop_KeepsSecurityAndMarks()
    {
        var catalog = OpenApiImporter.Import(Shop, Base);

        Assert.Equal(
            [SecurityKind.Bearer, SecurityKind.Cookie, SecurityKind.ApiKey, SecurityKind.None],
            catalog.Operations.Select(static operation => operation.Security));
        Assert.Equal([false, true, false, false], catalog.Operations.Select(static operation => operation.Destructive));
    }

    [Fact]
    public void Import_Body_IsFlattenedAndNormalised()
    {
        var create = OpenApiImporter.Import(Shop, Base).Find("createOrder")!;

        Assert.Equal(
            """
            {"type":"object","properties":{"sku":{"type":"string","example":"coffee-1"},"quantity":{"type":"integer","default":1,"exclusiveMinimum":0},"note":{"type":["string","null"],"maxLength":20},"gift":{"anyOf":[{"allOf":[{"type":"object","properties":{"text":{"type":"string"}}}]},{"type":"null"}]}},"required":["sku","quantity"],"additionalProperties":false}
            """,
            create.Tool.InputSchema.GetRawText());
        Assert.Equal(BodyKind.Json, create.Body!.Kind);
        Assert.Empty(create.Checker.Check(Some.Json("""{"sku":"a","quantity":1,"gift":null,"note":null}""")));
        Assert.Equal("$.quantity: must be above 0, got 0", Assert.Single(create.Checker.Check(Some.Json("""{"sku":"a","quantity":0}"""))).ToString());
    }

    [Fact]
    public void Import_NoSecuritySchemes_IsUndeclared() =>
        Assert.Equal(SecurityKind.Undeclared, Body("""{"type":"object"}""").Security);

    [Fact]
    public void Import_Yaml_IsTheSameAsJson()
    {
        const string yaml = """
            openapi: 3.1.0
            info: { title: t, version: '1.0' }
            x-shared: &limit { type: integer, minimum: 1 }
            paths:
              /books/{isbn}:
                get:
                  operationId: getBook
                  description: |
                    Two
                    lines
                  parameters:
                    - { name: isbn, in: path, required: true, schema: { type: string, pattern: '^\d+$' } }
                    - { name: limit, in: query, schema: *limit }
                    - { name: code, in: query, schema: { type: string, enum: ["007", yes, 1.5] } }
                  responses:
                    200: { description: ok }
            """;

        var operation = OpenApiImporter.Import(yaml, Base).Find("getBook")!;

        Assert.Equal(
            """{"isbn":{"type":"string","pattern":"^\\d+$"},"limit":{"type":"integer","minimum":1},"code":{"type":"string","enum":["007","yes",1.5]}}""",
            operation.Tool.InputSchema.GetProperty("properties").GetRawText());
        Assert.Equal("GET /books/{isbn} - Two\nlines", operation.Tool.Description);
        Assert.Equal([200], operation.SuccessStatuses);
    }

    [Fact]
    public void Import_TypeArrays31_ArePassedThrough() =>
        Assert.Equal(
            """{"a":{"type":["string","null"]},"b":{"oneOf":[{"type":"integer"},{"const":"all"}]}}""",
            Body("""{"type":"object","properties":{"a":{"type":["string","null"]},"b":{"oneOf":[{"type":"integer"},{"const":"all"}]}}}""").Tool.InputSchema.GetProperty("properties").GetRawText());

    [Fact]
    public void Import_RecursiveReference_IsCut()
    {
        var operation = Body(
            """{"$ref":"#/components/schemas/Node"}""",
            components: """{"schemas":{"Node":{"type":"object","properties":{"value":{"type":"integer"},"next":{"$ref":"#/components/schemas/Node"}}}}}""");

        var depth = 0;
        var at = operation.Tool.InputSchema;
        while (at.TryGetProperty("properties", out var properties) && properties.TryGetProperty("next", out var next))
        {
            at = next;
            depth++;
        }
        Assert.Equal("{}", at.GetRawText());
        Assert.Equal(8, depth);
        Assert.NotEmpty(operation.Checker.Check(Some.Json("""{"next":{"next":{"value":"x"}}}""")));
    }

    [Fact]
    public void Import_WideRecursion_IsBounded()
    {
        var properties = string.Join(',', Enumerable.Range(0, 10).Select(static i => $"\"p{i}\":{{\"$ref\":\"#/components/schemas/Node\"}}"));
        var operation = Body("""{"$ref":"#/components/schemas/Node"}""", components: $$"""{"schemas":{"Node":{"type":"object","properties":{ {{properties}} } } } }""");

        Assert.InRange(operation.Tool.InputSchema.GetRawText().Length, 100, 1_000_000);
    }

    [Fact]
    public void Import_CollidingBodyProperty_GoesUnderBody()
    {
        var operation = Body(
            """{"type":"object","required":["id","name"],"properties":{"id":{"type":"string"},"name":{"type":"string"}}}""",
            parameters: """[{"name":"id","in":"query","schema":{"type":"integer"}}]""");

        Assert.Equal(
            """{"type":"object","properties":{"id":{"type":"integer"},"name":{"type":"string"},"body":{"type":"object","properties":{"id":{"type":"string"}},"required":["id"]}},"required":["name","body"],"additionalProperties":false}""",
            operation.Tool.InputSchema.GetRawText());
    }

    [Theory]
    [InlineData("""{"type":"array","items":{"type":"integer"}}""")]
    [InlineData("""{"oneOf":[{"type":"object","properties":{"a":{}}},{"type":"object","properties":{"b":{}}}]}""")]
    [InlineData("""{"type":"object","additionalProperties":{"type":"string"}}""")]
    public void Import_BodyThatIsNoPlainObject_GoesUnderBody(string schema)
    {
        var operation = Body(schema);

        Assert.Equal($$"""{"body":{{schema}}}""", operation.Tool.InputSchema.GetProperty("properties").GetRawText());
        Assert.Equal("body", operation.Tool.InputSchema.GetProperty("required")[0].GetString());
    }

    [Fact]
    public void Import_AllOfPlainObjects_IsMerged()
    {
        var operation = Body(
            """{"allOf":[{"$ref":"#/components/schemas/A"},{"type":"object","properties":{"b":{"type":"integer"}},"required":["b"]}]}""",
            components: """{"schemas":{"A":{"type":"object","properties":{"a":{"type":"string"}},"required":["a"]}}}""");

        Assert.Equal(
            """{"type":"object","properties":{"a":{"type":"string"},"b":{"type":"integer"}},"required":["a","b"],"additionalProperties":false}""",
            operation.Tool.InputSchema.GetRawText());
    }

    [Theory]
    [InlineData("application/x-www-form-urlencoded", BodyKind.Form)]
    [InlineData("multipart/form-data", BodyKind.Multipart)]
    [InlineData("application/vnd.api+json", BodyKind.Json)]
    public void Import_BodyKinds_AreFlattened(string contentType, BodyKind kind)
    {
        var operation = Body("""{"type":"object","properties":{"a":{"type":"string"}}}""", contentType);

        Assert.Equal((kind, contentType), (operation.Body!.Kind, operation.Body.ContentType));
        Assert.Equal(["a"], operation.Body.Flattened);
    }

    [Theory]
    [InlineData("[]", "http://127.0.0.1:5080/")]
    [InlineData("""[{"url":"/"}]""", "http://127.0.0.1:5080/")]
    [InlineData("""[{"url":"/api/v1"}]""", "http://127.0.0.1:5080/api/v1")]
    [InlineData("""[{"url":"v1"}]""", "http://127.0.0.1:5080/v1")]
    [InlineData("""[{"url":"http://127.0.0.1:5080/api"}]""", "http://127.0.0.1:5080/api")]
    [InlineData("""[{"url":"https://shop.example.com/api"}]""", "http://127.0.0.1:5080/")]
    [InlineData("""[{"url":"https://other.example.com"},{"url":"/{v}","variables":{"v":{"default":"v2"}}}]""", "http://127.0.0.1:5080/v2")]
    public void Import_Servers_GiveBasePath(string servers, string expected)
    {
        var document = $$"""{"openapi":"3.0.0","info":{"title":"t","version":"1"},"servers":{{servers}},"paths":{"/x":{"get":{"responses":{"200":{"description":"ok"} } } } } }""";

        Assert.Equal(expected, OpenApiImporter.Import(document, Base).BaseUrl.AbsoluteUri);
    }

    [Theory]
    [InlineData("", "", "http://127.0.0.1:5080/root")]
    [InlineData("/item", "", "http://127.0.0.1:5080/item")]
    [InlineData("/item", "/{v}", "http://127.0.0.1:5080/v2")]
    [InlineData("", "https://127.0.0.1:5080/tls", "http://127.0.0.1:5080/tls")]
    [InlineData("https://uploads.example.com/api?x=1", "", "https://uploads.example.com/api")]
    [InlineData("https://uploads.example.com", "ftp://nowhere", "https://uploads.example.com/")]
    public void Import_NearerServers_WinAndKeepTheirHost(string item, string operation, string expected)
    {
        var document = $$$"""
            {"openapi":"3.0.0","info":{"title":"t","version":"1"},"servers":[{"url":"/root"}],"paths":{"/x":{"servers":[{"url":"{{{item}}}"}],
             "get":{"servers":[{"url":"{{{operation}}}","variables":{"v":{"default":"v2"} }}],"responses":{"200":{"description":"ok"} } } } } }
            """;

        var catalog = OpenApiImporter.Import(document, Base);

        Assert.Equal((expected, "http://127.0.0.1:5080/root"), (Assert.Single(catalog.Operations).BaseUrl.AbsoluteUri, catalog.BaseUrl.AbsoluteUri));
    }

    [Fact]
    public void Import_HeaderOfAnApiKey_IsAParameterWhereItsSchemeIsNotUsed()
    {
        const string parameter = "\"parameters\":[{\"name\":\"X-Key\",\"in\":\"header\",\"schema\":{\"type\":\"string\"}}],\"responses\":{}";
        var document = $$$"""
            {"openapi":"3.0.0","info":{"title":"t","version":"1"},"components":{"securitySchemes":{"key":{"type":"apiKey","in":"header","name":"x-key"} } },
             "paths":{"/x":{"get":{"operationId":"with","security":[{"key":[]}],{{{parameter}}} },"post":{"operationId":"without",{{{parameter}}} } } } }
            """;

        var catalog = OpenApiImporter.Import(document, Base);

        Assert.Empty(catalog.Find("with")!.Parameters);
        Assert.Equal("X-Key", Assert.Single(catalog.Find("without")!.Parameters).Name);
    }

    [Fact]
    public void Import_Names_AreUniqueAndLegal()
    {
        var longName = new string('x', 80);
        var document = Minimal(
            $$"""
            {"/a":{"get":{"operationId":"a.b","responses":{} },"post":{"operationId":"a/b","responses":{} } },
             "/b/{id}/c":{"get":{"responses":{} } },
             "/c":{"get":{"operationId":"{{longName}}","responses":{} },"put":{"operationId":"{{longName}}","responses":{} } },
             "/d":{"get":{"operationId":"finish","responses":{} } },"/":{"get":{"responses":{} } } }
            """);

        var names = OpenApiImporter.Import(document, Base).Operations.Select(static operation => operation.Name).ToList();

        Assert.Equal(["a_b", "a_b_2", "get_b_id_c", new string('x', 64), new string('x', 62) + "_2", "finish_2", "get_root"], names);
        Assert.All(names, static name => Assert.Matches("^[A-Za-z0-9_-]{1,64}$", name));
    }

    [Fact]
    public void Import_ThreeHundredOperations_EveryToolHasAValidSchema()
    {
        var paths = string.Join(',', Enumerable.Range(0, 300).Select(static i => $$"""
            "/r{{i}}/{id}": {"put": {"operationId": "update{{i}}", "parameters": [{"name": "id", "in": "path", "required": true, "schema": {"type": "integer"} }],
              "requestBody": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Order"} } } },
              "responses": {"200": {"description": "ok", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Order"} } } } } } }
            """));
        var document = Minimal($"{{{paths}}}", JsonDocument.Parse(Shop).RootElement.GetProperty("components").GetRawText(), "3.0.3");

        var catalog = OpenApiImporter.Import(document, Base);

        Assert.Equal(300, catalog.Operations.Length);
        Assert.All(catalog.Operations, static operation => SchemaChecker.Compile(operation.Tool.InputSchema));
    }

    [Fact]
    public void Import_UnknownAndEmptyFields_CostNoTool()
    {
        const string document = """
            openapi: 3.0.1
            info: { title: t, colour: red }
            paths:
              /a:
                get:
                  operationId: read
                  parameters:
                  tags:
                  colour: red
                  responses:
                    200: { description: ok, colour: red, content: { application/json: } }
                post:
                  operationId: write
                  requestBody:
                    content:
                      application/json:
                        schema:
                          type: object
                          properties:
                            size: { type: any, required: true, minLength: '5', pattern: '[\w-', collectionFormat: csv }
                            list: { type: array, items: [{ type: integer }, { type: file }] }
              /b:
            """;

        var catalog = OpenApiImporter.Import(document, Base);

        Assert.Equal(["read", "write"], catalog.Operations.Select(static operation => operation.Name));
        Assert.Equal(
            """{"size":{},"list":{"type":"array","prefixItems":[{"type":"integer"},{"type":"string"}]}}""",
            catalog.Find("write")!.Tool.InputSchema.GetProperty("properties").GetRawText());
    }

    [Fact]
    public void Import_PathItemReference_KeepsOperationsBesideIt()
    {
        var catalog = OpenApiImporter.Import(
            Minimal("""{"/a":{"$ref":"#/components/pathItems/shared","post":{"operationId":"own"}}}""", """{"pathItems":{"shared":{"get":{"operationId":"shared"},"post":{"operationId":"hidden"}}}}"""), Base);

        Assert.Equal(["shared", "own"], catalog.Operations.Select(static operation => operation.Name));
    }

    [Fact]
    public void Import_NamesThatModelsRefuse_AreWrittenOtherwise()
    {
        var operation = Body(
            """{"type":"object","properties":{"@type":{"type":"string"},"name":{"type":"string"}},"required":["@type"]}""",
            parameters: """[{"name":"$filter","in":"query","schema":{"type":"string"}},{"name":"filter","in":"query","schema":{"type":"string"}},{"name":"filter","in":"header","schema":{"type":"string"}}]""");

        Assert.Equal(["filter", "query_filter", "header_filter", "name", "body"], operation.Tool.InputSchema.GetProperty("properties").EnumerateObject().Select(static property => property.Name));
        Assert.Equal(["$filter", "filter", "filter"], operation.Parameters.Select(static parameter => parameter.Name));
        Assert.Equal("""["body"]""", operation.Tool.InputSchema.GetProperty("required").GetRawText());
    }

    [Fact]
    public void Generic_Catalog_OffersVerbsOnly()
    {
        var tools = ToolCatalog.Generic(Base).CreateTools(null!, "shop", TimeProvider.System);

        Assert.Equal(["http_get", "http_post", "http_put", "http_patch", "http_delete", "page_follow", "page_submit", "state_update"], tools.Specs.Select(static spec => spec.Name));
        Assert.False(tools.Specs[^1].IsAction);
    }
}
