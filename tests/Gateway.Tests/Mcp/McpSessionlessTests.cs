using System.Net;
using System.Text.Json;
using ApeTest.Gateway.Mcp.Sessions;
using ApeTest.Tests.Shared;

namespace ApeTest.Gateway.Tests.Mcp;

/// <summary>Protocol version 2026-07-28 over raw HTTP: no sessions but those that <c>session_start</c> hands out.</summary>
public sealed class McpSessionlessTests
{
    private const string Version = "2026-07-28";

    private const string Meta = """
        "_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{},"io.modelcontextprotocol/clientInfo":{"name":"raw","version":"1"}}
        """;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Discover_WithoutInitialize_NamesTheVersion()
    {
        await using var target = await NotesApi.StartAsync();
        await using var gateway = await McpGateway.StartAsync(target);
        using var client = new RawClient(gateway.Url);

        using var answer = await SendAsync(client, "server/discover");
        var result = (await RawClient.MessageAsync(answer)).GetProperty("result");

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(Version, result.GetProperty("supportedVersions")[0].GetString());
        Assert.True(result.GetProperty("capabilities").GetProperty("tools").GetProperty("listChanged").GetBoolean());
        Assert.Contains("session_start", result.GetProperty("instructions").GetString(), StringComparison.Ordinal);
        Assert.False(answer.Headers.Contains("Mcp-Session-Id"));
    }

    [Fact]
    public async Task List_EveryTool_TakesASession()
    {
        await using var target = await NotesApi.StartAsync();
        await using var gateway = await McpGateway.StartAsync(target);
        using var client = new RawClient(gateway.Url);

        using var answer = await SendAsync(client, "tools/list");
        var tools = (await RawClient.MessageAsync(answer)).GetProperty("result").GetProperty("tools").EnumerateArray().ToArray();

        Assert.Equal("session_start", tools[0].GetProperty("name").GetString());
        Assert.All(tools[1..], static tool =>
        {
            // `wipe` has a `session` of its own.
            var argument = tool.GetProperty("name").GetString() == "wipe" ? "mcp_session" : "session";
            Assert.Equal("string", tool.GetProperty("inputSchema").GetProperty("properties").GetProperty(argument).GetProperty("type").GetString());
        });
    }

    [Fact]
    public async Task Call_WithHandle_CarriesStateOfThatHandleOnly()
    {
        await using var target = await NotesApi.StartAsync();
        await using var gateway = await McpGateway.StartAsync(target);
        using var client = new RawClient(gateway.Url);
        var ann = await StartAsync(client);
        var bob = await StartAsync(client);

        await CallAsync(client, "login", $$"""{"user":"ann","password":"x","session":"{{ann}}"}""");
        await CallAsync(client, "addNote", $$"""{"text":"milk","session":"{{ann}}"}""");

        Assert.NotEqual(ann, bob);
        Assert.Equal("milk", (await CallAsync(client, "listNotes", $$"""{"session":"{{ann}}"}""")).Content.GetProperty("body").GetProperty("notes")[0].GetString());
        Assert.Equal(401, (await CallAsync(client, "listNotes", $$"""{"session":"{{bob}}"}""")).Content.GetProperty("status").GetInt32());
        Assert.Equal(401, (await CallAsync(client, "listNotes", "{}")).Content.GetProperty("status").GetInt32());
        // The operation's own `session` goes to the target, ours does not.
        var own = (await CallAsync(client, "wipe", $$"""{"session":"theirs","mcp_session":"{{ann}}"}""")).Content;
        Assert.Equal("?session=theirs", own.GetProperty("body").GetProperty("query").GetString());
    }

    [Fact]
    public async Task Call_UnknownOrExpiredHandle_SaysToStartASession()
    {
        await using var target = await NotesApi.StartAsync();
        var time = new FakeTimeProvider();
        await using var gateway = await McpGateway.StartAsync(target, new McpGatewayOptions { Time = time });
        using var client = new RawClient(gateway.Url);
        var handle = await StartAsync(client);
        time.Advance(TimeSpan.FromMinutes(31));

        foreach (var session in new[] { $"\"{handle}\"", "\"ses_made-up\"", "5", "null" })
        {
            var (isError, content) = await CallAsync(client, "getNote", $$"""{"id":"1","session":{{session}}}""");
            Assert.True(isError);
            Assert.Equal("unknown_session", content.GetProperty("error").GetProperty("type").GetString());
            Assert.Contains("session_start", content.GetProperty("error").GetProperty("message").GetString(), StringComparison.Ordinal);
        }
        Assert.Empty(target.Requests);
    }

