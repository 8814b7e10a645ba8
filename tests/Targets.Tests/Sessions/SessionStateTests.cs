using ApeTest.Targets.Http;

namespace ApeTest.Targets.Tests.Sessions;

public sealed class SessionStateTests
{
    [Theory]
    [InlineData("/login", """{"token":"t-1"}""", "t-1")]
    [InlineData("/login", """{"data":{"token":"t-1"}}""", "t-1")]
    [InlineData("/oauth", """{"access_token":"t-1","id_token":"i"}""", "t-1")]
    [InlineData("/anything", """{"accessToken":"t-1"}""", "t-1")]
    [InlineData("/v1/sessions", """{"user":"a","jwt":"t-1"}""", "t-1")]
    [InlineData("/orders", """{"token":"coupon"}""", null)]
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
    public void Observe_FailedExchange_IsHarmless() =>
        Assert.Empty(Some.Session().Observe(TargetExchange.Failed(TargetErrors.Dns, "x"), HttpMethod.Post));
}
