using System.Net;
using System.Text.Json;
using ApeTest.Gateway.Mcp.Sessions;
using ApeTest.Targets.Faults;
using ApeTest.Targets.Policy;
using ApeTest.Tests.Shared;

namespace ApeTest.Gateway.Tests.Mcp;

/// <summary>Calls of tools, and what a session carries from one to the next.</summary>
public sealed class McpCallTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Call_AfterLogin_ShowsTheSessionsCookieAndToken()
    {
        await using var target = await NotesApi.StartAsync();
        await using var gateway = await McpGateway.StartAsync(target);
        using var ann = new RawClient(gateway.Url);
        using var bob = new RawClient(gateway.Url);
        await ann.InitializeAsync();
        await bob.InitializeAsync();

        Assert.False((await ann.CallAsync("login", """{"user":"ann","password":"x"}""")).GetProperty("isError").GetBoolean());
        Assert.Equal(201, RawClient.Content(await ann.CallAsync("addNote", """{"text":"milk"}""")).GetProperty("status").GetInt32());
        var read = RawClient.Content(await ann.CallAsync("listNotes"));
        Assert.Equal("milk", read.GetProperty("body").GetProperty("notes")[0].GetString());

        // The other session has none of it.
        var refused = await bob.CallAsync("listNotes");
        Assert.True(refused.GetProperty("isError").GetBoolean());
        Assert.Equal(401, RawClient.Content(refused).GetProperty("status").GetInt32());
        await bob.CallAsync("login", """{"user":"bob","password":"x"}""");
        Assert.Equal(0, RawClient.Content(await bob.CallAsync("listNotes")).GetProperty("body").GetProperty("notes").GetArrayLength());
    }

    [Fact]
    public async Task Call_StateUpdate_IsReadByStateGetOfTheSameSessionOnly()
    {
        await using var target = await NotesApi.StartAsync();
        await using var gateway = await McpGateway.StartAsync(target);
        using var ann = new RawClient(gateway.Url);
        using var bob = new RawClient(gateway.Url);
        await ann.InitializeAsync();
        await bob.InitializeAsync();

        await ann.CallAsync("state_update", """{"values":{"cart":"c-17"}}""");

        Assert.Contains("c-17", RawClient.Content(await ann.CallAsync("state_get")).GetRawText(), StringComparison.Ordinal);
        Assert.DoesNotContain("c-17", RawClient.Content(await bob.CallAsync("state_get")).GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Call_ArgumentsAgainstTheSchema_NamesPathAndRuleAndSendsNothing()
    {
        await using var target = await NotesApi.StartAsync();
        await using var gateway = await McpGateway.StartAsync(target);
        using var client = new RawClient(gateway.Url);
        await client.InitializeAsync();

        var result = await client.CallAsync("login", """{"user":5}""");

        Assert.True(result.GetProperty("isError").GetBoolean());
        var error = RawClient.Content(result).GetProperty("error");
        Assert.Equal("invalid_arguments", error.GetProperty("type").GetString());
        Assert.Contains("$.user", error.GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Contains("password", error.GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Empty(target.Requests);
    }

    [Theory]
    [InlineData("meta")]
    [InlineData("header")]
    [InlineData("none")]
    public async Task Call_Trace_IsTheClientsOrTheSessionsAndTheSameEverywhere(string where)
    {
        const string given = "4bf92f3577b34da6a3ce929d0e0e4736";
        const string parent = $"00-{given}-00f067aa0ba902b7-01";
        await using var target = await NotesApi.StartAsync();
        var log = new LogLines();
        await using var gateway = await McpGateway.StartAsync(target, new McpGatewayOptions { Log = log });
        using var client = new RawClient(gateway.Url);
        await client.InitializeAsync();
        await client.ToolsAsync();
        while ((await log.NextAsync())["Path"] is not "/openapi.json")
        {
        }

        var parameters = $$$"""{"name":"getNote","arguments":{"id":"1"}{{{(where == "meta" ? $$""","_meta":{"traceparent":"{{parent}}"}""" : "")}}}}""";
        using var answer = await client.PostAsync(client.Request("tools/call", parameters), where == "header" ? [("traceparent", parent)] : []);
        var content = RawClient.Content((await RawClient.MessageAsync(answer)).GetProperty("result"));
        var trace = content.GetProperty("traceId").GetString();

        Assert.Equal("/notes/1", (await log.NextAsync())["Path"]);
        Assert.Equal(where != "none", trace == given);
        Assert.True(target.Requests.TryDequeue(out var request));
        Assert.StartsWith($"00-{trace}-", request.Headers["traceparent"], StringComparison.Ordinal);
        Assert.EndsWith("-01", request.Headers["traceparent"], StringComparison.Ordinal);
        Assert.Equal(trace, request.Headers["X-Trace-Id"]);
        Assert.DoesNotContain(request.Headers.Keys, static name => name.StartsWith("X-Ape", StringComparison.OrdinalIgnoreCase) || name == "baggage");

        // The next call of the session without a trace of its own is in the session's.
        var next = RawClient.Content(await client.CallAsync("getNote", """{"id":"2"}""")).GetProperty("traceId").GetString();
        Assert.Equal(where == "none", next == trace);
    }

    [Fact]
    public async Task Call_NotificationsCancelled_CancelsTheRequestToTheTargetAndEndsTheStream()
    {
        await using var target = await NotesApi.StartAsync();
        await using var gateway = await McpGateway.StartAsync(target);
        using var client = new RawClient(gateway.Url);
        await client.InitializeAsync();

        using var call = await client.PostAsync("""{"jsonrpc":"2.0","id":"long","method":"tools/call","params":{"name":"http_get","arguments":{"path":"/hang"}}}""");
        await target.Hanging.Task.Within(Cancellation);
        using var cancelled = await client.PostAsync("""{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":"long","reason":"enough"}}""");

        Assert.Equal(HttpStatusCode.Accepted, cancelled.StatusCode);
        await target.Left.Task.Within(Cancellation);
        Assert.Equal("", await call.Content.ReadAsStringAsync(Cancellation));
        Assert.False((await client.CallAsync("getNote", """{"id":"1"}""")).GetProperty("isError").GetBoolean());
    }

    [Fact]
    public async Task Call_ClientLeaves_CancelsTheRequestToTheTarget()
    {
        await using var target = await NotesApi.StartAsync();
        await using var gateway = await McpGateway.StartAsync(target);
        using var client = new RawClient(gateway.Url);
        await client.InitializeAsync();

        var call = await client.PostAsync(client.Request("tools/call", """{"name":"http_get","arguments":{"path":"/hang"}}"""));
        await target.Hanging.Task.Within(Cancellation);
        call.Dispose();

        await target.Left.Task.Within(Cancellation);
    }

    [Fact]
    public async Task Call_ManyOfOneSession_TakeTurnsAndAreBounded()
    {
        await using var target = await NotesApi.StartAsync();
        await using var gateway = await McpGateway.StartAsync(target);
        using var client = new RawClient(gateway.Url);
        await client.InitializeAsync();
        using var first = await client.PostAsync(client.Request("tools/call", """{"name":"http_get","arguments":{"path":"/hang"}}"""));
        await target.Hanging.Task.Within(Cancellation);

        var waiting = await Task.WhenAll(Enumerable.Range(0, ClientState.MostCalls + 9)
            .Select(_ => client.PostAsync(client.Request("tools/call", """{"name":"http_get","arguments":{"path":"/hang"}}"""))));
        // One is under way and the rest of the bound waits: those beyond are answered while the first still hangs.
        var refused = new List<JsonElement>();
        foreach (var answer in await FirstAsync(waiting, 10))
        {
            refused.Add(RawClient.Content((await RawClient.MessageAsync(answer)).GetProperty("result")));
        }

        Assert.All(refused, static content => Assert.Equal("too_many_calls", content.GetProperty("error").GetProperty("type").GetString()));
        Assert.Single(target.Requests);
        Array.ForEach(waiting, static answer => answer.Dispose());
    }

    [Fact]
    public async Task Call_DeniedByThePolicy_IsAToolErrorThatSaysWhy()
    {
        await using var target = await NotesApi.StartAsync();
        var options = McpGateway.Target("notes", target);
        options.Deny = ["deleteNote"];
        await using var gateway = await McpGateway.StartAsync([options]);
        using var client = new RawClient(gateway.Url);
        await client.InitializeAsync();

        var result = await client.CallAsync("deleteNote", """{"id":1}""");

        Assert.True(result.GetProperty("isError").GetBoolean());
        Assert.Equal("denied", RawClient.Content(result).GetProperty("error").GetProperty("type").GetString());
        Assert.DoesNotContain(target.Requests, static request => request.Line.StartsWith("DELETE", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Call_FaultRetryAndBudgetOfTheFile_HoldForTools()
    {
        await using var target = await NotesApi.StartAsync();
        await using var gateway = await McpGateway.StartAsync(target);
        using var client = new RawClient(gateway.Url);
        await client.InitializeAsync();
        await client.ToolsAsync();
        var file = McpGateway.File(McpGateway.Target("notes", target));
        file.Faults = [new FaultOptions { Name = "down", Route = "getNote", Status = 503 }];
        gateway.Targets.Replace(file);

        var faulted = await client.CallAsync("getNote", """{"id":"1"}""");
        Assert.True(faulted.GetProperty("isError").GetBoolean());
        Assert.Equal(503, RawClient.Content(faulted).GetProperty("status").GetInt32());
        Assert.Empty(target.Requests);

        file = McpGateway.File(McpGateway.Target("notes", target));
        file.Limits = new LimitOptions { RequestBudget = 1 };
        gateway.Targets.Replace(file);
        var over = await client.CallAsync("getNote", """{"id":"1"}""");
        Assert.Equal("budget", RawClient.Content(over).GetProperty("error").GetProperty("type").GetString());
        Assert.Empty(target.Requests);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Call_UnsampledTrace_IsLoggedOnlyWithAFault(bool faulted)
    {
        await using var target = await NotesApi.StartAsync();
        var log = new LogLines();
        await using var gateway = await McpGateway.StartAsync(target, new McpGatewayOptions { Log = log });
        using var client = new RawClient(gateway.Url);
        await client.InitializeAsync();
        await client.ToolsAsync();
        await log.NextAsync();
        var file = McpGateway.File(McpGateway.Target("notes", target));
        file.Faults = faulted ? [new FaultOptions { Name = "slow", Route = "GET /notes/1", Latency = new LatencyOptions { Mean = TimeSpan.FromMilliseconds(1) } }] : [];
        gateway.Targets.Replace(file);

        await client.CallAsync("getNote", """{"id":"1"}""", ""","_meta":{"traceparent":"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00"}""");
        // A call that is always logged, so that the absence of the first one's line is certain.
        await client.CallAsync("getNote", """{"id":"2"}""");

        Assert.Equal(faulted ? "/notes/1" : "/notes/2", (await log.NextAsync())["Path"]);
    }

    [Fact]
    public async Task Call_TargetMovedToAnotherUrl_DoesNotShowItTheOldOnesToken()
    {
        await using var old = await NotesApi.StartAsync();
        await using var moved = await NotesApi.StartAsync();
        await using var gateway = await McpGateway.StartAsync(old);
        using var client = new RawClient(gateway.Url);
        await client.InitializeAsync();
        await client.CallAsync("login", """{"user":"ann","password":"x"}""");

        gateway.Targets.Replace(McpGateway.File(McpGateway.Target("notes", moved)));
        await client.CallAsync("listNotes");

        Assert.True(moved.Requests.TryDequeue(out var request));
        Assert.DoesNotContain("Authorization", request.Headers.Keys);
        Assert.DoesNotContain("Cookie", request.Headers.Keys);
    }

    /// <summary>The first answers whose streams have ended.</summary>
    private static async Task<List<HttpResponseMessage>> FirstAsync(HttpResponseMessage[] answers, int count)
    {
        var ended = new List<HttpResponseMessage>();
        await foreach (var answer in Task.WhenEach(answers.Select(BufferAsync)))
        {
            ended.Add(await answer);
            if (ended.Count == count)
            {
                return ended;
            }
        }
        throw new InvalidOperationException($"only {ended.Count} of {count} were answered");
    }

    private static async Task<HttpResponseMessage> BufferAsync(HttpResponseMessage answer)
    {
        await answer.Content.LoadIntoBufferAsync(Cancellation);
        return answer;
    }
}
