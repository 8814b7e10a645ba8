using System.Text.Json;
using ApeTest.Targets.Http;
using ApeTest.Targets.OpenApi;
using ApeTest.Targets.Tools;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace ApeTest.Targets.Tests.OpenApi;

/// <summary>Arguments made to hurt: each is a rejected call, or a request that goes to the target and says there what it was meant to.</summary>
public sealed class HostileArgumentTests : IAsyncLifetime
{
    private const string Document = """
        {"openapi":"3.1.0","paths":{
          "/items/{id}/end":{"get":{"operationId":"read","parameters":[
            {"name":"id","in":"path","required":true,"schema":{"type":"string"}},
            {"name":"X-Label","in":"header","schema":{"type":"string"}},
            {"name":"choice","in":"cookie","schema":{"type":"string"}},
            {"name":"q","in":"query","schema":{}}]}},
          "/pairs/{a}{b}":{"get":{"operationId":"pair","parameters":[{"name":"a","in":"path","required":true,"schema":{"type":"string"}},{"name":"b","in":"path","required":true,"schema":{"type":"string"}}]}},
          "/checked":{"post":{"operationId":"checked","requestBody":{"content":{"application/json":{"schema":{"type":"object","properties":{
            "slow":{"type":"string","pattern":"^(?=a)(a+)+$"},"slows":{"type":"array","items":{"type":"string","pattern":"^(?=a)(a+)+$"}},
            "long":{"type":"string","minLength":2147483648},"number":{"type":"integer","multipleOf":0.0000001},"node":{"$ref":"#/components/schemas/Node"},"any":{}}}}}}}}},
         "components":{"schemas":{"Node":{"anyOf":[{"type":"string"},{"type":"array","items":{"$ref":"#/components/schemas/Node"}},{"type":"object","additionalProperties":{"$ref":"#/components/schemas/Node"}}]}}}}
        """;

