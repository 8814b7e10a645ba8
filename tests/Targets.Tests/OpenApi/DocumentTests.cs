using System.Text.Json;
using ApeTest.Targets.OpenApi;
using ApeTest.Targets.Schemas;
using ApeTest.Targets.Tools;

namespace ApeTest.Targets.Tests.OpenApi;

/// <summary>Every operation of every document becomes a tool that a model or an MCP client can call.</summary>
public sealed class DocumentTests
{
    private static readonly HashSet<string> NotInJsonSchema = ["nullable", "discriminator", "xml", "externalDocs", "$ref", "$defs", "$id", "$schema", "$anchor", "$dynamicRef"];

    public static TheoryData<string> Names => TestDocuments.Names;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("petstore.json", 17)]
    [InlineData("nested.yaml", 6)]
    [InlineData("nullable31.yaml", 5)]
    [InlineData("forms.yaml", 4)]
    [InlineData("files.yaml", 6)]
    [InlineData("security.yaml", 14)]
    [InlineData(TestDocuments.Large, LargeDocument.Operations)]
    public void Import_Document_MakesAToolOfEveryOperation(string name, int operations)
    {
        var catalog = TestDocuments.Import(name);

        Assert.Equal(operations, catalog.Operations.Length);
        Assert.Equal(operations, catalog.Operations.Select(static operation => operation.Name).Distinct(StringComparer.Ordinal).Count());
        Assert.All(catalog.Operations, static operation => Assert.Matches("^[A-Za-z0-9_-]{1,64}$", operation.Name));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Import_Document_EverySchemaIsPlainJsonSchema(string name)
    {
        foreach (var operation in TestDocuments.Import(name).Operations)
        {
            var schema = operation.Tool.InputSchema;
            Assert.Equal("object", schema.GetProperty("type").GetString());
            SchemaChecker.Compile(schema);
            CheckKeywords(schema, operation.Name);
            foreach (var argument in schema.GetProperty("properties").EnumerateObject())
            {
                Assert.Matches("^[a-zA-Z0-9_.-]{1,64}$", argument.Name);
            }
            // The official SDKs and many models' front ends read tool lists with a limit of 64 levels.
            using var readable = JsonDocument.Parse(schema.GetRawText(), new JsonDocumentOptions { MaxDepth = 60 });
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task InvokeAsync_MinimalArguments_AreAccepted(string name)
    {
        var transport = new FakeTransport(Some.Exchange(200));
        var catalog = TestDocuments.Import(name);
        var tools = catalog.CreateTools(transport, "shop", TimeProvider.System);

        foreach (var operation in catalog.Operations)
        {
            var arguments = MinimalArguments.Of(operation.Tool.InputSchema);
            var result = await tools.InvokeAsync(new ToolCall("c", operation.Name, arguments), Some.Session(), Cancellation);

            Assert.True(result.Outcome == ActionOutcome.Ok, $"{operation.Name} {arguments}: {result.Observation}");
            var request = transport.Requests[^1];
            Assert.Equal(operation.Method, request.Method);
            Assert.DoesNotContain("%7B", request.Url.AbsolutePath, StringComparison.Ordinal);
            Assert.StartsWith(catalog.BaseUrl.AbsolutePath.TrimEnd('/') + operation.Path.Split('{')[0], request.Url.AbsolutePath, StringComparison.Ordinal);
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task InvokeAsync_UnknownArgument_IsRefusedByPathAndRule(string name)
    {
        var catalog = TestDocuments.Import(name);
        var tools = catalog.CreateTools(new FakeTransport(), "shop", TimeProvider.System);

        foreach (var operation in catalog.Operations.Where(static operation => operation.Body?.TakesMore != true))
        {
            var result = await tools.InvokeAsync(Some.Call(operation.Name, """{"no_such_argument":1}"""), Some.Session(), Cancellation);

            Assert.Equal((ActionOutcome.Rejected, "invalid_arguments"), (result.Outcome, result.ErrorType));
            Assert.Contains("$.no_such_argument: is not a known property", result.Observation, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Import_LargeDocument_ExpandsNoSchemaBeforeItIsNeeded()
    {
        var catalog = TestDocuments.Import(TestDocuments.Large);

        Assert.DoesNotContain(catalog.Operations, static operation => operation.IsExpanded);
        Assert.NotEqual(default, catalog.Operations[7].Tool.InputSchema);
        Assert.Equal(catalog.Operations[7], Assert.Single(catalog.Operations, static operation => operation.IsExpanded));
    }

    [Fact]
    public void Import_LargeDocument_SchemasStayReadable()
    {
        var sizes = TestDocuments.Import(TestDocuments.Large).Operations.Select(static operation => operation.Tool.InputSchema.GetRawText().Length).ToList();

        Assert.InRange(sizes.Max(), 1000, 60_000);
    }

    [Fact]
    public void Expand_FromManyThreads_GivesTheSameSchemas()
    {
        var catalog = TestDocuments.Import(TestDocuments.Large);
        var expected = TestDocuments.Import(TestDocuments.Large).Operations.Select(static operation => operation.Tool.InputSchema.GetRawText()).ToList();

        var schemas = catalog.Operations.AsParallel().AsOrdered().Select(static operation => operation.Tool.InputSchema.GetRawText()).ToList();

        Assert.Equal(expected, schemas);
    }

    [Fact]
    public void Import_SecurityDocument_KeepsWhatASessionShows()
    {
        var catalog = TestDocuments.Import("security.yaml");

        Assert.Equal(
            [
                ("login", SecurityKind.None, null), ("byDefault", SecurityKind.Bearer, null), ("open", SecurityKind.None, null), ("optional", SecurityKind.Bearer, null),
                ("byOauth", SecurityKind.Bearer, null), ("byOidc", SecurityKind.Bearer, null), ("byBasic", SecurityKind.ApiKey, null), ("byKey", SecurityKind.ApiKey, null),
                ("byToken", SecurityKind.ApiKey, "X-Auth-Token"), ("byQuery", SecurityKind.ApiKey, null), ("byCookie", SecurityKind.Cookie, null),
                ("tokenAndKey", SecurityKind.ApiKey, "X-Auth-Token"), ("tokenOrBearer", SecurityKind.Bearer, null), ("cookieAndCsrf", SecurityKind.Cookie, (string?)null),
            ],
            catalog.Operations.Select(static operation => (operation.Name, operation.Security, operation.Credentials.TokenHeader)));
    }

    [Fact]
    public void Import_Discriminator_AlternativesDoNotOverlap()
    {
        var pay = TestDocuments.Import("nested.yaml").Find("pay")!;

        Assert.Empty(pay.Checker.Check(Some.Json("""{"body":{"kind":"card","number":"1","note":"n"}}""")));
        Assert.Empty(pay.Checker.Check(Some.Json("""{"body":{"kind":"transfer"}}""")));
        Assert.NotEmpty(pay.Checker.Check(Some.Json("""{"body":{"kind":"cash"}}""")));
    }

    private static void CheckKeywords(JsonElement schema, string tool)
    {
        if (schema.ValueKind != JsonValueKind.Object)
        {
            return;
        }
        foreach (var keyword in schema.EnumerateObject())
        {
            Assert.False(NotInJsonSchema.Contains(keyword.Name), $"{tool}: {keyword.Name}");
            Assert.False(keyword.Name is "exclusiveMinimum" or "exclusiveMaximum" && keyword.Value.ValueKind != JsonValueKind.Number, $"{tool}: {keyword}");
            Assert.False(keyword.Name == "required" && keyword.Value.ValueKind != JsonValueKind.Array, $"{tool}: {keyword}");
            var inner = keyword.Name switch
            {
                "properties" or "patternProperties" or "dependentSchemas" => keyword.Value.EnumerateObject().Select(static property => property.Value),
                "allOf" or "anyOf" or "oneOf" or "prefixItems" => keyword.Value.EnumerateArray(),
                "items" or "additionalProperties" or "not" or "contains" => [keyword.Value],
                _ => Enumerable.Empty<JsonElement>(),
            };
            foreach (var below in inner)
            {
                CheckKeywords(below, tool);
            }
        }
    }
}
