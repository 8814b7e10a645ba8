using ApeTest.LlmProxy.Options;
using ApeTest.LlmProxy.Tests.Faults;
using ApeTest.LlmProxy.Tests.Upstream;

namespace ApeTest.LlmProxy.Tests.Chat;

/// <summary>A client that reads slowly is no fault of the provider's.</summary>
public sealed class SlowClientTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(3);

    [Fact]
    public async Task Json_ClientReadsLongerThanTheHeadersLimit_GetsAllAndNobodyElseIsAsked()
    {
        var answer = $$"""{"id":"c","choices":[{"index":0,"message":{"role":"assistant","content":"{{new string('x', 20 << 20)}}"},"finish_reason":"stop"}]}""";
        await using var big = new RawUpstream(exchange => exchange.AnswerAsync(200, answer));
        await using var good = await FakeChatServer.StartAsync();
        await using var proxy = await StartAsync(big, good);
        using var response = await proxy.SendAsync(ProxyHost.Chat(stream: false, model: "chain"));
        await Task.Delay(Limit * 2, TimeProvider.System, TestContext.Current.CancellationToken);
        var body = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.Equal(answer, body);
        Assert.Equal((1, 0), (big.Requests, good.Requests.Count));
    }

    [Fact]
    public async Task Stream_ProviderHangsAfterAFlushThatTookLong_IsToldByTheFirstTokenLimit()
    {
        await using var big = new RawUpstream(async exchange =>
        {
            await exchange.StreamAsync([.. Enumerable.Repeat(string.Concat(Enumerable.Repeat(Events.Role, 100)), 500)]);
            await exchange.HangAsync();
        });
        await using var good = await FakeChatServer.StartAsync();
        await using var proxy = await StartAsync(big, good);
        using var response = await proxy.SendAsync(ProxyHost.Chat(model: "chain"));
        await Task.Delay(Limit / 2, TimeProvider.System, TestContext.Current.CancellationToken);
        var body = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.Equal("timeout_first_token", (string?)ProxyHost.Measure(body)["error"]);
    }

    private static Task<ProxyHost> StartAsync(RawUpstream big, FakeChatServer good) => ProxyHost.StartAsync(ProxyHost.Options(good, options =>
    {
        options.Providers["big"] = new ProviderOptions { BaseUrl = big.BaseUrl };
        options.Aliases["chain"] = ["big/m", "up/test-model"];
        (options.Timeouts.Headers, options.Timeouts.FirstToken) = (Limit, Limit);
    }));
}
