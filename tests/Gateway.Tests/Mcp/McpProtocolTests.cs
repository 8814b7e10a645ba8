using System.Net;
using System.Text.Json;

namespace ApeTest.Gateway.Tests.Mcp;

/// <summary>What the specification asks of the HTTP side, up to 2025-11-25.</summary>
public sealed class McpProtocolTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("2025-06-18")]
    [InlineData("2025-11-25")]
    public async Task Initialize_SupportedVersion_IsAgreedOnAndASessionBegins(string version)
    {
        await using var target = await NotesApi.StartAsync();
        await using var gateway = await McpGateway.StartAsync(target);
        using var client = new RawClient(gateway.Url);

        var result = await client.InitializeAsync(version);

        Assert.Equal(version, result.GetProperty("protocolVersion").GetString());
        Assert.Equal("ape-test-gateway", result.GetProperty("serverInfo").GetProperty("name").GetString());
        Assert.True(result.GetProperty("capabilities").GetProperty("tools").GetProperty("listChanged").GetBoolean());
        Assert.Matches("^[A-Za-z0-9_-]{22}$", client.Session);
        using var ping = await client.PostAsync(client.Request("ping"), ("MCP-Protocol-Version", version));
        Assert.Equal(HttpStatusCode.OK, ping.StatusCode);
        Assert.Equal("text/event-stream", ping.Content.Headers.ContentType?.MediaType);
    }

    [Fact]
    public async Task Initialize_VersionThatNobodySpeaks_OffersTheLatestWithSessions()
    {
        await using var target = await NotesApi.StartAsync();
        await using var gateway = await McpGateway.StartAsync(target);
        using var client = new RawClient(gateway.Url);

        Assert.Equal("2025-11-25", (await client.InitializeAsync("1999-01-01")).GetProperty("protocolVersion").GetString());
    }

    [Theory]
    [InlineData("Accept", "application/json", 406)]
    [InlineData("Accept", "text/event-stream", 406)]
    [InlineData("Accept", "text/html", 406)]
    [InlineData("Accept", "application/json, text/event-stream;q=0", 406)]
    [InlineData("Accept", null, 406)]
    [InlineData("Accept", "*/*", 200)]
    [InlineData("Content-Type", "text/plain", 415)]
    [InlineData("Content-Type", null, 415)]
    [InlineData("Content-Type", "application/json; charset=utf-8", 200)]
    [InlineData("Mcp-Session-Id", null, 400)]
    [InlineData("Mcp-Session-Id", "a-guess", 404)]
    [InlineData("MCP-Protocol-Version", "2023-01-01", 400)]
    [InlineData("MCP-Protocol-Version", "2025-06-18", 400)]
    [InlineData("MCP-Protocol-Version", null, 200)]
    [InlineData("Origin", "http://evil.example", 403)]
    [InlineData("Origin", "null", 403)]
    [InlineData("Origin", "http://localhost:3000", 200)]
    [InlineData("Host", "evil.example", 403)]
    public async Task Post_Header_AnswersItsStatus(string name, string? value, int status)
    {
        await using var target = await NotesApi.StartAsync();
        await using var gateway = await McpGateway.StartAsync(target);
        using var client = new RawClient(gateway.Url);
        await client.InitializeAsync();

        using var answer = await client.PostAsync(client.Request("ping"), (name, value));

        Assert.Equal(status, (int)answer.StatusCode);
        if (status != 200 && status != 403)
        {
            var error = (await RawClient.MessageAsync(answer)).GetProperty("error");
            Assert.True(error.GetProperty("message").GetString()!.Length > 10);
        }
    }

    [Theory]
    [InlineData("PUT")]
    [InlineData("PATCH")]
    [InlineData("HEAD")]
    [InlineData("OPTIONS")]
    public async Task Send_OtherMethod_Answers405WithAllow(string method)
    {
        await using var target = await NotesApi.StartAsync();
        await using var gateway = await McpGateway.StartAsync(target);
        using var client = new RawClient(gateway.Url);

        using var answer = await client.SendAsync(new HttpMethod(method), null);

        Assert.Equal(HttpStatusCode.MethodNotAllowed, answer.StatusCode);
        Assert.Equal(["GET", "POST", "DELETE"], answer.Content.Headers.Allow);
    }

    [Fact]
    public async Task Post_UnsupportedVersion_NamesTheSupportedOnes()
    {
        await using var target = await NotesApi.StartAsync();
        await using var gateway = await McpGateway.StartAsync(target);
        using var client = new RawClient(gateway.Url);

        using var answer = await client.PostAsync(client.Request("ping"), ("MCP-Protocol-Version", "2023-01-01"));
        var message = await RawClient.MessageAsync(answer);

        Assert.Equal(1, message.GetProperty("id").GetInt32());
        Assert.Equal(-32022, message.GetProperty("error").GetProperty("code").GetInt32());
        Assert.Contains("2026-07-28", message.GetProperty("error").GetProperty("data").GetProperty("supported").EnumerateArray().Select(static version => version.GetString()));
    }

    [Fact]
    public async Task Delete_Session_EndsItForGood()
    {
        await using var target = await NotesApi.StartAsync();
        await using var gateway = await McpGateway.StartAsync(target);
        using var client = new RawClient(gateway.Url);
        await client.InitializeAsync();
        using var stream = await client.SendAsync(HttpMethod.Get, null);

        using var ended = await client.SendAsync(HttpMethod.Delete, null);
        using var after = await client.PostAsync(client.Request("ping"));
        using var again = await client.SendAsync(HttpMethod.Delete, null);
        using var without = await client.SendAsync(HttpMethod.Delete, null, ("Mcp-Session-Id", null));

        Assert.Equal(HttpStatusCode.NoContent, ended.StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, after.StatusCode);
        Assert.Equal(-32001, (await RawClient.MessageAsync(after)).GetProperty("error").GetProperty("code").GetInt32());
        Assert.Equal(HttpStatusCode.NotFound, again.StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, without.StatusCode);
        // Its stream ends with it.
        Assert.Equal("", await stream.Content.ReadAsStringAsync(Cancellation));
    }

    [Fact]
    public async Task Initialize_WithASessionId_IsRefused()
    {
        await using var target = await NotesApi.StartAsync();
        await using var gateway = await McpGateway.StartAsync(target);
        using var client = new RawClient(gateway.Url);

        using var chosen = await client.PostAsync(client.Request("initialize", """{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"x","version":"1"}}"""), ("Mcp-Session-Id", "chosen-by-me"));

        Assert.Equal(HttpStatusCode.BadRequest, chosen.StatusCode);
        Assert.False(chosen.Headers.Contains("Mcp-Session-Id"));
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("{\"protocolVersion\":5}")]
    [InlineData("{\"protocolVersion\":\"2026-07-28\",\"capabilities\":{},\"clientInfo\":{\"name\":\"x\",\"version\":\"1\"}}")]
    public async Task Initialize_BadParams_BeginsNoSession(string parameters)
    {
        await using var target = await NotesApi.StartAsync();
        await using var gateway = await McpGateway.StartAsync(target);
        using var client = new RawClient(gateway.Url);

        using var answer = await client.PostAsync(client.Request("initialize", parameters));

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.False(answer.Headers.Contains("Mcp-Session-Id"));
        Assert.True((await RawClient.MessageAsync(answer)).GetProperty("error").GetProperty("code").GetInt32() is -32602 or -32022);
    }

    [Theory]
    [InlineData(null, null, 401)]
    [InlineData("X-Ape-Token", "a-token-of-sixteen", 200)]
    [InlineData("Authorization", "Bearer a-token-of-sixteen", 200)]
    [InlineData("Authorization", "Bearer another-token-16", 401)]
    public async Task Post_ServiceWithToken_AsksForIt(string? name, string? value, int status)
    {
        await using var target = await NotesApi.StartAsync();
        await using var gateway = await McpGateway.StartAsync(target, new McpGatewayOptions { Token = "a-token-of-sixteen" });
        using var client = new RawClient(gateway.Url);

        using var answer = await client.PostAsync(
            client.Request("initialize", """{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"x","version":"1"}}"""), name is null ? [] : [(name, value)]);

        Assert.Equal(status, (int)answer.StatusCode);
    }

    [Theory]
    [InlineData("prompts/list", -32601)]
    [InlineData("no/such/method", -32601)]
    [InlineData("tools/list\",\"params\":{\"cursor\":\"made-up\"},\"x\":\"", -32602)]
    public async Task Post_MethodThatIsNotThere_IsAnErrorOfTheProtocol(string method, int code)
    {
        await using var target = await NotesApi.StartAsync();
        await using var gateway = await McpGateway.StartAsync(target);
        using var client = new RawClient(gateway.Url);
        await client.InitializeAsync();

        using var answer = await client.PostAsync(client.Request(method));

        Assert.Equal(code, (await RawClient.MessageAsync(answer)).GetProperty("error").GetProperty("code").GetInt32());
    }

    [Fact]
    public async Task Stop_OpenStreams_EndAtOnce()
    {
        await using var target = await NotesApi.StartAsync();
        await using var gateway = await McpGateway.StartAsync(target);
        using var client = new RawClient(gateway.Url);
        await client.InitializeAsync();
        using var stream = await client.SendAsync(HttpMethod.Get, null);

        // Kestrel waits for requests under way for 5 s; a stream that waited would be cut off then and not end.
        await gateway.StopAsync();

        Assert.Equal("", await stream.Content.ReadAsStringAsync(Cancellation));
    }

    [Fact]
    public async Task Get_SecondStreamOfASession_TakesThePlaceOfTheFirst()
    {
        await using var target = await NotesApi.StartAsync();
        await using var gateway = await McpGateway.StartAsync(target);
        using var client = new RawClient(gateway.Url);
        await client.InitializeAsync();

        using var first = await client.SendAsync(HttpMethod.Get, null);
        using var second = await client.SendAsync(HttpMethod.Get, null);
        Assert.Equal("", await first.Content.ReadAsStringAsync(Cancellation));
        await client.ToolsAsync();
        gateway.Targets.Replace(McpGateway.File(McpGateway.Target("one", target), McpGateway.Target("two", target)));

        using var reader = new StreamReader(await second.Content.ReadAsStreamAsync(Cancellation));
        Assert.Equal("event: message", await reader.ReadLineAsync(Cancellation));
        Assert.Equal("notifications/tools/list_changed", JsonDocument.Parse((await reader.ReadLineAsync(Cancellation))![6..]).RootElement.GetProperty("method").GetString());
    }
}
