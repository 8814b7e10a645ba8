using ApeTest.Targets.Tests.OpenApi;
using ApeTest.Targets.Tools;

namespace ApeTest.Targets.Tests.Tools;

public sealed class StateToolTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task InvokeAsync_StateGet_TellsVariablesAndNamesOnly()
    {
        var tools = ToolCatalog.Generic(TestDocuments.Base).CreateTools(new FakeTransport(), "shop", TimeProvider.System, generic: true);
        var state = Some.Session();
        state.Observe(Some.Exchange(200, """{"access_token":"secret-token"}""", headers: [("Set-Cookie", "sid=secret-cookie; Path=/")], url: "http://t/login"), HttpMethod.Post);

        await tools.InvokeAsync(Some.Call("state_update", """{"values":{"cart":"c-1","lines":[1,2]}}"""), state, Cancellation);

        Assert.Equal(
            """{"variables":{"cart":"c-1","lines":[1,2]},"cookies":["sid"],"token":true}""",
            (await tools.InvokeAsync(Some.Call("state_get", "{}"), state, Cancellation)).Observation);
        Assert.Equal("""{"variables":{"cart":"c-1"}}""", (await tools.InvokeAsync(Some.Call("state_get", """{"name":"cart"}"""), state, Cancellation)).Observation);
    }

    [Fact]
    public async Task InvokeAsync_StateUpdateRefused_ChangesNothing()
    {
        var tools = ToolCatalog.Generic(TestDocuments.Base).CreateTools(new FakeTransport(), "shop", TimeProvider.System);
        var state = Some.Session();
        await tools.InvokeAsync(Some.Call("state_update", """{"values":{"kept":1}}"""), state, Cancellation);

        var tooLong = await tools.InvokeAsync(Some.Call("state_update", "{\"values\":{\"kept\":null,\"a\":1,\"b\":\"" + new string('x', 5000) + "\"}}"), state, Cancellation);
        var many = string.Join(',', Enumerable.Range(0, 200).Select(static i => $"\"v{i}\":1"));
        var tooMany = await tools.InvokeAsync(Some.Call("state_update", "{\"values\":{" + many + "}}"), state, Cancellation);

        Assert.Contains("$.values.b: is longer than 4096 characters", tooLong.Observation, StringComparison.Ordinal);
        Assert.Contains("$.values: would make 201 remembered values, at most 200", tooMany.Observation, StringComparison.Ordinal);
        Assert.Equal(["kept"], state.Variables.Keys);
        // What one call forgets makes room for what it remembers.
        Assert.Equal(ActionOutcome.Ok, (await tools.InvokeAsync(Some.Call("state_update", "{\"values\":{" + many + ",\"kept\":null}}"), state, Cancellation)).Outcome);
    }

    [Fact]
    public async Task InvokeAsync_StateGetOfUnknownName_NamesTheKnown()
    {
        var tools = ToolCatalog.Generic(TestDocuments.Base).CreateTools(new FakeTransport(), "shop", TimeProvider.System, generic: true);

        var result = await tools.InvokeAsync(Some.Call("state_get", """{"name":"cart"}"""), Some.Session(), Cancellation);

        Assert.Equal("""{"error":{"type":"invalid_arguments","message":"$.name: no variable of that name is remembered; known: none"}}""", result.Observation);
    }

    [Fact]
    public void CreateTools_Generic_HasOperationsVerbsAndState()
    {
        var catalog = TestDocuments.Import("forms.yaml");

        Assert.Equal(["login", "charge", "tag", "either", "state_update"], catalog.CreateTools(new FakeTransport(), "shop", TimeProvider.System).Specs.Select(static spec => spec.Name));
        Assert.Equal(
            ["login", "charge", "tag", "either", "http_get", "http_post", "http_put", "http_patch", "http_delete", "page_follow", "page_submit", "state_update", "state_get"],
            catalog.CreateTools(new FakeTransport(), "shop", TimeProvider.System, generic: true).Specs.Select(static spec => spec.Name));
    }
}
