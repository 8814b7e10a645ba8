using System.Net;
using System.Text.Json.Nodes;
using ApeTest.LlmProxy.Options;
using ApeTest.LlmProxy.Tests.Upstream;
using Microsoft.AspNetCore.Http;

namespace ApeTest.LlmProxy.Tests.Chat;

public sealed class FaultTests : IAsyncLifetime
{
    private FakeChatServer _upstream = null!;

    public async ValueTask InitializeAsync() => _upstream = await FakeChatServer.StartAsync();

    public ValueTask DisposeAsync() => _upstream.DisposeAsync();

    [Fact]
    public async Task Refused_AfterRetries_Is502()
    {
        var options = ProxyHost.Options();
        options.Providers["down"] = new ProviderOptions { BaseUrl = "http://127.0.0.1:1/v1" };
        await using var proxy = await ProxyHost.StartAsync(options);
        var (response, body) = await proxy.ReadAsync(ProxyHost.Chat(model: "down/m"));
        Assert.Equal(HttpStatusCode.BadGateway, response.StatusCode);
        Assert.Equal("connect", ProxyHost.Code(body));
        Assert.Contains("127.0.0.1:1", body, StringComparison.Ordinal);
        Assert.Equal(2, (int)JsonNode.Parse(response.Headers.GetValues("X-Ape-Measure").Single())!["retries"]!);
    }

    [Fact]
    public async Task TooManyRequests_ThenSuccess_IsRetriedAndCounted()
    {
        var calls = 0;
        _upstream.OnChat = context =>
        {
            if (Interlocked.Increment(ref calls) > 1)
            {
                return FakeChatServer.WriteAsync(context, Events.Hello);
            }

            context.Response.StatusCode = 429;
            context.Response.Headers.RetryAfter = "0";
            return Task.CompletedTask;
        };
        await using var proxy = await ProxyHost.StartAsync(ProxyHost.Options(_upstream));
        var (response, body) = await proxy.ReadAsync(ProxyHost.Chat());
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(1, (int)ProxyHost.Measure(body)["retries"]!);
    }

    [Fact]
    public async Task RetryAfter_LongerThanAllowed_IsPassedOnWithItsHeaders()
    {
        _upstream.OnChat = context =>
        {
            context.Response.StatusCode = 429;
            context.Response.Headers.RetryAfter = "3600";
            context.Response.Headers["x-ratelimit-limit-tokens-minute"] = "60000";
            return context.Response.WriteAsync("""{"message":"slow down","type":"too_many_requests_error","param":"quota","code":"request_quota_exceeded"}""");
        };
        await using var proxy = await ProxyHost.StartAsync(ProxyHost.Options(_upstream));
        var (response, body) = await proxy.ReadAsync(ProxyHost.Chat());
        Assert.Equal(HttpStatusCode.TooManyRequests, response.StatusCode);
        Assert.Equal("3600", response.Headers.GetValues("retry-after").Single());
        Assert.Equal("60000", response.Headers.GetValues("x-ratelimit-limit-tokens-minute").Single());
        Assert.Equal("request_quota_exceeded", ProxyHost.Code(body));
        Assert.Single(_upstream.Requests);
    }

    [Fact]
    public async Task ServerErrors_Storm_PassesTheErrorOnAfterRetries()
    {
        _upstream.OnChat = context => { context.Response.StatusCode = 500; return context.Response.WriteAsync("<h1>oops</h1>"); };
        await using var proxy = await ProxyHost.StartAsync(ProxyHost.Options(_upstream));
        var (response, body) = await proxy.ReadAsync(ProxyHost.Chat());
        Assert.Equal(HttpStatusCode.InternalServerError, response.StatusCode);
        Assert.Contains("oops", JsonNode.Parse(body)!["error"]!["message"]!.ToString(), StringComparison.Ordinal);
        Assert.Equal(3, _upstream.Requests.Count);
    }

    [Theory]
    [InlineData("""{"error":{"message":"m1","type":"t","param":"p","code":404}}""", "m1", "404")]
    [InlineData("""{"error":"model not found"}""", "model not found", null)]
    [InlineData("""{"detail":[{"msg":"bad"}]}""", "bad", null)]
    public async Task Error_OtherShapes_BecomeOpenAis(string sent, string message, string? code)
    {
        _upstream.OnChat = context => { context.Response.StatusCode = 404; return context.Response.WriteAsync(sent); };
        await using var proxy = await ProxyHost.StartAsync(ProxyHost.Options(_upstream));
        var (response, body) = await proxy.ReadAsync(ProxyHost.Chat());
        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        var error = JsonNode.Parse(body)!["error"]!.AsObject();
        Assert.Equal(["message", "type", "param", "code"], error.Select(pair => pair.Key));
        Assert.Contains(message, error["message"]!.ToString(), StringComparison.Ordinal);
        Assert.Equal(code, (string?)error["code"]);
    }

