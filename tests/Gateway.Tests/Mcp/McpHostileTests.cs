using System.Net;
using System.Text;
using ApeTest.Gateway.Mcp.Http;
using Microsoft.AspNetCore.Http;

namespace ApeTest.Gateway.Tests.Mcp;

/// <summary>Input that is meant to harm: each gets a clear error, reaches no other host, and leaves the server up.</summary>
public sealed class McpHostileTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>Bodies of a POST, and the HTTP status and JSON-RPC code of the answer; code 0: a result, null: none.</summary>
    public static TheoryData<string, string, int, int?> Messages { get; } = new()
    {
        { "nothing", "", 400, -32700 },
        { "not JSON", "{\"jsonrpc\":", 400, -32700 },
        { "two messages", "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}{}", 400, -32700 },
        { "a batch", "[{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}]", 400, -32600 },
        { "an empty batch", "[]", 400, -32600 },
        { "null", "null", 400, -32600 },
        { "a string", "\"ping\"", 400, -32600 },
        { "another version of JSON-RPC", "{\"jsonrpc\":\"1.0\",\"id\":1,\"method\":\"ping\"}", 400, -32600 },
        { "no version", "{\"id\":1,\"method\":\"ping\"}", 400, -32600 },
        { "id null", "{\"jsonrpc\":\"2.0\",\"id\":null,\"method\":\"ping\"}", 400, -32600 },
        { "id beyond 64 bits", "{\"jsonrpc\":\"2.0\",\"id\":99999999999999999999999999,\"method\":\"ping\"}", 400, -32600 },
        { "id 1e400", "{\"jsonrpc\":\"2.0\",\"id\":1e400,\"method\":\"ping\"}", 400, -32600 },
        { "id a fraction", "{\"jsonrpc\":\"2.0\",\"id\":1.5,\"method\":\"ping\"}", 400, -32600 },
        { "id an object", "{\"jsonrpc\":\"2.0\",\"id\":{},\"method\":\"ping\"}", 400, -32600 },
        { "id of a megabyte", "{\"jsonrpc\":\"2.0\",\"id\":\"" + new string('x', 1 << 20) + "\",\"method\":\"ping\"}", 200, 0 },
        { "method a number", "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":7}", 400, -32600 },
        { "method of a megabyte", "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"" + new string('m', 1 << 20) + "\"}", 200, -32601 },
        { "method with line breaks", "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\\r\\nX: 1\"}", 200, -32601 },
        { "duplicate names", "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\",\"method\":\"tools/list\"}", 400, -32700 },
        { "duplicate names in arguments", "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{\"name\":\"getNote\",\"arguments\":{\"id\":\"1\",\"id\":\"2\"}}}", 400, -32700 },
        { "10,000 levels", "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":" + new string('[', 10_000) + new string(']', 10_000) + "}", 400, -32700 },
        { "half a surrogate pair", "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{\"name\":\"getNote\",\"arguments\":{\"id\":\"\\ud800\"}}}", 400, -32700 },
        { "params a number", "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":5}", 200, -32602 },
        { "params a list", "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":[\"getNote\"]}", 200, -32602 },
        { "no params", "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\"}", 200, -32602 },
        { "name a number", "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{\"name\":5}}", 200, -32602 },
        { "name null", "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{\"name\":null}}", 200, -32602 },
        { "no such tool", "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{\"name\":\"../../etc/passwd\"}}", 200, -32602 },
        { "arguments a list", "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{\"name\":\"getNote\",\"arguments\":[1]}}", 200, -32602 },
        { "arguments a string", "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{\"name\":\"getNote\",\"arguments\":\"id=1\"}}", 200, -32602 },
        { "_meta a number", "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{\"name\":\"state_get\",\"_meta\":7}}", 200, -32602 },
        { "traceparent a list", "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{\"name\":\"state_get\",\"_meta\":{\"traceparent\":[1]}}}", 200, 0 },
        { "traceparent of nonsense", "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{\"name\":\"state_get\",\"_meta\":{\"traceparent\":\"00-zz\\r\\nX: 1\"}}}", 200, 0 },
        { "an answer to nothing", "{\"jsonrpc\":\"2.0\",\"id\":77,\"result\":{}}", 202, null },
        { "an error to nothing", "{\"jsonrpc\":\"2.0\",\"id\":77,\"error\":{\"code\":1,\"message\":\"x\"}}", 202, null },
        { "an unknown notification", "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/boo\",\"params\":[1]}", 202, null },
        { "a cancellation of nothing", "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/cancelled\",\"params\":{\"requestId\":{}}}", 202, null },
    };

    /// <summary>Calls of tools, and what the error must name.</summary>
    public static TheoryData<string, string, string> Calls { get; } = new()
    {
        { "getNote", """{"id":"../../admin"}""", "dot segment" },
        { "getNote", """{"id":".."}""", "'..'" },
        { "getNote", """{"id":"%2e%2e%2fadmin"}""", "dot segment" },
        { "getNote", """{"id":"1","X-View":"a\r\nX-Ape-Token: b"}""", "X-View" },
        { "getNote", """{"id":"1","X-View":"a\u0000b"}""", "X-View" },
        { "getNote", """{"id":"1","__proto__":{"admin":true}}""", "__proto__" },
        { "deleteNote", """{"id":99999999999999999999999999999999999}""", "" },
        { "http_get", """{"path":"file:///etc/passwd"}""", "$.path" },
        { "http_get", """{"path":"gopher://127.0.0.1:70/"}""", "$.path" },
        { "http_get", """{"path":"//evil.example/"}""", "$.path" },
        { "http_get", """{"path":"http://FOREIGN/"}""", "allow-list" },
        { "http_get", """{"path":"http://user:pw@FOREIGN/"}""", "$.path" },
        { "http_get", """{"path":"http://169.254.169.254/latest/meta-data"}""", "allow-list" },
        { "http_get", """{"path":"/evil/redirect"}""", "allow-list" },
        { "http_get", """{"path":"/","headers":{"Host":"evil.example"}}""", "Host" },
        { "http_get", """{"path":"/","headers":{"Transfer-Encoding":"chunked"}}""", "Transfer-Encoding" },
        { "http_get", """{"path":"/","headers":{"X: 1\r\nY":"2"}}""", "$.headers" },
        { "http_post", """{"path":"/","body":"x","headers":{"Content-Type":"text/plain\r\nX: 1"}}""", "$.headers" },
        { "state_update", """{"values":5}""", "$.values" },
    };

    [Theory]
    [MemberData(nameof(Messages))]
    public async Task Post_HostileMessage_IsRefusedAndTheServerGoesOn(string what, string body, int status, int? code)
    {
        await using var target = await NotesApi.StartAsync();
        await using var gateway = await McpGateway.StartAsync(target);
        using var client = new RawClient(gateway.Url);
        await client.InitializeAsync();

        using var answer = await client.PostAsync(body);

        Assert.True(status == (int)answer.StatusCode, $"{what}: {answer.StatusCode}");
        if (code is not null)
        {
            var message = await RawClient.MessageAsync(answer);
            Assert.Equal(code, message.TryGetProperty("error", out var error) ? error.GetProperty("code").GetInt32() : 0);
        }
        await WorksAsync(client);
    }

    [Theory]
    [MemberData(nameof(Calls))]
    public async Task Call_HostileArguments_ReachNoOtherHostAndForgeNothing(string tool, string arguments, string named)
    {
        await using var foreign = await NotesApi.StartAsync();
        await using var target = await NotesApi.StartAsync();
        target.Evil["redirect"] = context =>
        {
            context.Response.Redirect(foreign.Url.AbsoluteUri);
            return Task.CompletedTask;
        };
        await using var gateway = await McpGateway.StartAsync(target);
        using var client = new RawClient(gateway.Url);
        await client.InitializeAsync();

        var result = await client.CallAsync(tool, arguments.Replace("FOREIGN", foreign.Url.Authority, StringComparison.Ordinal));

        Assert.Equal(named.Length > 0, result.GetProperty("isError").GetBoolean());
        if (named.Length > 0)
        {
            Assert.Contains(named, RawClient.Content(result).GetProperty("error").GetProperty("message").GetString(), StringComparison.Ordinal);
        }
        Assert.Empty(foreign.Requests);
        Assert.All(target.Requests, static request => Assert.True(request.Line.Contains("/notes/", StringComparison.Ordinal) || request.Line == "GET /evil/redirect"));
        await WorksAsync(client);
    }

    [Fact]
    public async Task Call_DelimitersInAPathArgument_StayInItsSegment()
    {
        await using var target = await NotesApi.StartAsync();
        await using var gateway = await McpGateway.StartAsync(target);
        using var client = new RawClient(gateway.Url);
        await client.InitializeAsync();

        await client.CallAsync("getNote", """{"id":"a/b?x=1#y"}""");

        Assert.True(target.Requests.TryDequeue(out var request));
        // Kestrel leaves an escaped slash escaped; the others it unescapes within the path.
        Assert.Equal("GET /notes/a%2Fb?x=1#y", request.Line);
    }

    [Theory]
    [InlineData("deep")]
    [InlineData("surrogate")]
    [InlineData("html")]
    [InlineData("large")]
    [InlineData("cookie")]
    [InlineData("reset")]
    [InlineData("lies")]
    [InlineData("duplicates")]
    public async Task Call_HostileAnswerOfTheTarget_IsAResult(string answer)
    {
        await using var target = await NotesApi.StartAsync();
        target.Evil["deep"] = static context => JsonAsync(context, new string('[', 120) + new string(']', 120));
        target.Evil["surrogate"] = static context => JsonAsync(context, """{"name":"\ud800"}""");
        target.Evil["html"] = static context => JsonAsync(context, string.Concat(Enumerable.Repeat("<div>", 50_000)), "text/html");
        target.Evil["large"] = static context => JsonAsync(context, "[" + string.Join(',', Enumerable.Repeat("\"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\"", 100_000)) + "]");
        target.Evil["cookie"] = static context =>
        {
            context.Response.Headers.Append("Set-Cookie", "a=b; Domain=evil.example; Path=" + new string('/', 5000));
            return JsonAsync(context, "{}");
        };
        target.Evil["reset"] = static context =>
        {
            context.Abort();
            return Task.CompletedTask;
        };
        target.Evil["lies"] = static context => JsonAsync(context, "this is no JSON");
        target.Evil["duplicates"] = static context => JsonAsync(context, """{"traceId":"forged","a":1,"a":2}""");
        await using var gateway = await McpGateway.StartAsync(target);
        using var client = new RawClient(gateway.Url);
        await client.InitializeAsync();

        var result = await client.CallAsync("http_get", $$"""{"path":"/evil/{{answer}}"}""");

        var content = result.GetProperty("structuredContent");
        Assert.Matches("^[0-9a-f]{32}$", content.GetProperty("traceId").GetString());
        Assert.Equal(answer is "reset", result.GetProperty("isError").GetBoolean());
        Assert.True(result.GetRawText().Length < 100_000);
        await WorksAsync(client);
    }

    [Fact]
    public async Task Post_InvalidUtf8_IsAParseError()
    {
        await using var target = await NotesApi.StartAsync();
        await using var gateway = await McpGateway.StartAsync(target);
        using var client = new RawClient(gateway.Url);
        await client.InitializeAsync();
        byte[] body = [.. "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\",\"params\":{\"x\":\""u8, 0xff, 0xc3, 0x28, .. "\"}}"u8];

        using var answer = await client.PostAsync(body);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Equal(-32700, (await RawClient.MessageAsync(answer)).GetProperty("error").GetProperty("code").GetInt32());
        await WorksAsync(client);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Post_OverTheLimit_IsTooLarge(bool announced)
    {
        // Where a server answers before it has read all, a client may lose the answer to the reset that follows (RFC 9112, 9.6): an announced length is judged before a
        // byte of the body is sent, and of the other only the last byte is too many.
        await using var target = await NotesApi.StartAsync();
        await using var gateway = await McpGateway.StartAsync(target);
        using var client = new RawClient(gateway.Url);
        await client.InitializeAsync();
        var body = Encoding.UTF8.GetBytes("""{"jsonrpc":"2.0","id":1,"method":"ping","params":{"x":"LONG"}}""");
        body = [.. body, .. Enumerable.Repeat((byte)' ', MessageReader.MostBytes + 1 - body.Length)];

        var content = new StreamContent(new Chunked(body, announced));
        using var answer = await client.SendAsync(HttpMethod.Post, content, ("Expect", announced ? "100-continue" : null));

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, answer.StatusCode);
        await WorksAsync(client);
    }

    [Fact]
    public async Task Post_FloodOfNotifications_IsTakenAndForgotten()
    {
        await using var target = await NotesApi.StartAsync();
        await using var gateway = await McpGateway.StartAsync(target);
        using var client = new RawClient(gateway.Url);
        await client.InitializeAsync();

        for (var round = 0; round < 20; round++)
        {
            var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => client.PostAsync("""{"jsonrpc":"2.0","method":"notifications/flood","params":{"x":1}}""")));
            Assert.All(answers, static answer => Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode));
            Array.ForEach(answers, static answer => answer.Dispose());
        }

        await WorksAsync(client);
    }

    [Fact]
    public async Task Call_SecretOfAnotherSession_CannotBeReachedByItsLogName()
    {
        await using var target = await NotesApi.StartAsync();
        await using var gateway = await McpGateway.StartAsync(target);
        using var ann = new RawClient(gateway.Url);
        using var thief = new RawClient(gateway.Url);
        await ann.InitializeAsync();
        await thief.InitializeAsync();
        await ann.CallAsync("login", """{"user":"ann","password":"x"}""");

        thief.Session = new ApeTest.Gateway.Mcp.Sessions.ClientState(ann.Session!).Name;
        using var answer = await thief.PostAsync(thief.Request("ping"));

        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
    }

    private static async Task WorksAsync(RawClient client) =>
        Assert.Equal(200, RawClient.Content(await client.CallAsync("getNote", """{"id":"42"}""")).GetProperty("status").GetInt32());

    private static Task JsonAsync(HttpContext context, string body, string type = "application/json")
    {
        context.Response.ContentType = type;
        return context.Response.WriteAsync(body, Cancellation);
    }

    /// <summary>A body whose length may be a secret.</summary>
    private sealed class Chunked(byte[] body, bool announced) : MemoryStream(body)
    {
        public override bool CanSeek => announced;
    }
}