    private readonly List<(string Target, string Label, string Cookie)> _received = [];
    private TestTarget _target = null!;
    private TestTarget _foreign = null!;
    private SocketsTransport _transport = null!;
    private ToolSet _tools = null!;
    private int _foreignCalls;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _foreign = await TestTarget.StartAsync(_ =>
        {
            _foreignCalls++;
            return Task.CompletedTask;
        });
        _target = await TestTarget.StartAsync(context =>
        {
            _received.Add((context.Features.Get<IHttpRequestFeature>()!.RawTarget, context.Request.Headers["X-Label"].ToString(), context.Request.Headers.Cookie.ToString()));
            if (context.Request.Path == "/redirect")
            {
                context.Response.Redirect(_foreign.Url.AbsoluteUri);
            }
            return Task.CompletedTask;
        });
        _transport = Some.Transport(_target.Url);
        _tools = OpenApiImporter.Import(Document, _target.Url).CreateTools(_transport, "shop", TimeProvider.System, generic: true);
    }

    public async ValueTask DisposeAsync()
    {
        _transport.Dispose();
        await _target.DisposeAsync();
        await _foreign.DisposeAsync();
    }

    [Theory]
    [InlineData("..", null)]
    [InlineData(".", null)]
    [InlineData("", null)]
    [InlineData("%2e%2e", null)]
    [InlineData("%2E%2E%2F", null)]
    [InlineData("../../admin", null)]
    [InlineData("a/b", "/items/a%2Fb/end")]
    [InlineData("a\\..\\b", null)]
    [InlineData("a?b=1", "/items/a%3Fb%3D1/end")]
    [InlineData("a#b", "/items/a%23b/end")]
    [InlineData("a\0b", null)]
    [InlineData("a\r\nX-Evil: 1", "/items/a%0D%0AX-Evil%3A%201/end")]
    [InlineData("//evil.test", "/items/%2F%2Fevil.test/end")]
    [InlineData("@evil.test", "/items/%40evil.test/end")]
    [InlineData("{b}", "/items/%7Bb%7D/end")]
    public async Task InvokeAsync_PathValue_StaysInItsPlace(string value, string? expected)
    {
        var result = await CallAsync("read", new { id = value });

        // The tool refuses what is a part of the path by itself, the policy what would become one once it is unescaped.
        Assert.True(expected is null ? result.Outcome == ActionOutcome.Rejected || result.ErrorType == TargetErrors.Denied : result.Outcome == ActionOutcome.Ok, result.Observation);
        Assert.Equal(expected is null ? [] : [expected], _received.Select(static received => received.Target));
    }

    [Fact]
    public async Task InvokeAsync_TwoDotsOfTwoParameters_AreRefused()
    {
        var result = await CallAsync("pair", new { a = ".", b = "." });

        Assert.Contains("'..' in the place of a whole part of the path", result.Observation, StringComparison.Ordinal);
        Assert.Empty(_received);
    }

    [Theory]
    [InlineData("a\r\nX-Evil: 1")]
    [InlineData("a\nb")]
    [InlineData("a\0b")]
    [InlineData("\u2028")]
    public async Task InvokeAsync_HeaderValueWithALineBreak_IsRefused(string value)
    {
        var result = await _tools.InvokeAsync(new ToolCall("c", "read", JsonSerializer.SerializeToElement(new Dictionary<string, string> { ["id"] = "1", ["X-Label"] = value })), Some.Session(), Cancellation);

        Assert.Contains("$.X-Label: holds a line break", result.Observation, StringComparison.Ordinal);
        Assert.Empty(_received);
    }

    [Fact]
    public async Task InvokeAsync_CookieValueWithASeparator_IsOneCookie()
    {
        await CallAsync("read", new { id = "1", choice = "a; admin=true\r\nX-Evil: 1" });

        Assert.Equal("choice=a%3B%20admin%3Dtrue%0D%0AX-Evil%3A%201", Assert.Single(_received).Cookie);
    }

    [Theory]
    [InlineData("file:///etc/passwd")]
    [InlineData("gopher://127.0.0.1:70/_x")]
    [InlineData("ftp://evil.test/x")]
    [InlineData("javascript:alert(1)")]
    [InlineData("data:text/html,x")]
    [InlineData("//evil.test/x")]
    [InlineData("/\\evil.test/x")]
    [InlineData("\\\\evil.test\\x")]
    [InlineData("evil.test")]
    [InlineData(" http://evil.test")]
    [InlineData("http:///evil.test")]
    [InlineData("http://evil.test/")]
    [InlineData("https://evil.test/")]
    [InlineData("HTTP://EVIL.TEST")]
    [InlineData("http://TARGET@evil.test/")]
    [InlineData("http://user:pw@TARGET/")]
    [InlineData("http://evil.test#@TARGET/")]
    [InlineData("http://evil.test\\@TARGET/")]
    [InlineData("http://FOREIGN/")]
    [InlineData("http://127.1:1/")]
    [InlineData("http://[::ffff:127.0.0.1]:1/")]
    [InlineData("http://169.254.169.254/latest/meta-data")]
    [InlineData("http://0x7f000001:1/")]
    [InlineData("/redirect")]
    public async Task InvokeAsync_GenericVerbToElsewhere_ReachesNothing(string path)
    {
        var text = path.Replace("TARGET", _target.Url.Authority, StringComparison.Ordinal).Replace("FOREIGN", _foreign.Url.Authority, StringComparison.Ordinal);

        var result = await CallAsync("http_get", new { path = text });

        Assert.True(result.Outcome == ActionOutcome.Rejected || result.ErrorType == TargetErrors.Denied, $"{result.Outcome} {result.Observation}");
        Assert.Equal(path == "/redirect" ? 1 : 0, _received.Count);
        Assert.Equal(0, _foreignCalls);
    }

    [Theory]
    [InlineData("/a/../../b", "/b")]
    [InlineData("/%2e%2e/b", "/b")]
    [InlineData("/@evil.test", "/@evil.test")]
    [InlineData("/a\tb\r\nX: 1", "/a%09b%0D%0AX:%201")]
    [InlineData("/a?x=http://evil.test", "/a?x=http://evil.test")]
    public async Task InvokeAsync_GenericVerbWithOddPath_StaysOnTheTarget(string path, string expected)
    {
        await CallAsync("http_get", new { path });

        Assert.Equal(expected, Assert.Single(_received).Target);
    }

    [Theory]
    [InlineData("Host", "evil.test")]
    [InlineData("Transfer-Encoding", "chunked")]
    [InlineData("Content-Length", "5")]
    [InlineData("Connection", "X-Label")]
    [InlineData("X-A\r\nX-Evil", "1")]
    [InlineData("X A", "1")]
    [InlineData("X-A", "1\r\nX-Evil: 1")]
    [InlineData("", "1")]
    public async Task InvokeAsync_GenericVerbWithHostileHeader_IsNotSent(string name, string value)
    {
        var result = await CallAsync("http_get", new { path = "/", headers = new Dictionary<string, string> { [name] = value } });

        Assert.True(result.Outcome == ActionOutcome.Rejected || result.ErrorType == TargetErrors.Denied, result.Observation);
        Assert.Empty(_received);
    }

    [Theory]
    [InlineData("""{"slow":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!"}""", "$.slow")]
    [InlineData("""{"slows":["aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!","aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!","aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!","aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!"]}""", "in time")]
    [InlineData("""{"long":"x"}""", "$.long: must be at least 2147483647 characters")]
    [InlineData("""{"number":1e999999999}""", "$.number")]
    [InlineData("""{"number":0.00000001}""", "$.number")]
    [InlineData("""{"any":"\ud800"}""", "surrogate")]
    [InlineData("""{"\udfff":1}""", "surrogate")]
    [InlineData("[]", "$: expected object")]
    [InlineData("null", "$: expected object")]
    [InlineData("\"{}\"", "$: expected object")]
    public async Task InvokeAsync_HostileValue_IsRejected(string arguments, string expected)
    {
        var result = await _tools.InvokeAsync(Some.Call("checked", arguments), Some.Session(), Cancellation);

        Assert.Equal((ActionOutcome.Rejected, "invalid_arguments"), (result.Outcome, result.ErrorType));
        Assert.Contains(expected, result.Observation, StringComparison.Ordinal);
        Assert.Empty(_received);
    }

    [Fact]
    public async Task InvokeAsync_DeepAndWideValue_IsAnswered()
    {
        var deep = string.Concat(Enumerable.Repeat("[", 60)) + string.Concat(Enumerable.Repeat("]", 60));
        var wide = $"[{string.Join(',', Enumerable.Repeat("[[\"a\"]]", 20_000))}]";

        Assert.NotEqual(ActionOutcome.TransportError, (await _tools.InvokeAsync(Some.Call("checked", $$"""{"node":{{deep}}}"""), Some.Session(), Cancellation)).Outcome);
        Assert.Equal(ActionOutcome.Ok, (await _tools.InvokeAsync(Some.Call("checked", $$"""{"node":{{wide}}}"""), Some.Session(), Cancellation)).Outcome);
    }

    private ValueTask<ActionResult> CallAsync(string tool, object arguments) =>
        _tools.InvokeAsync(new ToolCall("c", tool, JsonSerializer.SerializeToElement(arguments)), Some.Session(), Cancellation);
}