    [Fact]
    public async Task Error_ThatEchoesTheKey_IsRedacted()
    {
        const string key = "very-secret-key-1";
        _upstream.OnChat = context =>
        {
            context.Response.StatusCode = 401;
            return context.Response.WriteAsJsonAsync(new { error = new { message = $"bad {context.Request.Headers.Authorization} or sk-abc***wxyz" } });
        };
        var options = ProxyHost.Options(_upstream);
        options.Providers["up"].KeyVariable = "UP_KEY";
        options.Environment = name => name == "UP_KEY" ? key : null;
        await using var proxy = await ProxyHost.StartAsync(options);
        var (_, body) = await proxy.ReadAsync(ProxyHost.Chat());
        Assert.Equal("Bearer " + key, _upstream.Requests.Single().Headers["Authorization"]);
        Assert.DoesNotContain(key, body, StringComparison.Ordinal);
        Assert.DoesNotContain("sk-abc", body, StringComparison.Ordinal);
        Assert.All(proxy.Logs.Lines, line => Assert.DoesNotContain(key, line.Text, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("interToken", "timeout_inter_token")]
    [InlineData("firstToken", "timeout_first_token")]
    [InlineData("headers", "timeout_headers")]
    public async Task Hang_InEachPhase_HasItsOwnTimeout(string where, string error)
    {
        _upstream.OnChat = async context =>
        {
            if (where != "headers")
            {
                await FakeChatServer.WriteAsync(context, where == "interToken" ? [Events.Role, Events.Content("x")] : [Events.Role]);
            }

            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted);
        };
        var options = ProxyHost.Options(_upstream);
        options.Retry.Attempts = 0;
        options.Timeouts = new TimeoutOptions
        {
            Headers = where == "headers" ? TimeSpan.FromMilliseconds(100) : TimeSpan.FromMinutes(1),
            FirstToken = where == "firstToken" ? TimeSpan.FromMilliseconds(100) : TimeSpan.FromMinutes(1),
            InterToken = TimeSpan.FromMilliseconds(100),
        };
        await using var proxy = await ProxyHost.StartAsync(options);
        var (response, body) = await proxy.ReadAsync(ProxyHost.Chat());
        if (where == "headers")
        {
            Assert.Equal(HttpStatusCode.GatewayTimeout, response.StatusCode);
            Assert.Equal(error, ProxyHost.Code(body));
            return;
        }

        Assert.Equal(error, (string)ProxyHost.Measure(body)["error"]!);
        Assert.Contains($"\"code\":\"{error}\"", body, StringComparison.Ordinal);
        Assert.EndsWith(Events.Done, body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Comments_WhileNoTokenComes_DoNotHoldTheDeadlineOff()
    {
        _upstream.OnChat = async context =>
        {
            while (true)
            {
                await FakeChatServer.WriteAsync(context, ": ping\n\n");
                await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, context.RequestAborted);
            }
        };
        var options = ProxyHost.Options(_upstream);
        options.Timeouts.FirstToken = TimeSpan.FromMilliseconds(150);
        await using var proxy = await ProxyHost.StartAsync(options);
        var (response, body) = await proxy.ReadAsync(ProxyHost.Chat());
        Assert.Equal(504, (int)response.StatusCode);
        Assert.Equal("timeout_first_token", ProxyHost.Code(body));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Stream_EndsWithoutFinishReason_IsAnError(bool abort)
    {
        var seen = new TaskCompletionSource();
        _upstream.OnChat = async context =>
        {
            await FakeChatServer.WriteAsync(context, Events.Role, Events.Content("half"));
            await seen.Task; // a reset overtakes what is not read yet
            if (abort)
            {
                FakeChatServer.Abort(context);
            }
        };
        await using var proxy = await ProxyHost.StartAsync(ProxyHost.Options(_upstream));
        using var response = await proxy.SendAsync(ProxyHost.Chat());
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken));
        while (await reader.ReadLineAsync(TestContext.Current.CancellationToken) is { } line && !line.Contains("half", StringComparison.Ordinal))
        {
        }

        seen.SetResult();
        var body = await reader.ReadToEndAsync(TestContext.Current.CancellationToken);
        Assert.Contains("\"code\":\"stream_truncated\"", body, StringComparison.Ordinal);
        Assert.Equal("stream_truncated", (string)ProxyHost.Measure(body)["error"]!);
        Assert.Single(_upstream.Requests);
    }

    [Theory]
    [InlineData("data: {not json}\n\n", "invalid_json")]
    [InlineData("data: {\"error\":{\"message\":\"overloaded\",\"type\":\"t\",\"code\":\"c\"},\"status_code\":503}\n\n", "c")]
    [InlineData("data: [DONE]\n\n", "stream_truncated")]
    [InlineData("", "stream_truncated")]
    public async Task Stream_BadBeforeTheFirstToken_IsAProperStatus(string sent, string code)
    {
        _upstream.OnChat = context => FakeChatServer.WriteAsync(context, sent);
        await using var proxy = await ProxyHost.StartAsync(ProxyHost.Options(_upstream));
        var (response, body) = await proxy.ReadAsync(ProxyHost.Chat());
        Assert.Equal(code == "c" ? HttpStatusCode.ServiceUnavailable : HttpStatusCode.BadGateway, response.StatusCode);
        Assert.Equal(code, ProxyHost.Code(body));
    }

    [Theory]
    [InlineData("""{"error":{"message":"no slot","code":503}}""", 503)]
    [InlineData("""{"object":"chat.completion","cho""", 502)]
    [InlineData("""{"hello":1}""", 502)]
    public async Task Json_BadUnder200_IsAnError(string sent, int status)
    {
        _upstream.OnChat = context => { context.Response.ContentType = "application/json"; return FakeChatServer.WriteAsync(context, sent); };
        await using var proxy = await ProxyHost.StartAsync(ProxyHost.Options(_upstream));
        foreach (var stream in (bool[])[true, false])
        {
            var (response, _) = await proxy.ReadAsync(ProxyHost.Chat(stream));
            Assert.Equal(status, (int)response.StatusCode);
        }
    }

    [Fact]
    public async Task Stream_EventBeyondTheLimit_EndsWithAnError()
    {
        _upstream.OnChat = context => FakeChatServer.WriteAsync(context, Events.Content("x"), "data: " + new string('a', 100_000));
        await using var proxy = await ProxyHost.StartAsync(ProxyHost.Options(_upstream, options => options.MaxEventBytes = 4096));
        var (_, body) = await proxy.ReadAsync(ProxyHost.Chat());
        Assert.Equal("too_large", (string)ProxyHost.Measure(body)["error"]!);
    }

    [Fact]
    public async Task Stream_Html_IsRefused()
    {
        _upstream.OnChat = context => { context.Response.ContentType = "text/html"; return context.Response.WriteAsync("<html>"); };
        await using var proxy = await ProxyHost.StartAsync(ProxyHost.Options(_upstream));
        var (response, body) = await proxy.ReadAsync(ProxyHost.Chat());
        Assert.Equal(HttpStatusCode.BadGateway, response.StatusCode);
        Assert.Equal("protocol", ProxyHost.Code(body));
    }

    [Theory]
    [InlineData("{", "invalid_json")]
    [InlineData("[]", "invalid_json")]
    [InlineData("""{"model":"up/m"}""", "invalid_json")]
    [InlineData("""{"model":"up/m","model":"up/n","messages":[]}""", "invalid_json")]
    [InlineData("""{"model":"nowhere/m","messages":[]}""", "model_not_found")]
    [InlineData("""{"model":"gpt-4o","messages":[]}""", "model_not_found")]
    [InlineData("""{"model":"cerebras/x","messages":[]}""", "missing_provider_key")]
    public async Task Request_Wrong_IsToldInOpenAisShape(string sent, string code)
    {
        await using var proxy = await ProxyHost.StartAsync(ProxyHost.Options(_upstream));
        var (response, body) = await proxy.ReadAsync(new HttpRequestMessage(HttpMethod.Post, "/v1/chat/completions") { Content = new StringContent(sent) });
        Assert.True((int)response.StatusCode is 400 or 401 or 404);
        Assert.Equal(code, ProxyHost.Code(body));
    }
}
