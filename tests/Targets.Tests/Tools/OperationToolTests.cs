using System.Text;
using System.Text.Json;
using ApeTest.Targets.Http;
using ApeTest.Targets.OpenApi;
using ApeTest.Targets.Tools;

namespace ApeTest.Targets.Tests.Tools;

public sealed class OperationToolTests
{
    private static readonly Uri Base = new("http://127.0.0.1:5080");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static ToolSet Tools(ITargetTransport transport, string operation, string path = "/x", string method = "post", string more = "") => OpenApiImporter.Import(
        $$"""{"openapi":"3.1.0","info":{"title":"t","version":"1"},"paths":{"{{path}}":{"{{method}}":{"operationId":"op",{{operation}}"responses":{} } } }{{more}} }""", Base).CreateTools(transport, "shop", TimeProvider.System);

    private static string Parameter(string name, string place, string schema, string more = "") => $$"""{"name":"{{name}}","in":"{{place}}","schema":{{schema}}{{more}} }""";

    private static string JsonBody(string schema, string contentType = "application/json") => $$"""
        "requestBody":{"content":{"{{contentType}}":{"schema":{{schema}} } } },
        """;

    [Theory]
    [InlineData("query", """{"type":"array","items":{"type":"integer"}}""", "", """{"p":[1,2]}""", "/x?p=1&p=2")]
    [InlineData("query", """{"type":"array"}""", ",\"explode\":false", """{"p":["a b","c"]}""", "/x?p=a%20b,c")]
    [InlineData("query", """{"type":"array"}""", ",\"style\":\"pipeDelimited\"", """{"p":[1,2]}""", "/x?p=1%7C2")]
    [InlineData("query", """{"type":"object"}""", ",\"style\":\"deepObject\",\"explode\":true", """{"p":{"a":1}}""", "/x?p%5Ba%5D=1")]
    [InlineData("query", """{"type":"object"}""", "", """{"p":{"a":1,"b":true}}""", "/x?a=1&b=true")]
    [InlineData("query", """{"type":"string"}""", "", """{"p":"a&b=c#d/é"}""", "/x?p=a%26b%3Dc%23d%2F%C3%A9")]
    [InlineData("query", """{"type":"number"}""", "", """{"p":2.0}""", "/x?p=2")]
    [InlineData("query", """{"type":"string"}""", "", """{}""", "/x")]
    public async Task InvokeAsync_QueryStyles_AreWritten(string place, string schema, string more, string arguments, string expected)
    {
        var transport = new FakeTransport(Some.Exchange(200));
        var tools = Tools(transport, $"\"parameters\":[{Parameter("p", place, schema, more)}],", method: "get");

        await tools.InvokeAsync(Some.Call("op", arguments), Some.Session(), Cancellation);

        Assert.Equal(expected, Assert.Single(transport.Requests).Url.PathAndQuery);
    }

    [Theory]
    [InlineData("", "k,v,z,1")]
    [InlineData(",\"explode\":true", "k=v,z=1")]
    public async Task InvokeAsync_HeaderObject_IsWritten(string more, string expected)
    {
        var transport = new FakeTransport(Some.Exchange(200));
        var tools = Tools(transport, $"\"parameters\":[{Parameter("X-A", "header", "{\"type\":\"object\"}", more)}],");

        await tools.InvokeAsync(Some.Call("op", """{"X-A":{"k":"v","z":1}}"""), Some.Session(), Cancellation);

