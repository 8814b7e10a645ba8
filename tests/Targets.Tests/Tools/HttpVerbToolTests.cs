using System.Text;
using System.Text.Json;
using ApeTest.Targets.OpenApi;
using ApeTest.Targets.Tools;

namespace ApeTest.Targets.Tests.Tools;

public sealed class HttpVerbToolTests
{
    private static readonly Uri Base = new("http://127.0.0.1:5080");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("/a", "http://127.0.0.1:5080/api/a")]
    [InlineData("/a/../b", "http://127.0.0.1:5080/api/b")]
    [InlineData("/../admin", null)]
    [InlineData("/%2e%2e/admin", null)]
    [InlineData("/..\\admin", null)]
    [InlineData("http://127.0.0.1:5080/admin", "http://127.0.0.1:5080/admin")]
    public async Task InvokeAsync_Verb_IsBelowTheTargetAndNotItsDocumentsServers(string path, string? expected)
    {
        var transport = new FakeTransport(Some.Exchange(200));
        var tools = OpenApiImporter.Import("""{"openapi":"3.1.0","info":{"title":"t","version":"1"},"servers":[{"url":"/api/v9"}],"paths":{"/x":{"get":{"responses":{}}}}}""", new Uri(Base, "/api"))
            .CreateTools(transport, "shop", TimeProvider.System, generic: true);

        var result = await tools.InvokeAsync(Some.Call("http_get", JsonSerializer.Serialize(new { path })), Some.Session(), Cancellation);

        Assert.Equal(expected, transport.Requests.Count == 0 ? null : transport.Requests[0].Url.AbsoluteUri);
        Assert.Equal(expected is null, result.Observation.Contains("$.path: leaves the target's base path", StringComparison.Ordinal));
    }

    [Fact]
    public async Task InvokeAsync_VerbOfATargetWithAPath_TellsReferencesThatVerbsTake()
    {
        const string page = "<a href='item'>1</a><a href='/admin'>2</a><a href='/api/cart?x=1'>3</a><form action='../api/buy'></form>";
        var transport = new FakeTransport(
            Some.Exchange(200, page, "text/html", url: "http://127.0.0.1:5080/api/shop/", headers: [("Location", "/api/orders/7")]));
        var tools = ToolCatalog.Generic(new Uri(Base, "/api")).CreateTools(transport, "shop", TimeProvider.System);

        var result = await tools.InvokeAsync(Some.Call("http_get", """{"path":"/shop"}"""), Some.Session(), Cancellation);

        var observation = Some.Json(result.Observation);
        Assert.Equal(["/item", "http://127.0.0.1:5080/admin", "/cart?x=1"], observation.GetProperty("body").GetProperty("links").EnumerateArray().Select(static link => link.GetProperty("href").GetString()));
        Assert.Equal("/buy", observation.GetProperty("body").GetProperty("forms")[0].GetProperty("action").GetString());
        Assert.Equal("/orders/7", observation.GetProperty("headers").GetProperty("location").GetString());
    }

    [Theory]
    [InlineData("""{"path":"/u/{{user.password}}/x"}""", "/u/a%26b%3Dc%23d%2Be%2Ff/x", "")]
    [InlineData("""{"path":"/echo?pw={{user.password}}&n={{ user.name }}"}""", "/echo?pw=a%26b%3Dc%23d%2Be%2Ff&n=ann%20b", "")]
    [InlineData("""{"path":"/x","body":"user={{user.name}}&password={{user.password}}","headers":{"content-type":"application/x-www-form-urlencoded"}}""", "/x", "user=ann%20b&password=a%26b%3Dc%23d%2Be%2Ff")]
    [InlineData("""{"path":"/x","body":{"user":"{{user.name}}","tags":["1","2"]},"headers":{"Content-Type":"application/x-www-form-urlencoded; charset=utf-8"}}""", "/x", "user=ann%20b&tags=1&tags=2")]
    [InlineData("""{"path":"/x","body":{"a":["{{user.name}}"],"b":"{{cart}}","c":"{{no.such}}","d":"{{ "}}""", "/x", """{"a":["ann b"],"b":"7","c":"{{no.such}}","d":"{{ "}""")]
    [InlineData("""{"path":"/x","body":"{\"a\":\"{{quote}}\"}"}""", "/x", """{"a":"\u0022"}""")]
    [InlineData("""{"path":"/x","body":"say {{user.password}}"}""", "/x", "say a&b=c#d+e/f")]
    [InlineData("""{"path":"/x","body":"{{a.b}}"}""", "/x", "{{user.password}}")]
    public async Task InvokeAsync_Placeholders_AreFilledInAsTheirPlaceNeeds(string arguments, string path, string body)
    {
        var transport = new FakeTransport(Some.Exchange(200));
        var state = Some.Session();
        state.Secrets["quote"] = "\"";
        state.Secrets["user.password"] = "a&b=c#d+e/f";
        state.Secrets["a.b"] = "{{user.password}}";
        state.Known = new Dictionary<string, string> { ["user.name"] = "ann b" };
        state.Variables["cart"] = JsonSerializer.SerializeToElement(7);

        var result = await ToolCatalog.Generic(Base).CreateTools(transport, "shop", TimeProvider.System).InvokeAsync(Some.Call(body.Length > 0 ? "http_post" : "http_get", arguments), state, Cancellation);

        Assert.Equal(ActionOutcome.Ok, result.Outcome);
        Assert.Equal(path, transport.Requests[0].Url.PathAndQuery);
        Assert.Equal(body, Encoding.UTF8.GetString(transport.Requests[0].Body.Span));
    }

    [Fact]
    public async Task InvokeAsync_ExplicitCookie_WinsOverTheJarsByName()
    {
        var transport = new FakeTransport(Some.Exchange(200, headers: [("Set-Cookie", "sid=1; Path=/"), ("Set-Cookie", "lang=en; Path=/")]));
        var tools = ToolCatalog.Generic(Base).CreateTools(transport, "shop", TimeProvider.System);
        var state = Some.Session();

        await tools.InvokeAsync(Some.Call("http_get", """{"path":"/"}"""), state, Cancellation);
        await tools.InvokeAsync(Some.Call("http_get", """{"path":"/","headers":{"cookie":"sid=2; x=y"}}"""), state, Cancellation);

        Assert.Equal("lang=en; sid=2; x=y", Assert.Single(transport.Requests[1].Headers!, static header => header.Key == "Cookie").Value);
    }

    [Theory]
    [InlineData("""{"path":"/a","query":{"q":"x y","n":1}}""", "http://127.0.0.1:5080/a?q=x%20y&n=1")]
    [InlineData("""{"path":"/a?b=1","query":{"c":true}}""", "http://127.0.0.1:5080/a?b=1&c=true")]
    [InlineData("""{"path":"http://127.0.0.1:5080/abs"}""", "http://127.0.0.1:5080/abs")]
    [InlineData("""{"path":"//evil.com/x"}""", null)]
    [InlineData("""{"path":"relative"}""", null)]
    [InlineData("""{"path":"file:///etc/passwd"}""", null)]
    [InlineData("""{"path":"gopher://x"}""", null)]
    [InlineData("""{"path":5}""", null)]
    [InlineData("""{"path":"/a","headers":{"X-A":"1\n2"}}""", null)]
    public async Task InvokeAsync_Verb_BuildsUrl(string arguments, string? expected)
    {
        var transport = new FakeTransport(Some.Exchange(200));
        var tools = ToolCatalog.Generic(Base).CreateTools(transport, "shop", TimeProvider.System);

        var result = await tools.InvokeAsync(Some.Call("http_get", arguments), Some.Session(), Cancellation);

        Assert.Equal(expected, transport.Requests.Count == 0 ? null : transport.Requests[0].Url.AbsoluteUri);
        Assert.Equal(expected is null ? ActionOutcome.Rejected : ActionOutcome.Ok, result.Outcome);
    }

    [Theory]
    [InlineData("""{"a":1}""", "application/json", """{"a":1}""")]
    [InlineData("\"plain\"", "text/plain; charset=utf-8", "plain")]
    [InlineData("\"{\\\"a\\\":1}\"", "application/json", """{"a":1}""")]
    public async Task InvokeAsync_VerbBody_IsWritten(string body, string contentType, string expected)
    {
        var transport = new FakeTransport(Some.Exchange(200));

        await ToolCatalog.Generic(Base).CreateTools(transport, "shop", TimeProvider.System)
            .InvokeAsync(Some.Call("http_post", $$"""{"path":"/a","body":{{body}}}"""), Some.Session(), Cancellation);

        Assert.Equal((contentType, expected), (transport.Requests[0].ContentType, Encoding.UTF8.GetString(transport.Requests[0].Body.Span)));
    }
}
