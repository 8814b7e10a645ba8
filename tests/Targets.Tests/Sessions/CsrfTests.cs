using System.Text.Json;
using ApeTest.Targets.OpenApi;
using ApeTest.Targets.Tools;
using Microsoft.AspNetCore.Http;

namespace ApeTest.Targets.Tests.Sessions;

/// <summary>Values against cross-site forgery: where they are found, and where they are carried to.</summary>
public sealed class CsrfTests
{
    [Fact]
    public async Task Observe_FormsWithValuesOfTheirOwn_AreAllToldAsSecrets()
    {
        const string Page = """
            <meta name="csrf-token" content="of-the-page">
            <form action="/a"><input type="hidden" name="authenticity_token" value="of-form-a"></form>
            <form action="/b"><input type="hidden" name="authenticity_token" value="of-form-b"><input type="hidden" name="step" value="2"></form>
            """;
        var transport = new FakeTransport(Some.Exchange(200, Page, "text/html", url: "http://t/"));
        var state = Some.Session();
        var told = new List<string>();
        state.PickedUp = (_, value) => told.Add(value);

        await ToolCatalog.Generic(new Uri("http://t/")).CreateTools(transport, "t", TimeProvider.System)
            .InvokeAsync(Some.Call("http_get", """{"path":"/"}"""), state, TestContext.Current.CancellationToken);

        Assert.Equal(["of-the-page", "of-form-a", "of-form-b"], told);
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    // What an answer gives, and the header of the next POST that carries it.
    [InlineData("text/html", "<meta name=csrf-token content=v-1>", null, "X-CSRF-Token: v-1", "meta csrf-token")]
    [InlineData("text/html", "<meta name=_csrf content=v-1><meta name=_csrf_header content=X-XSRF-Spring>", null, "X-XSRF-Spring: v-1", "meta _csrf")]
    [InlineData("text/html", "<form><input type=hidden name=csrfmiddlewaretoken value=v-1></form>", null, "X-CSRFToken: v-1", "field csrfmiddlewaretoken")]
    [InlineData("text/html", "<form><input type=hidden name=__RequestVerificationToken value=v-1></form>", null, "RequestVerificationToken: v-1", "field __RequestVerificationToken")]
    [InlineData("text/html", "<form><input type=hidden name=authenticity_token value=v-1></form>", null, "X-CSRF-Token: v-1", "field authenticity_token")]
    [InlineData("text/html", "<form><input type=hidden name=id value=v-1></form>", null, null, null)]
    [InlineData("text/html", "<meta name=csrf-param content=v-1>", null, null, null)]
    [InlineData("application/json", "{\"csrfToken\":\"v-1\"}", null, "X-CSRF-Token: v-1", "$.csrfToken")]
    [InlineData("application/json", "{\"data\":{\"xsrf_token\":\"v-1\"}}", null, "X-XSRF-TOKEN: v-1", "$.data.xsrf_token")]
    [InlineData("application/json", "{\"headerName\":\"X-CSRF-TOKEN\",\"parameterName\":\"_csrf\",\"token\":\"v-1\"}", null, "X-CSRF-TOKEN: v-1", "$.token")]
    [InlineData("application/json", "{\"csrf\":{\"deep\":{\"csrfToken\":\"v-1\"}}}", null, null, null)]
    [InlineData("application/json", "{\"csrfToken\":\"two words\"}", null, null, null)]
    [InlineData("application/json", "{\"csrfToken\":", null, null, null)]
    [InlineData("application/json", "{}", "X-CSRF-Token: v-1", "X-CSRF-Token: v-1", "header X-CSRF-Token")]
    [InlineData("application/json", "{}", "X-CSRF-Token: Required", null, null)]
    [InlineData("application/json", "{}", "Set-Cookie: XSRF-TOKEN=v-1%3D; Path=/", "X-XSRF-TOKEN: v-1=", "cookie XSRF-TOKEN")]
    [InlineData("application/json", "{}", "Set-Cookie: csrftoken=v-1", "X-CSRFToken: v-1", "cookie csrftoken")]
    [InlineData("application/json", "{}", "Set-Cookie: _xsrf=v-1", "X-XSRFToken: v-1", "cookie _xsrf")]
    // A page's script cannot read it.
    [InlineData("application/json", "{}", "Set-Cookie: XSRF-TOKEN=v-1; HttpOnly", null, null)]
    [InlineData("application/json", "{}", "Set-Cookie: sid=v-1", null, null)]
    public async Task InvokeAsync_AfterAnAnswer_CarriesItsValue(string type, string body, string? header, string? expected, string? source)
    {
        await using var target = await TestTarget.StartAsync(async context =>
        {
            if (context.Request.Path == "/give")
            {
                if (header is not null)
                {
                    context.Response.Headers[header.Split(": ")[0]] = header.Split(": ")[1];
                }
                context.Response.ContentType = type;
                await context.Response.WriteAsync(body, context.RequestAborted);
                return;
            }
            var shown = context.Request.Headers.Where(static h => h.Value.ToString().StartsWith("v-1", StringComparison.Ordinal)).Select(static h => $"{h.Key}: {h.Value}");
            context.Response.ContentType = "text/plain";
            await context.Response.WriteAsync(string.Join('|', shown), context.RequestAborted);
        });
        using var transport = Some.Transport(target.Url);
        var tools = ToolCatalog.Generic(target.Url).CreateTools(transport, "shop", TimeProvider.System);
        var state = Some.Session();

        await tools.InvokeAsync(Some.Call("http_get", """{"path":"/give"}"""), state, Cancellation);
        var read = await tools.InvokeAsync(Some.Call("http_get", """{"path":"/take"}"""), state, Cancellation);
        var written = await tools.InvokeAsync(Some.Call("http_post", """{"path":"/take"}"""), state, Cancellation);
        var other = await tools.InvokeAsync(Some.Call("http_post", """{"path":"/take"}"""), Some.Session(), Cancellation);

        Assert.Equal("", Body(read));
        Assert.Equal((expected ?? "").ToUpperInvariant(), Body(written).ToUpperInvariant());
        Assert.Equal("", Body(other));
        Assert.Equal(source is null ? [] : [$"{source} [redacted]"], written.Carried.Values);
        Assert.DoesNotContain(written.Carried, static pair => pair.Value.Contains("v-1", StringComparison.Ordinal));
    }

    [Fact]
    public async Task InvokeAsync_DeclaredHeaderParameterOrField_IsGivenTheSessionsValue()
    {
        var transport = new FakeTransport(Some.Exchange(200, """{"csrfToken":"v-1"}"""), Some.Exchange(200));
        var tools = OpenApiImporter.Import("""
            {"openapi":"3.1.0","info":{"title":"t","version":"1"},"components":{"securitySchemes":{"forgery":{"type":"apiKey","in":"header","name":"X-My-CSRF"}}},"paths":{
             "/start":{"get":{"operationId":"start","responses":{}}},
             "/a":{"post":{"operationId":"inHeader","parameters":[{"in":"header","name":"X-CSRF","required":true,"schema":{"type":"string"}}],"responses":{}}},
             "/b":{"post":{"operationId":"inBody","requestBody":{"content":{"application/json":{"schema":{"type":"object","required":["csrf_token","n"],"properties":{"csrf_token":{"type":"string"},"n":{"type":"integer"}}}}}},"responses":{}}},
             "/c":{"post":{"operationId":"byScheme","security":[{"forgery":[]}],"responses":{}}}}}
            """, new Uri("http://127.0.0.1:5080")).CreateTools(transport, "shop", TimeProvider.System);
        var state = Some.Session();

        var early = await tools.InvokeAsync(Some.Call("inHeader", "{}"), state, Cancellation);
        await tools.InvokeAsync(Some.Call("start", "{}"), state, Cancellation);
        var inHeader = await tools.InvokeAsync(Some.Call("inHeader", "{}"), state, Cancellation);
        var inBody = await tools.InvokeAsync(Some.Call("inBody", """{"n":1}"""), state, Cancellation);
        await tools.InvokeAsync(Some.Call("byScheme", "{}"), state, Cancellation);
        await tools.InvokeAsync(Some.Call("inHeader", """{"X-CSRF":"own"}"""), state, Cancellation);

        Assert.Equal(ActionOutcome.Rejected, early.Outcome);
        Assert.Equal(ActionOutcome.Ok, inHeader.Outcome);
        Assert.Contains(new("X-CSRF", "v-1"), transport.Requests[1].Headers!);
        Assert.Equal("$.csrfToken [redacted]", inHeader.Carried["argument:X-CSRF"]);
        Assert.Equal(ActionOutcome.Ok, inBody.Outcome);
        Assert.Equal("""{"csrf_token":"v-1","n":1}""", System.Text.Encoding.UTF8.GetString(transport.Requests[2].Body.Span));
        Assert.Contains(new("X-My-CSRF", "v-1"), transport.Requests[3].Headers!);
        Assert.Contains(new("X-CSRF", "own"), transport.Requests[4].Headers!);
    }

    [Fact]
    public async Task InvokeAsync_OtherHost_IsShownNoValue()
    {
        var transport = new FakeTransport(Some.Exchange(200, """{"csrfToken":"v-1"}"""), Some.Exchange(307, headers: [("Location", "http://evil.test/")]), Some.Exchange(200));
        var tools = ToolCatalog.Generic(new Uri("http://127.0.0.1:5080")).CreateTools(transport, "shop", TimeProvider.System);
        var state = Some.Session();

        await tools.InvokeAsync(Some.Call("http_get", """{"path":"/"}"""), state, Cancellation);
        await tools.InvokeAsync(Some.Call("http_post", """{"path":"/x"}"""), state, Cancellation);
        await tools.InvokeAsync(Some.Call("http_post", """{"path":"http://other.test/x"}"""), state, Cancellation);

        Assert.Contains(new("X-CSRF-Token", "v-1"), transport.Requests[1].Headers!);
        Assert.DoesNotContain(transport.Requests.Skip(2).SelectMany(static request => request.Headers!), static header => header.Value.Contains("v-1", StringComparison.Ordinal));
    }

    private static string Body(ActionResult result) => JsonDocument.Parse(result.Observation).RootElement.TryGetProperty("body", out var body) ? body.GetString()! : "";
}
