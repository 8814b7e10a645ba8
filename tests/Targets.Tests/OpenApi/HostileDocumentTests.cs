using System.Text;
using ApeTest.Scenarios;
using ApeTest.Targets.OpenApi;
using ApeTest.Targets.Tools;

namespace ApeTest.Targets.Tests.OpenApi;

/// <summary>Documents made to hurt: each is a clear error, or becomes tools of bounded size that work.</summary>
public sealed class HostileDocumentTests
{
    /// <summary>Far above what any case needs, far below what one that unfolds would take.</summary>
    private const long MostBytes = 1L << 30;

    private const int MostSchema = 400_000;

    public static TheoryData<string> Names => [.. Cases.Keys];

    private static Dictionary<string, (Func<string> Document, string? Error)> Cases { get; } = new(StringComparer.Ordinal)
    {
        // What it is: the document, and a part of the error; null where it is imported.
        ["billion laughs"] = (static () => "openapi: 3.0.0\na0: &a0 [x, x, x, x, x, x, x, x, x, x]\n" + Lines(1, 12, static i => $"a{i}: &a{i} [{Repeat($"*a{i - 1}", 10)}]\n"), "unfolds to more than"),
        ["billion laughs by merge keys"] = (static () => "openapi: 3.0.0\na0: &a0 {k: [x, x, x, x, x, x, x, x, x, x]}\n" + Lines(1, 12, static i => $"a{i}: &a{i} {{ {Repeat10(i)} }}\n"), "unfolds to more than"),
        ["an alias that holds itself"] = (static () => "openapi: 3.0.0\npaths: &p { /a: *p }\n", "alias *p"),
        ["an alias of nothing"] = (static () => "openapi: 3.0.0\npaths: *none\n", "alias"),
        ["yaml nested 100 000 deep"] = (static () => "openapi: 3.0.0\npaths: " + new string('[', 100_000), "nested deeper"),
        ["yaml blocks nested 2 000 deep"] = (static () => "openapi: 3.0.0\n" + Lines(0, 2000, static i => new string(' ', i) + "a:\n"), "nested deeper"),
        ["json nested 100 000 deep"] = (static () => "{\"openapi\":\"3.0.0\",\"paths\":" + new string('[', 100_000), "not valid JSON"),
        ["json nested 100 000 deep in objects"] = (static () => string.Concat(Enumerable.Repeat("{\"a\":", 100_000)), "not valid JSON"),
        ["a json key twice"] = (static () => """{"openapi":"3.0.0","paths":{"/a":{"get":{}},"/a":{"get":{}}}}""", "stands twice"),
        ["a yaml key twice"] = (static () => "openapi: 3.0.0\npaths:\n  /a: {get: {}}\n  /a: {get: {}}\n", "line 4, column 3: the key '/a' stands twice"),
        ["NaN in json"] = (static () => Operation("""{"name":"a","in":"query","schema":{"minimum":NaN}}"""), "not valid JSON"),
        ["NaN in yaml"] = (static () => "openapi: 3.0.0\npaths:\n  /a: {get: {parameters: [{name: a, in: query, schema: {type: number, minimum: .nan, maximum: .inf}}]}}\n", null),
        ["enormous numbers"] = (static () => Operation("""{"name":"a","in":"query","schema":{"type":"number","minimum":-1e999999,"maximum":1e999999999,"multipleOf":1e-400}}"""), null),
        ["enormous counts"] = (static () => Operation("""{"name":"a","in":"query","schema":{"type":"string","minLength":1e300,"maxLength":99999999999999999999,"minItems":-5}}"""), null),
        ["half a surrogate pair"] = (static () => Operation("""{"name":"a","in":"query"}""").Replace("op", "o\ud800p", StringComparison.Ordinal), "not valid Unicode"),
        ["half a surrogate pair, escaped"] = (static () => Operation("""{"name":"a\ud800","in":"query"}"""), "surrogate"),
        ["half a surrogate pair, escaped in a key"] = (static () => """{"openapi":"3.0.0","paths":{"/a\udc00":{"get":{}}}}""", "malformed"),
        ["bytes that are no text"] = (static () => Encoding.UTF8.GetString([0x6f, 0xff, 0xfe, 0x00, 0x80, 0x3a, 0x00]), "malformed"),
        ["a page"] = (static () => "<html><script>alert(1)</script></html>", "HTML or XML page"),
        ["an XML bomb"] = (static () => "<?xml version=\"1.0\"?><!DOCTYPE a [<!ENTITY b SYSTEM \"file:///etc/passwd\">]><a>&b;</a>", "HTML or XML page"),
        ["recursion by allOf"] = (static () => Body("""{"$ref":"#/components/schemas/A"}""", """{"A":{"allOf":[{"$ref":"#/components/schemas/A"},{"properties":{"a":{"$ref":"#/components/schemas/A"}}}]}}"""), null),
        ["recursion by items"] = (static () => Body("""{"$ref":"#/components/schemas/A"}""", """{"A":{"type":"array","items":{"$ref":"#/components/schemas/A"}}}"""), null),
        ["recursion by additionalProperties"] = (static () => Body("""{"$ref":"#/components/schemas/A"}""", """{"A":{"type":"object","additionalProperties":{"$ref":"#/components/schemas/A"}}}"""), null),
        ["recursion by not, if and contains"] = (static () => Body("""{"$ref":"#/components/schemas/A"}""", """{"A":{"not":{"$ref":"#/components/schemas/A"},"if":{"$ref":"#/components/schemas/A"},"contains":{"$ref":"#/components/schemas/A"}}}"""), null),
        ["references that double, 40 deep"] = (static () => Body("""{"$ref":"#/components/schemas/S0"}""", "{" + string.Join(',', Enumerable.Range(0, 40).Select(static i =>
            $"\"S{i}\":{{\"type\":\"object\",\"properties\":{{\"a\":{{\"$ref\":\"#/components/schemas/S{i + 1}\"}},\"b\":{{\"$ref\":\"#/components/schemas/S{i + 1}\"}}}}}}")) + ",\"S40\":{\"type\":\"string\"}}"), null),
        ["a chain of 20 000 references"] = (static () => Body("""{"$ref":"#/components/schemas/S0"}""", "{" + string.Join(',', Enumerable.Range(0, 20_000).Select(static i =>
            $"\"S{i}\":{{\"type\":\"object\",\"properties\":{{\"next\":{{\"$ref\":\"#/components/schemas/S{i + 1}\"}}}}}}")) + ",\"S20000\":{}}"), null),
        ["a reference to itself"] = (static () => Body("""{"$ref":"#/components/schemas/A"}""", """{"A":{"$ref":"#/components/schemas/A"}}"""), "leads in a circle"),
        ["references in a circle"] = (static () => Body("""{"$ref":"#/components/schemas/A"}""", """{"A":{"$ref":"#/components/schemas/B"},"B":{"$ref":"#/components/schemas/A"}}"""), "leads in a circle"),
        ["parameters in a circle"] = (static () => Operation("""{"$ref":"#/paths/~1a/get/parameters/0"}"""), "$.paths['/a'].get.parameters: $ref '#/paths/~1a/get/parameters/0' leads in a circle"),
        ["path items in a circle"] = (static () => """{"openapi":"3.1.0","paths":{"/a":{"$ref":"#/paths/~1b"},"/b":{"$ref":"#/paths/~1a"}}}""", "$.paths['/a']: $ref '#/paths/~1b' leads in a circle"),
        ["a reference to a file"] = (static () => Body("""{"$ref":"file:///etc/passwd#/a"}"""), "points outside the document"),
        ["a reference to a host"] = (static () => Body("""{"$ref":"http://169.254.169.254/latest/meta-data"}"""), "points outside the document"),
        ["a reference to gopher"] = (static () => Operation("""{"$ref":"gopher://evil.test/_x"}"""), "points outside the document"),
        ["a path item from elsewhere"] = (static () => """{"openapi":"3.0.0","paths":{"/a":{"$ref":"../../../etc/shadow"}}}""", "$.paths['/a']: $ref '../../../etc/shadow' points outside the document"),
        ["a response from elsewhere"] = (static () => """{"openapi":"3.0.0","paths":{"/a":{"get":{"responses":{"200":{"$ref":"other.yaml#/ok"}}}}}}""", "points outside the document"),
        ["webhooks only"] = (static () => """{"openapi":"3.1.0","info":{"title":"t","version":"1"},"webhooks":{"a":{"post":{}}}}""", "describes webhooks only"),
        ["operation ids of control characters"] = (static () => """{"openapi":"3.0.0","paths":{"/a":{"get":{"operationId":"\r\n\u0000"},"post":{"operationId":"a\u0007\u001b[31m"},"put":{"operationId":"\u202e日本"}}}}""", null),
        ["an operation id of a megabyte"] = (static () => Operation("""{"name":"a","in":"query"}""").Replace("\"op\"", $"\"{new string('o', 1 << 20)}\",\"description\":\"{new string('d', 1 << 20)}\"", StringComparison.Ordinal), null),
        ["an enum of 200 000 values"] = (static () => Operation($$$"""{"name":"a","in":"query","schema":{"type":"integer","enum":[{{{string.Join(',', Enumerable.Range(0, 200_000))}}}]}}"""), null),
        ["a pattern that takes for ever"] = (static () => Operation("""{"name":"a","in":"query","schema":{"type":"string","pattern":"^(a+)+$"}}"""), null),
        ["a pattern that unfolds"] = (static () => Operation("""{"name":"a","in":"query","schema":{"type":"string","pattern":"((a{1,500}){1,500}){1,500}"}}"""), null),
        ["a pattern that is none"] = (static () => Operation("""{"name":"a","in":"query","schema":{"type":"string","pattern":"[\\w-"}}"""), null),
        ["types that are none"] = (static () => Operation("""{"name":"a","in":"query","schema":{"type":"strin","enum":5,"required":true,"minLength":"x","properties":null,"allOf":[],"items":[{}]}}"""), null),
        ["schemas that are none"] = (static () => Body("""{"properties":{"a":5},"allOf":{},"items":"x"}"""), "$.paths['/a'].post.requestBody.content['application/json'].schema.properties.a: a schema must be an object or a boolean"),
        ["a parameter without a name"] = (static () => Operation("""{"in":"query"}"""), "a parameter has no name"),
        ["a parameter without a place"] = (static () => Operation("""{"name":"a","in":"body"}"""), "its `in` must be one of path, query, header, cookie"),
        ["parts of the wrong kind"] = (static () => """{"openapi":"3.0.0","paths":{"/a":{"get":{"parameters":{},"responses":[],"requestBody":5},"post":7}},"components":[],"servers":{},"security":{}}""", "$.paths['/a'].get.parameters: must be an array"),
        ["servers elsewhere"] = (static () => Operation("""{"name":"a","in":"query"}""").Replace("\"paths\"", """
            "servers":[{"url":"http://evil.test/x"},{"url":"file:///etc"},{"url":"//evil.test"},{"url":5},{"url":"http://127.0.0.1:5080@evil.test/"}],"paths"
            """, StringComparison.Ordinal), null),
    };

