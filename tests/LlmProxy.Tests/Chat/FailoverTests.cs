using System.Text.Json.Nodes;
using ApeTest.LlmProxy.Options;
using ApeTest.LlmProxy.Tests.Faults;
using ApeTest.LlmProxy.Tests.Upstream;

namespace ApeTest.LlmProxy.Tests.Chat;

public sealed class FailoverTests : IAsyncLifetime
{
    private FakeChatServer _good = null!;

    public async ValueTask InitializeAsync() => _good = await FakeChatServer.StartAsync();

    public ValueTask DisposeAsync() => _good.DisposeAsync();

    [Theory]
    [InlineData("503 storm", "http_503")]
    [InlineData("429 without Retry-After, for ever", "http_429")]
    [InlineData("401 is not retried", "http_401")]
    [InlineData("reset before headers", "reset")]
    [InlineData("hang before headers", "timeout_headers")]
    [InlineData("hang before anything", "timeout_first_token")]
    [InlineData("HTML under 200", "protocol")]
    [InlineData("error event first", "upstream_error")]
    [InlineData("nothing at all", "stream_truncated")]
    public async Task Chain_FirstFailsBeforeItsFirstByte_SecondAnswersAndTheReasonIsKept(string fault, string reason)
    {
        await using var bad = new RawUpstream(Faults.Faults.All[fault].Script);
        await using var proxy = await ProxyHost.StartAsync(Options(bad.BaseUrl));
        var (response, body) = await proxy.ReadAsync(ProxyHost.Chat(model: "fast"));
        Assert.Equal(200, (int)response.StatusCode);
        Assert.Contains("Hel", body, StringComparison.Ordinal);
        var measure = ProxyHost.Measure(body);
        Assert.Equal(("up", "test-model", 1), ((string?)measure["provider"], (string?)measure["model"], (int?)measure["failovers"]));
        Assert.Null(measure["error"]);
        Assert.Equal("test-model", (string?)_good.Requests.Single().Json["model"]);
        var line = await proxy.Logs.FirstAsync("llm.failover", TestContext.Current.CancellationToken);
        Assert.Contains(reason, line.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Chain_RequestIsAtFault_SecondIsNotAsked()
    {
        await using var bad = new RawUpstream(Faults.Faults.All["400 is not retried"].Script);
        await using var proxy = await ProxyHost.StartAsync(Options(bad.BaseUrl));
        var (response, _) = await proxy.ReadAsync(ProxyHost.Chat(model: "fast"));
        Assert.Equal(400, (int)response.StatusCode);
        Assert.Empty(_good.Requests);
    }

    [Fact]
    public async Task Chain_BreaksAfterTheFirstToken_SecondIsNotAsked()
    {
        await using var bad = new RawUpstream(Faults.Faults.All["closed mid-stream"].Script);
        await using var proxy = await ProxyHost.StartAsync(Options(bad.BaseUrl));
        var (_, body) = await proxy.ReadAsync(ProxyHost.Chat(model: "fast"));
        Assert.Contains("stream_truncated", body, StringComparison.Ordinal);
        Assert.Empty(_good.Requests);
    }

    [Fact]
    public async Task Chain_AllFail_TheLastErrorIsToldWithAllReasons()
    {
        await using var bad = new RawUpstream(Faults.Faults.All["401 is not retried"].Script);
        _good.OnChat = context => { context.Response.StatusCode = 403; return Task.CompletedTask; };
        await using var proxy = await ProxyHost.StartAsync(Options(bad.BaseUrl));
        var (response, _) = await proxy.ReadAsync(ProxyHost.Chat(model: "fast"));
        Assert.Equal(403, (int)response.StatusCode);
        var measure = JsonNode.Parse(response.Headers.GetValues("X-Ape-Measure").Single())!;
        Assert.Equal(("http_403", 1), ((string?)measure["error"], (int?)measure["failovers"]));
    }

    [Fact]
    public async Task Chain_FirstHasNoKey_SecondAnswers()
    {
        var options = Options("http://127.0.0.1:1/v1");
        options.Aliases["fast"] = ["cerebras/gone", "up/test-model"];
        await using var proxy = await ProxyHost.StartAsync(options);
        var (response, body) = await proxy.ReadAsync(ProxyHost.Chat(model: "fast"));
        Assert.Equal(200, (int)response.StatusCode);
        Assert.EndsWith("data: [DONE]\n\n", body, StringComparison.Ordinal);
    }

    private LlmProxyOptions Options(string bad)
    {
        var options = ProxyHost.Options(_good);
        var limit = TimeSpan.FromMilliseconds(1500);
        options.Providers["bad"] = new ProviderOptions { BaseUrl = bad };
        options.Aliases["fast"] = ["bad/m", "up/test-model"];
        options.Timeouts.Headers = options.Timeouts.FirstToken = limit;
        return options;
    }
}
