using System.Text;
using System.Text.Json;
using ApeTest.Scenarios;
using ApeTest.Targets.GraphQl;
using ApeTest.Targets.OpenApi;
using ApeTest.Targets.Schemas;
using ApeTest.Targets.Tests.OpenApi;
using ApeTest.Targets.Tools;
using ApeTest.Tests.Shared.GraphQl;

namespace ApeTest.Targets.Tests.GraphQl;

public sealed class GraphQlImporterTests
{
    private static readonly Uri Base = new("http://127.0.0.1:5080");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static ToolSet Tools(FakeTransport? transport = null, string? document = null) =>
        GraphQlImporter.Import(document ?? GraphQlShop.Schema, "/graphql", ToolCatalog.Generic(Base)).CreateTools(transport ?? new FakeTransport(), "shop", TimeProvider.System);

    private static async Task<string> QueryAsync(string tool, string arguments, string? document = null)
    {
        var transport = new FakeTransport(Some.Exchange(200, """{"data":{}}"""));
        var result = await Tools(transport, document).InvokeAsync(Some.Call(tool, arguments), Some.Session(), Cancellation);
        Assert.Equal(ActionOutcome.Ok, result.Outcome);
        return Encoding.UTF8.GetString(transport.Requests[0].Body.Span);
    }

    [Fact]
    public void Import_Schema_HasAToolForEachQueryAndMutation()
    {
        var catalog = GraphQlImporter.Import(GraphQlShop.Schema, "/graphql", ToolCatalog.Generic(Base));

        Assert.Equal(
            ["product", "products", "search", "node", "me", "version", "login", "addToCart", "checkout", "version_2"],
            catalog.ActionNames);
        Assert.True(catalog.HasGraphQl);
        Assert.Equal("query product - Finds one product. Returns Product.", Tools().Specs[0].Description);
        Assert.Equal("mutation addToCart - Returns Cart!.", Tools().Specs[7].Description);
        Assert.Equal("state_update", Tools().Specs[^1].Name);
    }

    [Fact]
    public void Import_BesideOpenApi_KeepsBoth()
    {
        var catalog = GraphQlImporter.Import(GraphQlShop.Schema, "/graphql", TestDocuments.Import("security.yaml"));

        Assert.Contains("login", catalog.ActionNames);
        Assert.Contains("login_2", catalog.ActionNames);
        Assert.NotNull(catalog.Find("login"));
    }

    [Theory]
    [InlineData("product", """{"type":"object","properties":{"id":{"type":["string","integer"]}},"additionalProperties":false,"required":["id"]}""")]
    [InlineData("checkout", """{"type":"object","properties":{"payment":{"type":"string","enum":["CARD","INVOICE"],"description":"Default CARD"},"due":{"type":["string","null"],"format":"date-time"},"tags":{"type":["array","null"],"items":{"type":"string"}}},"additionalProperties":false}""")]
    [InlineData("addToCart", """{"type":"object","properties":{"input":{"type":"object","properties":{"productId":{"type":["string","integer"]},"quantity":{"type":"integer","minimum":-2147483648,"maximum":2147483647,"description":"Default 1"},"gift":{"type":["boolean","null"]}},"additionalProperties":false,"required":["productId"]}},"additionalProperties":false,"required":["input"]}""")]
    [InlineData("products", """{"type":"object","properties":{"first":{"type":["integer","null"],"minimum":-2147483648,"maximum":2147483647,"description":"Default 10"},"filter":{"type":["object","null"],"properties":{"kind":{"type":["string","null"],"enum":["COFFEE","TEA",null]},"price":{"type":["object","null"],"properties":{"least":{"type":["number","null"]},"most":{"type":["number","null"]}},"additionalProperties":false},"names":{"type":["array","null"],"items":{"type":"string"}},"any":{"type":["array","null"],"items":{"type":"object"}}},"additionalProperties":false}},"additionalProperties":false}""")]
    public void Import_Arguments_HaveTheirSchema(string tool, string expected)
    {
        Assert.True(Tools().TryGet(tool, out var found));
        Assert.Equal(expected, found.Spec.InputSchema.GetRawText());
        SchemaChecker.Compile(found.Spec.InputSchema);
    }

    [Theory]
    [InlineData("product", """{"id":"1"}""", "query product($id: ID!) { product(id: $id) { id name price kind maker { id name country } } }")]
    [InlineData("me", "{}", "query me { me { id name orders { id total placed lines { quantity product { id name price kind } } } } }")]
    [InlineData("search", """{"text":"x"}""", "query search($text: String!) { search(text: $text) { __typename ... on Product { id name price kind } ... on Maker { id country } ... on User { id } } }")]
    [InlineData("node", """{"id":1}""", "query node($id: ID!) { node(id: $id) { __typename id ... on Product { name price kind } ... on Maker { country } ... on Order { total placed } } }")]
    [InlineData("version", "{}", "query version { version }")]
    [InlineData("checkout", """{"payment":"INVOICE"}""", "mutation checkout($payment: Payment, $due: DateTime, $tags: [String!]) { checkout(payment: $payment, due: $due, tags: $tags) { id total placed lines { quantity product { id name price kind maker { id name country } } } buyer { id name } } }")]
    public async Task InvokeAsync_Operation_SelectsToABoundedDepth(string tool, string arguments, string expected)
    {
        var body = Some.Json(await QueryAsync(tool, arguments));

        Assert.Equal(expected, body.GetProperty("query").GetString());
        Assert.Equal(arguments, body.GetProperty("variables").GetRawText());
        Assert.Equal(expected.Split(' ', '(')[1], body.GetProperty("operationName").GetString());
    }

