using ApeTest.Targets.Http;
using ApeTest.Targets.Tools;

namespace ApeTest.Targets.Tests.Sessions;

public sealed class SessionStateTests
{
    [Theory]
    [InlineData("/login", """{"token":"t-1"}""", "t-1")]
    [InlineData("/login", """{"data":{"token":"t-1"}}""", "t-1")]
    [InlineData("/oauth", """{"access_token":"t-1","id_token":"i"}""", "t-1")]
    [InlineData("/anything", """{"accessToken":"t-1"}""", "t-1")]
    [InlineData("/v1/sessions", """{"user":"a","jwt":"t-1"}""", "t-1")]
    [InlineData("/api/token/", """{"refresh":"r","access":"t-1"}""", "t-1")]
    [InlineData("/login", """{"sessionToken":"t-1"}""", "t-1")]
    [InlineData("/graphql", """{"data":{"signIn":{"token":"t-1"}}}""", "t-1")]
    [InlineData("/graphql", """{"data":{"orders":{"token":"coupon"}}}""", null)]
    [InlineData("/orders", """{"token":"coupon"}""", null)]
    [InlineData("/authors", """{"token":"share-link"}""", null)]
    [InlineData("/obsessions", """{"token":"share-link"}""", null)]
    [InlineData("/api/sign-in", """{"token":"t-1"}""", "t-1")]
    [InlineData("/v1/LogOn", """{"token":"t-1"}""", "t-1")]
    [InlineData("/auth2/x", """{"token":"share-link"}""", null)]
    [InlineData("/o/oauth2/exchange", """{"token":"t-1"}""", "t-1")]
    [InlineData("/orders", """{"access":"public"}""", null)]
    [InlineData("/login", """{"a":{"b":{"token":"deep"}}}""", null)]
    [InlineData("/login", """{"token":5}""", null)]
    [InlineData("/login", """{"token":"with space"}""", null)]
    [InlineData("/login", "[1]", null)]
    [InlineData("/login", "{broken", null)]
    public void Observe_PostAnswer_PicksUpToken(string path, string body, string? expected)
    {
        var state = Some.Session();

        var extracted = state.Observe(Some.Exchange(200, body, url: "http://t" + path), HttpMethod.Post);

        Assert.Equal(expected, state.BearerToken);
        Assert.Equal(expected is not null, extracted.Any(static pair => pair.Key == "token"));
        Assert.DoesNotContain(extracted, static pair => pair.Value.Contains("t-1", StringComparison.Ordinal));
    }

    [Fact]
    public void Observe_EverythingSecretOfALogin_IsToldByName()
    {
        var state = Some.Session();
        var told = new List<string>();
        state.PickedUp = (name, value) => told.Add($"{name}={value}");

        state.Observe(Some.Exchange(200, """{"access_token":"a-1","refresh_token":"r-1","id_token":"i-1","csrfToken":"c-1"}""", url: "http://t/login", headers: [("Set-Cookie", "sid=s-1")]), HttpMethod.Post);

        Assert.Equal(["cookie.sid=s-1", "token=a-1", "refresh_token=r-1", "id_token=i-1", "csrf=c-1"], told);
    }

    [Theory]
    [InlineData(401, "POST")]
    [InlineData(200, "GET")]
    public void Observe_FailedLoginOrRead_TakesNoToken(int status, string method)
    {
        var state = Some.Session();

        state.Observe(Some.Exchange(status, """{"access_token":"t"}""", url: "http://t/login"), new HttpMethod(method));

        Assert.Null(state.BearerToken);
    }

    [Fact]
    public void Observe_OperationNamedLogin_TakesToken()
    {
        var state = Some.Session();

        state.Observe(Some.Exchange(201, """{"token":"t"}""", url: "http://t/api/x"), HttpMethod.Post, "createSession");

        Assert.Equal("t", state.BearerToken);
    }

    [Fact]
    public void Observe_SetCookie_IsSentBackByUrl()
    {
        var state = Some.Session();

        state.Observe(Some.Exchange(200, headers: [("Set-Cookie", "sid=1; Path=/; HttpOnly"), ("set-cookie", "admin=2; Path=/admin; Expires=Wed, 21 Oct 2099 07:28:00 GMT")], url: "http://shop.test/login"));

        Assert.Equal("sid=1", state.CookieHeader(new Uri("http://shop.test/orders")));
        Assert.Contains("admin=2", state.CookieHeader(new Uri("http://shop.test/admin/x")), StringComparison.Ordinal);
        Assert.Equal("", state.CookieHeader(new Uri("http://other.test/")));
    }

    [Fact]
    public void Observe_ExpiredCookie_IsForgotten()
    {
        var state = Some.Session();

        state.Observe(Some.Exchange(200, headers: [("Set-Cookie", "sid=1; Path=/")], url: "http://shop.test/"));
        state.Observe(Some.Exchange(200, headers: [("Set-Cookie", "sid=; Path=/; Max-Age=0")], url: "http://shop.test/"));

        Assert.Equal("", state.CookieHeader(new Uri("http://shop.test/")));
    }

    [Theory]
    [InlineData("")]
    [InlineData("=")]
    [InlineData(";;;")]
    [InlineData("sid=1; Domain=evil.com")]
    [InlineData("a b\u0001=c; Expires=never, really")]
    [InlineData("sid=\"unclosed; Path=\u0000")]
    public void Observe_MalformedCookie_IsIgnored(string cookie)
    {
        var state = Some.Session();

        state.Observe(Some.Exchange(200, headers: [("Set-Cookie", cookie)], url: "http://shop.test/"));

        Assert.DoesNotContain("sid", state.CookieHeader(new Uri("http://evil.com/")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Observe_ThroughAGateway_KeysCookiesByTheTargetsUrl()
    {
        string? shown = null;
        await using var gateway = await TestTarget.StartAsync(context =>
        {
            shown = context.Request.Headers.Cookie.ToString();
            context.Response.Headers["X-Ape-Timing"] = "gateway=0,target=0,retries=0,fault=none";
            context.Response.Headers.SetCookie = context.Request.Path == "/shop/login" ? "sid=1" : "gone=; Max-Age=0";
            return Task.CompletedTask;
        });
        using var transport = new GatewayTransport(gateway.Url, token: null, TimeSpan.FromSeconds(30), TimeProvider.System);
        var tools = ToolCatalog.Generic(new Uri("http://shop.test/")).CreateTools(transport, "shop", TimeProvider.System);
        var state = Some.Session();

        var login = await tools.InvokeAsync(Some.Call("http_post", """{"path":"/login"}"""), state, TestContext.Current.CancellationToken);
        await tools.InvokeAsync(Some.Call("http_get", """{"path":"/orders"}"""), state, TestContext.Current.CancellationToken);

        Assert.Equal("""{"status":200}""", login.Observation);
        Assert.Equal("sid=1", shown);
        Assert.Equal("sid=1", state.CookieHeader(new Uri("http://shop.test/anything")));
        Assert.Equal("", state.CookieHeader(new Uri(gateway.Url, "/shop/orders")));
    }

    [Fact]
    public void Observe_FailedExchange_IsHarmless() =>
        Assert.Empty(Some.Session().Observe(TargetExchange.Failed(TargetErrors.Dns, "x"), HttpMethod.Post));
}