    [Fact]
    public async Task Handles_BeyondTheBound_LeastRecentlyUsedEnds()
    {
        await using var target = await NotesApi.StartAsync();
        await using var gateway = await McpGateway.StartAsync(target, new McpGatewayOptions { Limits = new McpLimits { Sessions = 2 } });
        using var client = new RawClient(gateway.Url);
        var first = await StartAsync(client);
        await StartAsync(client);
        var third = await StartAsync(client);

        Assert.True((await CallAsync(client, "getNote", $$"""{"id":"1","session":"{{first}}"}""")).IsError);
        Assert.False((await CallAsync(client, "getNote", $$"""{"id":"1","session":"{{third}}"}""")).IsError);
    }

    [Theory]
    [InlineData("Mcp-Method", null, 400, -32020)]
    [InlineData("Mcp-Method", "tools/list", 400, -32020)]
    [InlineData("Mcp-Name", null, 400, -32020)]
    [InlineData("Mcp-Name", "deleteNote", 400, -32020)]
    [InlineData("Mcp-Name", "=?base64?Z2V0Tm90ZQ==?=", 200, 0)]
    [InlineData("Mcp-Name", "=?base64?!!!?=", 400, -32020)]
    [InlineData("MCP-Protocol-Version", null, 400, -32020)]
    [InlineData("MCP-Protocol-Version", "2025-11-25", 400, -32020)]
    [InlineData("MCP-Protocol-Version", "2027-01-01", 400, -32022)]
    [InlineData("Mcp-Session-Id", "ignored", 200, 0)]
    [InlineData("Last-Event-ID", "ignored", 200, 0)]
    public async Task Call_HeadersAgainstBody_AreChecked(string name, string? value, int status, int code)
    {
        await using var target = await NotesApi.StartAsync();
        await using var gateway = await McpGateway.StartAsync(target);
        using var client = new RawClient(gateway.Url);

        using var answer = await SendAsync(client, "tools/call", """ "name":"getNote","arguments":{"id":"1"} """, "getNote", (name, value));
        var message = await RawClient.MessageAsync(answer);

        Assert.Equal(status, (int)answer.StatusCode);
        Assert.Equal(1, message.GetProperty("id").GetInt32());
        Assert.Equal(code, message.TryGetProperty("error", out var error) ? error.GetProperty("code").GetInt32() : 0);
    }