        Assert.Contains(new KeyValuePair<string, string>("X-A", expected), Assert.Single(transport.Requests).Headers!);
    }

    [Fact]
    public async Task InvokeAsync_ServerOfAnotherHost_IsDeniedAndShownNoToken()
    {
        const string servers = "\"servers\":[{\"url\":\"http://uploads.example.com/v2\"}],";
        var state = Some.Session();
        state.BearerToken = "t-1";
        var sent = new FakeTransport(Some.Exchange(200));
        await Tools(sent, servers).InvokeAsync(Some.Call("op", "{}"), state, Cancellation);
        using var transport = Some.Transport(Base);

        var result = await Tools(transport, servers).InvokeAsync(Some.Call("op", "{}"), state, Cancellation);

        var request = Assert.Single(sent.Requests);
        Assert.Equal(("http://uploads.example.com/v2/x", false), (request.Url.AbsoluteUri, request.HasAuthorization));
        Assert.Equal("denied", result.ErrorType);
    }

    [Theory]
    [InlineData("a/b", "/o/a%2Fb/z")]
    [InlineData("a?b#c", "/o/a%3Fb%23c/z")]
    [InlineData("é ü", "/o/%C3%A9%20%C3%BC/z")]
    [InlineData("..", null)]
    [InlineData(".", null)]
    [InlineData("", null)]
    public async Task InvokeAsync_PathValue_CannotLeaveItsSegment(string value, string? expected)
    {
        var transport = new FakeTransport(Some.Exchange(200));
        var tools = Tools(transport, $"\"parameters\":[{Parameter("id", "path", "{\"type\":\"string\"}")}],", "/o/{id}/z", "get");

        var result = await tools.InvokeAsync(Some.Call("op", JsonSerializer.Serialize(new { id = value })), Some.Session(), Cancellation);

        if (expected is null)
        {
            Assert.Equal((ActionOutcome.Rejected, "invalid_arguments"), (result.Outcome, result.ErrorType));
            Assert.Empty(transport.Requests);
        }
        else
        {
            Assert.Equal(expected, Assert.Single(transport.Requests).Url.PathAndQuery);
        }
    }

    [Theory]
    [InlineData("application/json", """{"a":"x y","n":2,"list":["p","q"]}""", "application/json", """{"a":"x y","n":2,"list":["p","q"]}""")]
    [InlineData("application/x-www-form-urlencoded", """{"a":"x y&","n":2,"list":["p","q"]}""", "application/x-www-form-urlencoded", "a=x%20y%26&n=2&list=p&list=q")]
    public async Task InvokeAsync_Body_IsWritten(string declared, string arguments, string contentType, string expected)
    {
        var transport = new FakeTransport(Some.Exchange(200));
        var tools = Tools(transport, JsonBody("""{"type":"object","properties":{"a":{"type":"string"},"n":{"type":"integer"},"list":{"type":"array"}}}""", declared));

        await tools.InvokeAsync(Some.Call("op", arguments), Some.Session(), Cancellation);

        var request = Assert.Single(transport.Requests);
        Assert.Equal((contentType, expected), (request.ContentType, Encoding.UTF8.GetString(request.Body.Span)));
    }

    [Fact]
    public async Task InvokeAsync_Multipart_HasParts()
    {
        var transport = new FakeTransport(Some.Exchange(200));
        var tools = Tools(transport, JsonBody("""{"type":"object","properties":{"file":{"type":"string","format":"binary"}}}""", "multipart/form-data"));

        await tools.InvokeAsync(Some.Call("op", """{"file":"content"}"""), Some.Session(), Cancellation);

        var request = Assert.Single(transport.Requests);
        var boundary = request.ContentType!["multipart/form-data; boundary=".Length..];
        Assert.Equal($"--{boundary}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"file\"\r\nContent-Type: text/plain; charset=utf-8\r\n\r\ncontent\r\n--{boundary}--\r\n", Encoding.UTF8.GetString(request.Body.Span));
    }

    [Fact]
    public async Task InvokeAsync_CollidingProperty_IsTakenFromBody()
    {
        var transport = new FakeTransport(Some.Exchange(200));
        var tools = Tools(transport, $"\"parameters\":[{Parameter("id", "query", "{\"type\":\"integer\"}")}]," + JsonBody("""{"type":"object","properties":{"id":{"type":"string"},"name":{"type":"string"}}}"""));

        await tools.InvokeAsync(Some.Call("op", """{"id":1,"name":"n","body":{"id":"b"}}"""), Some.Session(), Cancellation);

        var request = Assert.Single(transport.Requests);
        Assert.Equal(("?id=1", """{"name":"n","id":"b"}"""), (request.Url.Query, Encoding.UTF8.GetString(request.Body.Span)));
    }

    [Fact]
    public async Task InvokeAsync_WrongArguments_AreRejectedWithEveryError()
    {
        var transport = new FakeTransport();
        var tools = Tools(transport, JsonBody("""{"type":"object","required":["sku"],"properties":{"sku":{"type":"string"},"quantity":{"type":"integer"}}}"""));

        var result = await tools.InvokeAsync(Some.Call("op", """{"quantity":"2","extra":1}"""), Some.Session(), Cancellation);

        Assert.Equal((ActionOutcome.Rejected, "invalid_arguments", 0L), (result.Outcome, result.ErrorType, result.Dispatched));
        Assert.Equal(
            """{"error":{"type":"invalid_arguments","message":"$.sku: is required; $.quantity: expected integer, got string \"2\"; $.extra: is not a known property; known: sku, quantity"}}""",
            result.Observation);
    }

    [Fact]
    public async Task InvokeAsync_UnknownTool_NamesTheKnown()
    {
        var result = await Tools(new FakeTransport(), "").InvokeAsync(Some.Call("opp", "{}"), Some.Session(), Cancellation);

        Assert.Equal("""{"error":{"type":"unknown_tool","message":"there is no tool 'opp'; known: op, state_update"}}""", result.Observation);
    }

    [Theory]
    [InlineData("[]", false)]
    [InlineData("""[{"b":[]}]""", true)]
    public async Task InvokeAsync_BearerSecurity_ShowsToken(string security, bool shown)
    {
        var transport = new FakeTransport(Some.Exchange(200));
        var tools = Tools(transport, $"\"security\":{security},", more: ""","components":{"securitySchemes":{"b":{"type":"http","scheme":"bearer"}}}""");
        var state = Some.Session();
        state.BearerToken = "t-1";

        await tools.InvokeAsync(Some.Call("op", "{}"), state, Cancellation);

        var request = Assert.Single(transport.Requests);
        Assert.Equal(shown, request.HasAuthorization);
        Assert.Equal(shown, request.Headers!.Contains(new("Authorization", "Bearer t-1")));
    }

    [Fact]
    public async Task InvokeAsync_Secret_IsFilledInAndNeverShown()
    {
        var transport = new FakeTransport(Some.Exchange(422, """{"detail":"password hunter2! is weak","echo":["hunter2!"],"pin":4711}"""));
        var tools = Tools(transport, JsonBody("""{"type":"object","properties":{"password":{"type":"string","minLength":8},"pin":{"type":"integer"}}}"""));
        var state = Some.Session();
        state.Secrets["user.password"] = "hunter2!";
        state.Secrets["user.pin"] = "4711";

        var result = await tools.InvokeAsync(Some.Call("op", """{"password":"{{user.password}}"}"""), state, Cancellation);

        Assert.Equal("""{"password":"hunter2!"}""", Encoding.UTF8.GetString(transport.Requests[0].Body.Span));
        Assert.Equal(
            """{"status":422,"body":{"detail":"password {{user.password}} is weak","echo":["{{user.password}}"],"pin":"{{user.pin}}"}}""",
            result.Observation);
    }

    [Fact]
    public async Task InvokeAsync_SecretInThePath_IsSentAndNeverShownInLogs()
    {
        var transport = new FakeTransport(Some.Exchange(200));
        var tools = Tools(transport, $"\"parameters\":[{Parameter("id", "path", "{\"type\":\"string\"}", ",\"required\":true")}],", path: "/cards/{id}/lock");
        var state = Some.Session();
        state.Secrets["user.card"] = "47/11 x";

        await tools.InvokeAsync(Some.Call("op", """{"id":"{{user.card}}"}"""), state, Cancellation);

        var request = Assert.Single(transport.Requests);
        Assert.Contains("47%2F11%20x", request.Url.AbsolutePath, StringComparison.Ordinal);
        Assert.EndsWith("/cards/{{user.card}}/lock", request.ShownPath, StringComparison.Ordinal);
    }

    [Fact]
    public async Task InvokeAsync_NoSecretInThePath_HasNothingToHide()
    {
        var transport = new FakeTransport(Some.Exchange(200));
        var tools = Tools(transport, JsonBody("""{"type":"object"}"""));
        var state = Some.Session();
        state.Secrets["user.card"] = "4711";

        await tools.InvokeAsync(Some.Call("op", "{}"), state, Cancellation);

        Assert.Null(Assert.Single(transport.Requests).ShownPath);
    }

    [Fact]
    public async Task InvokeAsync_SecretAgainstSchema_ErrorHidesIt()
    {
        var tools = Tools(new FakeTransport(), JsonBody("""{"type":"object","properties":{"password":{"type":"string","pattern":"^[0-9]+$"}}}"""));
        var state = Some.Session();
        state.Secrets["user.password"] = "hunter2";

        var result = await tools.InvokeAsync(Some.Call("op", """{"password":"{{user.password}}"}"""), state, Cancellation);

        Assert.Equal(ActionOutcome.Rejected, result.Outcome);
        Assert.DoesNotContain("hunter2", result.Observation, StringComparison.Ordinal);
    }

    [Fact]
    public async Task InvokeAsync_HeaderInjection_IsRejected()
    {
        var tools = Tools(new FakeTransport(), $"\"parameters\":[{Parameter("X-A", "header", "{\"type\":\"string\"}")}],");

        var result = await tools.InvokeAsync(Some.Call("op", """{"X-A":"1\r\nX-Evil: 2"}"""), Some.Session(), Cancellation);

        Assert.Contains("line break", result.Observation, StringComparison.Ordinal);
    }

    [Fact]
    public async Task InvokeAsync_TargetFails_IsDataNotException()
    {
        var tools = Tools(new FakeTransport(TargetExchange.Failed(TargetErrors.Connect, "refused")), "");

        var result = await tools.InvokeAsync(Some.Call("op", "{}"), Some.Session(), Cancellation);

        Assert.Equal((ActionOutcome.TransportError, "connect", """{"error":{"type":"connect","message":"refused"}}"""), (result.Outcome, result.ErrorType, result.Observation));
    }

    [Theory]
    [InlineData(302, "GET", "")]
    [InlineData(303, "GET", "")]
    [InlineData(307, "POST", """{"a":1}""")]
    [InlineData(308, "POST", """{"a":1}""")]
    public async Task InvokeAsync_Redirect_IsFollowed(int status, string method, string body)
    {
        var transport = new FakeTransport(Some.Exchange(status, headers: [("Location", "/next?x=1"), ("Set-Cookie", "sid=1; Path=/")]), Some.Exchange(200, "\"done\""));
        var tools = Tools(transport, JsonBody("""{"type":"object","properties":{"a":{"type":"integer"}}}"""));
        var state = Some.Session();

        var result = await tools.InvokeAsync(Some.Call("op", """{"a":1}"""), state, Cancellation);

        var second = transport.Requests[1];
        Assert.Equal(("/next?x=1", method, body), (second.Url.PathAndQuery, second.Method.Method, Encoding.UTF8.GetString(second.Body.Span)));
        Assert.Contains(new KeyValuePair<string, string>("Cookie", "sid=1"), second.Headers!);
        Assert.Equal((200, status), (result.Status, Assert.Single(result.Redirects).Status));
        Assert.Contains("cookie:sid", result.Extracted.Keys);
    }

    [Fact]
    public async Task InvokeAsync_RedirectToForeignHost_TakesNoCredentials()
    {
        var transport = new FakeTransport(Some.Exchange(302, headers: [("Location", "http://evil.com/")]), Some.Exchange(200));
        var tools = Tools(transport, "");
        var state = Some.Session();
        state.BearerToken = "t-1";

        await tools.InvokeAsync(Some.Call("op", "{}"), state, Cancellation);

        Assert.True(transport.Requests[0].HasAuthorization);
        Assert.False(transport.Requests[1].HasAuthorization);
    }

    [Fact]
    public async Task InvokeAsync_EndlessRedirect_EndsAfterFive()
    {
        var transport = new FakeTransport(Some.Exchange(302, headers: [("Location", "/loop")]));

        var result = await Tools(transport, "").InvokeAsync(Some.Call("op", "{}"), Some.Session(), Cancellation);

        Assert.Equal((6, "protocol"), (transport.Requests.Count, result.ErrorType));
    }

    [Fact]
    public async Task InvokeAsync_RedirectOverRealPolicy_ForeignHostIsDenied()
    {
        await using var target = await TestTarget.StartAsync(static context =>
        {
            context.Response.Redirect("http://evil.example/steal");
            return Task.CompletedTask;
        });
        using var transport = Some.Transport(target.Url);
        var tools = ToolCatalog.Generic(target.Url).CreateTools(transport, "shop", TimeProvider.System);

        var result = await tools.InvokeAsync(Some.Call("http_get", """{"path":"/"}"""), Some.Session(), Cancellation);

        Assert.Equal("denied", result.ErrorType);
    }

    [Fact]
    public async Task InvokeAsync_StateUpdate_RemembersAndForgets()
    {
        var state = Some.Session();
        var tools = Tools(new FakeTransport(), "");

        var result = await tools.InvokeAsync(Some.Call("state_update", """{"values":{"cartId":"c-1","n":2}}"""), state, Cancellation);
        await tools.InvokeAsync(Some.Call("state_update", """{"values":{"n":null}}"""), state, Cancellation);

        Assert.Equal("""{"ok":true}""", result.Observation);
        Assert.Equal(["cartId"], state.Variables.Keys);
        Assert.Equal("c-1", state.Variables["cartId"].GetString());
    }
}