    [Theory]
    [InlineData("product", "{}", "$.id")]
    [InlineData("addToCart", """{"input":{"productId":"1","quantity":"two"}}""", "$.input.quantity")]
    [InlineData("checkout", """{"payment":"CASH"}""", "$.payment")]
    [InlineData("products", """{"filter":{"price":{"lest":1}}}""", "$.filter.price")]
    [InlineData("checkout", """{"tags":"one"}""", "$.tags")]
    public async Task InvokeAsync_BadArguments_AreNotSent(string tool, string arguments, string path)
    {
        var result = await Tools().InvokeAsync(Some.Call(tool, arguments), Some.Session(), Cancellation);

        Assert.Equal(ActionOutcome.Rejected, result.Outcome);
        Assert.Contains(path, result.Observation, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{}", "$.data.__schema: is missing")]
    [InlineData("<html>", "it is not the JSON answer")]
    [InlineData("""{"data":{"__schema":{}}}""", "$.data.__schema.types: is missing")]
    [InlineData("""{"data":{"__schema":{"types":[]}}}""", "its query type has no fields")]
    [InlineData("""{"data":{"__schema":{"queryType":5,"types":[1,null,{"kind":"OBJECT","name":"a b","fields":7}]}}}""", "its query type has no fields")]
    public void Import_Malformed_SaysWhatIs(string document, string expected)
    {
        var exception = Assert.Throws<ApeTestException>(() => Tools(document: document));

        Assert.Contains(expected, exception.Message, StringComparison.Ordinal);
        Assert.Equal(ExitCodes.Input, exception.ExitCode);
    }

    [Fact]
    public async Task Import_NamesThatAreNone_NeverReachAQuery()
    {
        const string document = """
            {"data":{"__schema":{"queryType":{"name":"Q"},"types":[{"kind":"OBJECT","name":"Q","fields":[
              {"name":"ok","args":[{"name":"x){evil","type":{"kind":"SCALAR","name":"Int"}}],"type":{"kind":"OBJECT","name":"T"}},
              {"name":"bad} mutation{drop","args":[],"type":{"kind":"SCALAR","name":"Int"}}]},
             {"kind":"OBJECT","name":"T","fields":[{"name":"a b","args":[],"type":{"kind":"SCALAR","name":"Int"}}]}]}}}
            """;

        Assert.Equal(["ok", "state_update"], Tools(document: document).Specs.Select(static spec => spec.Name));
        Assert.Equal("query ok { ok { __typename } }", Some.Json(await QueryAsync("ok", "{}", document)).GetProperty("query").GetString());
    }

    [Fact]
    public async Task Import_WideAndDeepSchema_StaysBounded()
    {
        // Each of 60 types has 60 fields that lead to all the others.
        var types = Enumerable.Range(0, 60).Select(static i => $$"""
            {"kind":"OBJECT","name":"T{{i}}","fields":[{{string.Join(',', Enumerable.Range(0, 60).Select(static n => $$$"""{"name":"f{{{n}}}","args":[],"type":{"kind":"OBJECT","name":"T{{{n}}}"}},{"name":"s{{{n}}}","args":[],"type":{"kind":"SCALAR","name":"Int"}}"""))}}]}
            """);
        var inputs = Enumerable.Range(0, 60).Select(static i => $$"""
            {"kind":"INPUT_OBJECT","name":"I{{i}}","inputFields":[{{string.Join(',', Enumerable.Range(0, 60).Select(static n => $$$"""{"name":"f{{{n}}}","type":{"kind":"INPUT_OBJECT","name":"I{{{n}}}"}}"""))}}]}
            """);
        var document = $$$"""{"__schema":{"queryType":{"name":"Q"},"types":[{"kind":"OBJECT","name":"Q","fields":[{"name":"q","args":[{"name":"i","type":{"kind":"INPUT_OBJECT","name":"I0"}}],"type":{"kind":"OBJECT","name":"T0"}}]},{{{string.Join(',', types.Concat(inputs))}}}]}}""";

        Assert.True(Tools(document: document).TryGet("q", out var tool));
        Assert.InRange(tool.Spec.InputSchema.GetRawText().Length, 100, 64 * 1024);
        Assert.InRange((await QueryAsync("q", "{}", document)).Length, 100, 4096);
    }
}