    [Theory]
    [InlineData("initialize", 404, -32601)]
    [InlineData("ping", 404, -32601)]
    [InlineData("logging/setLevel", 404, -32601)]
    [InlineData("no/such/method", 404, -32601)]
    public async Task Send_MethodOfAnotherVersion_Answers404(string method, int status, int code)
    {
        await using var target = await NotesApi.StartAsync();
        await using var gateway = await McpGateway.StartAsync(target);
        using var client = new RawClient(gateway.Url);

        using var answer = await SendAsync(client, method);

        Assert.Equal(status, (int)answer.StatusCode);
        Assert.Equal(code, (await RawClient.MessageAsync(answer)).GetProperty("error").GetProperty("code").GetInt32());
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28"}}""")]
    [InlineData("""{"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":5}}""")]
    [InlineData("""{"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{},"io.modelcontextprotocol/clientInfo":"me"}}""")]
    public async Task Send_MetaMissingOrWrong_IsInvalidParams(string parameters)
    {
        await using var target = await NotesApi.StartAsync();
        await using var gateway = await McpGateway.StartAsync(target);
        using var client = new RawClient(gateway.Url);

        using var answer = await client.PostAsync(client.Request("tools/list", parameters), ("MCP-Protocol-Version", Version), ("Mcp-Method", "tools/list"));

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Equal(-32602, (await RawClient.MessageAsync(answer)).GetProperty("error").GetProperty("code").GetInt32());
    }

    [Theory]
    [InlineData("GET")]
    [InlineData("DELETE")]
    public async Task Send_MethodsOfSessions_Answer405(string method)
    {
        await using var target = await NotesApi.StartAsync();
        await using var gateway = await McpGateway.StartAsync(target);
        using var client = new RawClient(gateway.Url);

        using var answer = await client.SendAsync(new HttpMethod(method), null, ("MCP-Protocol-Version", Version));

        Assert.Equal(HttpStatusCode.MethodNotAllowed, answer.StatusCode);
    }

    [Fact]
    public async Task Listen_ToolsChange_AreToldOnItsStream()
    {
        await using var target = await NotesApi.StartAsync();
        await using var gateway = await McpGateway.StartAsync(target);
        using var client = new RawClient(gateway.Url);
        using (var tools = await SendAsync(client, "tools/list"))
        {
            await RawClient.MessageAsync(tools); // whole: a client that leaves before has not been told of any
        }

        using var answer = await SendAsync(client, "subscriptions/listen", """ "notifications":{"toolsListChanged":true} """);
        using var events = new StreamReader(await answer.Content.ReadAsStreamAsync(Cancellation));
        var acknowledged = await NextAsync(events);
        gateway.Targets.Replace(McpGateway.File(McpGateway.Target("one", target), McpGateway.Target("two", target)));
        var changed = await NextAsync(events);

        Assert.Equal("notifications/subscriptions/acknowledged", acknowledged.GetProperty("method").GetString());
        Assert.True(acknowledged.GetProperty("params").GetProperty("notifications").GetProperty("toolsListChanged").GetBoolean());
        Assert.Equal("notifications/tools/list_changed", changed.GetProperty("method").GetString());
        Assert.Equal(2, changed.GetProperty("params").GetProperty("_meta").GetProperty("io.modelcontextprotocol/subscriptionId").GetInt32());
        // And it does not hold up the end of the service.
        await gateway.StopAsync();
        var result = (await NextAsync(events)).GetProperty("result");
        Assert.Equal(2, result.GetProperty("_meta").GetProperty("io.modelcontextprotocol/subscriptionId").GetInt32());
    }

    [Fact]
    public async Task Listen_ClientEnds_IsCompleted()
    {
        await using var target = await NotesApi.StartAsync();
        await using var gateway = await McpGateway.StartAsync(target);
        using var client = new RawClient(gateway.Url);
        using var answer = await SendAsync(client, "subscriptions/listen", """ "notifications":{"toolsListChanged":true} """);
        using var events = new StreamReader(await answer.Content.ReadAsStreamAsync(Cancellation));
        await NextAsync(events);

        gateway.Subscriptions.End();

        Assert.True((await NextAsync(events)).TryGetProperty("result", out _));
    }

    [Fact]
    public async Task Call_ClientLeaves_CancelsTheRequestToTheTarget()
    {
        await using var target = await NotesApi.StartAsync();
        await using var gateway = await McpGateway.StartAsync(target);
        using var client = new RawClient(gateway.Url);

        var call = await SendAsync(client, "tools/call", """ "name":"http_get","arguments":{"path":"/hang"} """, "http_get");
        await target.Hanging.Task.Within(Cancellation);
        call.Dispose();

        await target.Left.Task.Within(Cancellation);
    }

    private static async Task<string> StartAsync(RawClient client) => (await CallAsync(client, "session_start", "{}")).Content.GetProperty("session").GetString()!;

    private static async Task<(bool IsError, JsonElement Content)> CallAsync(RawClient client, string tool, string arguments)
    {
        using var answer = await SendAsync(client, "tools/call", $$""" "name":"{{tool}}","arguments":{{arguments}} """, tool);
        var result = (await RawClient.MessageAsync(answer)).GetProperty("result");
        return (result.GetProperty("isError").GetBoolean(), RawClient.Content(result));
    }

    private static Task<HttpResponseMessage> SendAsync(RawClient client, string method, string? parameters = null, string? name = null, params (string Name, string? Value)[] headers) =>
        client.PostAsync(
            client.Request(method, $$"""{ {{(parameters is null ? "" : parameters + ",")}} {{Meta}} }"""),
            [("MCP-Protocol-Version", Version), ("Mcp-Method", method), ("Mcp-Name", name), .. headers]);

    private static async Task<JsonElement> NextAsync(StreamReader events)
    {
        while (true)
        {
            var line = await events.ReadLineAsync(Cancellation).AsTask().Within(Cancellation) ?? throw new EndOfStreamException();
            if (line.StartsWith("data: ", StringComparison.Ordinal))
            {
                return JsonDocument.Parse(line[6..]).RootElement;
            }
        }
    }
}
