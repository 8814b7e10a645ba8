using ApeTest.Targets.Policy;
using ApeTest.Tests.Shared;
using ApeTest.Tests.Shared.GraphQl;

namespace ApeTest.Gateway.Tests.Mcp;

/// <summary>Which tools there are, and when they change.</summary>
public sealed class McpToolsTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task List_OneTarget_HasItsOperationsAndTheGenericTools()
    {
        await using var target = await NotesApi.StartAsync();
        await using var gateway = await McpGateway.StartAsync(target);
        using var client = new RawClient(gateway.Url);
        await client.InitializeAsync();

        Assert.Equal(
            ["login", "listNotes", "addNote", "getNote", "deleteNote", "wipe", "http_get", "http_post", "http_put", "http_patch", "http_delete", "page_follow", "page_submit", "state_update", "state_get"],
            await client.ToolsAsync());
    }

    [Fact]
    public async Task List_Annotations_SayWhatACallDoes()
    {
        await using var target = await NotesApi.StartAsync();
        await using var gateway = await McpGateway.StartAsync(target);
        using var client = new RawClient(gateway.Url);
        await client.InitializeAsync();
        using var answer = await client.PostAsync(client.Request("tools/list"));
        var tools = (await RawClient.MessageAsync(answer)).GetProperty("result").GetProperty("tools").EnumerateArray().ToDictionary(static tool => tool.GetProperty("name").GetString()!);
        string Hints(string tool)
        {
            var hints = tools[tool].GetProperty("annotations");
            return $"read {hints.GetProperty("readOnlyHint")}, destructive {hints.GetProperty("destructiveHint")}, idempotent {hints.GetProperty("idempotentHint")}, open {hints.GetProperty("openWorldHint")}";
        }

        Assert.Equal("read True, destructive False, idempotent True, open False", Hints("listNotes"));
        Assert.Equal("read False, destructive False, idempotent False, open False", Hints("addNote"));
        Assert.Equal("read False, destructive True, idempotent True, open False", Hints("deleteNote"));
        Assert.Equal("read False, destructive True, idempotent False, open False", Hints("wipe"));
        Assert.Equal("read False, destructive True, idempotent True, open False", Hints("http_delete"));
        Assert.Equal("read True, destructive False, idempotent True, open False", Hints("state_get"));
        Assert.Equal("read False, destructive False, idempotent True, open False", Hints("state_update"));
        Assert.Equal("All notes", tools["listNotes"].GetProperty("title").GetString());
        Assert.False(tools["listNotes"].TryGetProperty("_meta", out _));
    }

    [Fact]
    public async Task List_GraphQlTarget_HasItsQueriesAndMutationsBesideTheGenericTools()
    {
        await using var target = await new GraphQlShop(introspection: true).StartAsync(Cancellation);
        await using var gateway = await McpGateway.StartAsync([new TargetOptions { Name = "shop", Url = target.Urls.First(), GraphQl = "/graphql" }]);
        using var client = new RawClient(gateway.Url);
        await client.InitializeAsync();

        var tools = await client.ToolsAsync();

        Assert.Equal(["product", "products", "search", "node", "me", "version", "login", "addToCart", "checkout", "version_2"], tools.TakeWhile(static tool => tool != "http_get"));
        Assert.Contains("state_update", tools);
    }

    [Fact]
    public async Task List_SeveralTargets_NamesBeginWithTheTargets()
    {
        await using var target = await NotesApi.StartAsync();
        target.Document = NotesApi.DocumentWith($",{Path("a", new string('x', 63))},{Path("b", new string('x', 63) + "y")}");
        await using var gateway = await McpGateway.StartAsync([McpGateway.Target("one", target), McpGateway.Target("two", target, null)]);
        using var client = new RawClient(gateway.Url);
        await client.InitializeAsync();

        var names = await client.ToolsAsync();

        Assert.Contains("one_login", names);
        Assert.Contains("two_http_get", names);
        Assert.Contains("two_state_update", names);
        Assert.All(names, static name => Assert.Matches("^(one|two)_[A-Za-z0-9_-]{1,60}$", name));
        Assert.Equal(names.Length, names.Distinct().Count());
        var result = await client.CallAsync("one_getNote", """{"id":"7"}""");
        Assert.Equal("/notes/7", RawClient.Content(result).GetProperty("body").GetProperty("path").GetString());
    }

    [Fact]
    public async Task List_DocumentCannotBeHad_OffersGenericToolsUntilItCan()
    {
        await using var target = await NotesApi.StartAsync();
        target.Document = null;
        var time = new FakeTimeProvider();
        var log = new LogLines();
        await using var gateway = await McpGateway.StartAsync(target, new McpGatewayOptions { Time = time, Log = log });
        using var client = new RawClient(gateway.Url);
        await client.InitializeAsync();

        using var answer = await client.PostAsync(client.Request("tools/list"));
        var listed = (await RawClient.MessageAsync(answer)).GetProperty("result");
        Assert.Equal("http_get", listed.GetProperty("tools")[0].GetProperty("name").GetString());
        Assert.Contains("404", listed.GetProperty("_meta").GetProperty("apetest/problems")[0].GetString(), StringComparison.Ordinal);

        // A call of an operation says why there is none; within 2 s the target is not asked again.
        using var unknown = await client.PostAsync(client.Request("tools/call", """{"name":"listNotes"}"""));
        var error = (await RawClient.MessageAsync(unknown)).GetProperty("error");
        Assert.Equal(-32602, error.GetProperty("code").GetInt32());
        Assert.Contains("404", error.GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Equal(1, target.DocumentReads);

        // Afterwards it is, and who listens is told.
        using var stream = await client.SendAsync(HttpMethod.Get, null);
        using var events = new StreamReader(await stream.Content.ReadAsStreamAsync(Cancellation));
        target.Document = NotesApi.DocumentWith();
        time.Advance(TimeSpan.FromSeconds(3));
        Assert.Contains("listNotes", await client.ToolsAsync());
        Assert.Equal("event: message", await events.ReadLineAsync(Cancellation));
        Assert.Equal(2, target.DocumentReads);
        Assert.Equal(1, log.Complaints.Count(static name => name == "mcp.document_failed"));
    }

    [Fact]
    public async Task List_ManyAtOnce_ReadTheDocumentOnce()
    {
        await using var target = await NotesApi.StartAsync();
        await using var gateway = await McpGateway.StartAsync(target);
        using var client = new RawClient(gateway.Url);
        await client.InitializeAsync();

        var lists = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => client.ToolsAsync()));

        Assert.All(lists, static names => Assert.Contains("login", names));
        Assert.Equal(1, target.DocumentReads);
    }

    [Fact]
    public async Task Replace_TargetUnchanged_KeepsItsDocument()
    {
        await using var target = await NotesApi.StartAsync();
        await using var gateway = await McpGateway.StartAsync(target);
        using var client = new RawClient(gateway.Url);
        await client.InitializeAsync();
        await client.ToolsAsync();

        gateway.Targets.Replace(McpGateway.File(McpGateway.Target("notes", target)));
        await client.ToolsAsync();
        Assert.Equal(1, target.DocumentReads);

        var changed = McpGateway.Target("notes", target);
        changed.Timeout = "5s";
        gateway.Targets.Replace(McpGateway.File(changed));
        Assert.Contains("login", await client.ToolsAsync());
        Assert.Equal(2, target.DocumentReads);
    }

    [Fact]
    public async Task List_MalformedDocument_IsToldAndTheRestGoesOn()
    {
        await using var target = await NotesApi.StartAsync();
        await using var broken = await NotesApi.StartAsync();
        broken.Document = """{"openapi":"3.0.0","paths":5}""";
        await using var gateway = await McpGateway.StartAsync([McpGateway.Target("good", target), McpGateway.Target("bad", broken)]);
        using var client = new RawClient(gateway.Url);
        await client.InitializeAsync();

        var names = await client.ToolsAsync();

        Assert.Contains("good_login", names);
        Assert.Contains("bad_http_get", names);
        Assert.DoesNotContain("bad_login", names);
    }

    [Fact]
    public async Task Document_OnAForeignHost_IsNotFetched()
    {
        await using var target = await NotesApi.StartAsync();
        await using var foreign = await NotesApi.StartAsync();
        await using var gateway = await McpGateway.StartAsync([McpGateway.Target("notes", target, new Uri(foreign.Url, "/openapi.json").AbsoluteUri)]);
        using var client = new RawClient(gateway.Url);
        await client.InitializeAsync();

        Assert.DoesNotContain("login", await client.ToolsAsync());
        Assert.Equal(0, foreign.DocumentReads);
    }

    private static string Path(string path, string operation) =>
        """
        "/PATH":{"get":{"operationId":"OPERATION","responses":{"200":{"description":"ok"}}}}
        """.Replace("PATH", path, StringComparison.Ordinal).Replace("OPERATION", operation, StringComparison.Ordinal);
}