    [Theory]
    [MemberData(nameof(Names))]
    public void Import_HostileDocument_IsAnErrorOrBoundedTools(string name)
    {
        var (document, error) = Cases[name];
        var text = document();
        var before = GC.GetAllocatedBytesForCurrentThread();

        if (error is not null)
        {
            var exception = Assert.Throws<ApeTestException>(() => OpenApiImporter.Import(text, TestDocuments.Base));

            Assert.Equal(ExitCodes.Input, exception.ExitCode);
            Assert.Contains(error, exception.Message, StringComparison.Ordinal);
            Assert.InRange(exception.Message.Length, 10, 4000);
        }
        else
        {
            var catalog = OpenApiImporter.Import(text, TestDocuments.Base);

            Assert.Equal(TestDocuments.Base.Authority, catalog.BaseUrl.Authority);
            Assert.All(catalog.Operations, operation =>
            {
                Assert.Matches("^[A-Za-z0-9_-]{1,64}$", operation.Name);
                Assert.InRange(operation.Tool.Description.Length, 1, 4000);
                Assert.InRange(operation.Tool.InputSchema.GetRawText().Length, 10, name.Contains("enum", StringComparison.Ordinal) ? 2_000_000 : MostSchema);
                _ = operation.Checker.Check(Some.Json($$"""{"a":"{{new string('a', 5000)}}!","body":[[[]]]}"""));
                _ = operation.Checker.Check(Some.Json("""{"a":1e999999999}"""));
            });
        }
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < MostBytes, name);
    }

    [Fact]
    public async Task InvokeAsync_HeaderNameOfADocumentWithALineBreak_IsRefused()
    {
        var tools = OpenApiImporter.Import(Operation("""{"name":"X-A\r\nX-Evil","in":"header","schema":{"type":"string"}}"""), TestDocuments.Base)
            .CreateTools(new FakeTransport(), "shop", TimeProvider.System);
        var argument = Assert.Single(tools.Specs[0].InputSchema.GetProperty("properties").EnumerateObject()).Name;

        var result = await tools.InvokeAsync(Some.Call("op", $$"""{"{{argument}}":"x"}"""), Some.Session(), TestContext.Current.CancellationToken);

        Assert.Equal(ActionOutcome.Rejected, result.Outcome);
    }

    private static string Operation(string parameter) =>
        """{"openapi":"3.0.0","paths":{"/a":{"get":{"operationId":"op","parameters":[PARAMETER]}}}}""".Replace("PARAMETER", parameter, StringComparison.Ordinal);

    private static string Body(string schema, string schemas = "{}") =>
        """{"openapi":"3.1.0","paths":{"/a":{"post":{"requestBody":{"content":{"application/json":{"schema":SCHEMA}}}}}},"components":{"schemas":ALL}}"""
            .Replace("SCHEMA", schema, StringComparison.Ordinal).Replace("ALL", schemas, StringComparison.Ordinal);

    private static string Lines(int from, int count, Func<int, string> line) => string.Concat(Enumerable.Range(from, count).Select(line));

    private static string Repeat(string text, int count) => string.Join(", ", Enumerable.Repeat(text, count));

    private static string Repeat10(int level) => string.Join(", ", Enumerable.Range(0, 10).Select(i => $"k{i}: {{ <<: *a{level - 1} }}"));
}
