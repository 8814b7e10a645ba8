using ApeTest.Targets.Tests.OpenApi;
using ApeTest.Targets.Tools;

namespace ApeTest.Targets.Tests.Sessions;

/// <summary>What a session shows of what it picked up, and to which operations.</summary>
public sealed class CredentialTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("byDefault", "Authorization", "Bearer t-1")]
    [InlineData("optional", "Authorization", "Bearer t-1")]
    [InlineData("byOauth", "Authorization", "Bearer t-1")]
    [InlineData("byOidc", "Authorization", "Bearer t-1")]
    [InlineData("tokenOrBearer", "Authorization", "Bearer t-1")]
    [InlineData("byToken", "X-Auth-Token", "t-1")]
    [InlineData("tokenAndKey", "X-Auth-Token", "t-1")]
    [InlineData("byCookie", "Cookie", "sid=c-1")]
    [InlineData("cookieAndCsrf", "Cookie", "sid=c-1")]
    [InlineData("login", null, null)]
    [InlineData("open", null, null)]
    [InlineData("byBasic", null, null)]
    [InlineData("byKey", null, null)]
    [InlineData("byQuery", null, null)]
    public async Task InvokeAsync_AfterLogin_ShowsWhatTheSchemeAsksFor(string tool, string? header, string? value)
    {
        var transport = new FakeTransport(Some.Exchange(200, """{"token":"t-1"}""", headers: [("Set-Cookie", "sid=c-1; Path=/")]), Some.Exchange(200));
        var tools = Tools(transport);
        var state = Some.Session();

        await tools.InvokeAsync(Some.Call("login", "{}"), state, Cancellation);
        await tools.InvokeAsync(Some.Call(tool, "{}"), state, Cancellation);

        var shown = transport.Requests[1].Headers!.Where(static h => h.Value.Contains("t-1", StringComparison.Ordinal)).Select(static h => (h.Key, h.Value)).ToList();
        if (header == "Cookie")
        {
            Assert.Contains(new("Cookie", value!), transport.Requests[1].Headers!);
            Assert.Empty(shown);
        }
        else
        {
            Assert.Equal(header is null ? [] : [(header, value!)], shown);
        }
    }

    [Theory]
    [InlineData("Authorization", "Bearer t-1", "t-1")]
    [InlineData("authorization", "bearer t-1", "t-1")]
    [InlineData("Authorization", "Basic dTpw", null)]
    [InlineData("X-Auth-Token", "t-1", "t-1")]
    [InlineData("X-Session-Token", "t-1", "t-1")]
    [InlineData("X-Subject-Token", "t-1", "t-1")]
    [InlineData("X-Auth-Token", "two words", null)]
    [InlineData("X-Auth-Token", "", null)]
    [InlineData("X-CSRF-Token", "t-1", null)]
    [InlineData("X-Request-Id", "t-1", null)]
    public void Observe_LoginHeader_IsTaken(string header, string value, string? expected)
    {
        var state = Some.Session();

        var extracted = state.Observe(Some.Exchange(204, headers: [(header, value)], url: "http://t/login"), HttpMethod.Post);

        Assert.Equal(expected, state.BearerToken);
        Assert.DoesNotContain(extracted, static pair => pair.Value.Contains("t-1", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("http://t/orders", "POST", 200)]
    [InlineData("http://t/login", "GET", 200)]
    [InlineData("http://t/login", "POST", 401)]
    [InlineData("http://t/login", "POST", 302)]
    public void Observe_HeaderOfAnythingButALogin_IsNotTaken(string url, string method, int status)
    {
        var state = Some.Session();

        state.Observe(Some.Exchange(status, headers: [("X-Auth-Token", "t-1")], url: url), new HttpMethod(method));

        Assert.Null(state.BearerToken);
    }

    [Fact]
    public async Task InvokeAsync_ConfiguredApiKey_IsNotReplacedByTheSessionsToken()
    {
        await using var target = await TestTarget.StartAsync(static context =>
        {
            context.Response.Headers.ContentType = "application/json";
            return Microsoft.AspNetCore.Http.HttpResponseWritingExtensions.WriteAsync(context.Response, $$"""{"shown":"{{context.Request.Headers["X-Auth-Token"]}}"}""", context.RequestAborted);
        });
        var policy = Some.Policy(target.Url, static options => options.Headers["x-auth-token"] = "configured");
        using var transport = new ApeTest.Targets.Http.SocketsTransport(policy, TimeProvider.System);
        var tools = TestDocuments.Import("security.yaml", target.Url).CreateTools(transport, policy.Find("shop")!, TimeProvider.System);
        var state = Some.Session();
        state.BearerToken = "t-1";

        var result = await tools.InvokeAsync(Some.Call("byToken", "{}"), state, Cancellation);

        Assert.Equal("""{"status":200,"body":{"shown":"configured"}}""", result.Observation);
    }

    [Fact]
    public async Task InvokeAsync_TwoSessions_ShareNothing()
    {
        var transport = new FakeTransport(Some.Exchange(200, """{"token":"t-1"}""", headers: [("Set-Cookie", "sid=c-1; Path=/")]), Some.Exchange(200));
        var tools = Tools(transport);
        var (one, other) = (Some.Session(), Some.Session());

        await tools.InvokeAsync(Some.Call("login", "{}"), one, Cancellation);
        foreach (var tool in new[] { "byDefault", "byToken", "byCookie" })
        {
            await tools.InvokeAsync(Some.Call(tool, "{}"), other, Cancellation);
        }

        Assert.Equal("t-1", one.BearerToken);
        Assert.DoesNotContain(transport.Requests.SelectMany(static request => request.Headers!), static header => header.Key is "Authorization" or "X-Auth-Token" or "Cookie");
    }

    [Fact]
    public async Task InvokeAsync_RedirectToForeignHost_TakesNoTokenHeaderAlong()
    {
        var transport = new FakeTransport(Some.Exchange(307, headers: [("Location", "http://evil.test/")]), Some.Exchange(200));
        var state = Some.Session();
        state.BearerToken = "t-1";

        await Tools(transport).InvokeAsync(Some.Call("byToken", "{}"), state, Cancellation);

        Assert.Contains(new("X-Auth-Token", "t-1"), transport.Requests[0].Headers!);
        Assert.DoesNotContain(transport.Requests[1].Headers!, static header => header.Value.Contains("t-1", StringComparison.Ordinal));
    }

    private static ToolSet Tools(FakeTransport transport) => TestDocuments.Import("security.yaml").CreateTools(transport, "shop", TimeProvider.System);
}
