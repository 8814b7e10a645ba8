using ApeTest.LlmProxy.Options;
using ApeTest.LlmProxy.Tests.Upstream;
using ApeTest.Tests.Shared;
using Microsoft.AspNetCore.Http;

namespace ApeTest.LlmProxy.Tests.Resilience;

public sealed class BreakerTests : IAsyncLifetime
{
    private readonly FakeTimeProvider _clock = new();
    private FakeChatServer _upstream = null!;
    private int _status = 503;

    public async ValueTask InitializeAsync()
    {
        _upstream = await FakeChatServer.StartAsync();
        _upstream.OnChat = context =>
        {
            context.Response.StatusCode = _status;
            return _status == 200 ? FakeChatServer.WriteAsync(context, Events.Hello) : context.Response.WriteAsync("{}");
        };
    }

    public ValueTask DisposeAsync() => _upstream.DisposeAsync();

    [Fact]
    public async Task Failures_EnoughOfThem_OpenItAndAGoodAnswerClosesItAgain()
    {
        await using var proxy = await ProxyHost.StartAsync(Options(), _clock);
        for (var i = 0; i < 4; i++)
        {
            Assert.Equal(503, await StatusAsync(proxy));
        }

        Assert.Equal(4, _upstream.Requests.Count);
        var (refused, body) = await proxy.ReadAsync(ProxyHost.Chat());
        Assert.Equal("circuit_open", ProxyHost.Code(body));
        Assert.Equal("5", refused.Headers.GetValues("retry-after").Single());
        Assert.Equal(4, _upstream.Requests.Count);

        _status = 200;
        _clock.Advance(TimeSpan.FromSeconds(6));
        Assert.Equal(200, await StatusAsync(proxy));
        Assert.Equal(200, await StatusAsync(proxy));
    }

    [Fact]
    public async Task Failures_AfterTheHeaders_OpenItToo()
    {
        _upstream.OnChat = context => FakeChatServer.WriteAsync(context, "data: {\"error\":{\"message\":\"overloaded\"},\"status_code\":503}\n\n");
        await using var proxy = await ProxyHost.StartAsync(Options(), _clock);
        for (var i = 0; i < 4; i++)
        {
            Assert.Equal(503, await StatusAsync(proxy));
        }

        var (_, body) = await proxy.ReadAsync(ProxyHost.Chat());
        Assert.Equal("circuit_open", ProxyHost.Code(body));
        Assert.Equal(4, _upstream.Requests.Count);
    }

    [Fact]
    public async Task TooManyRequests_NeverOpensIt()
    {
        _status = 429;
        await using var proxy = await ProxyHost.StartAsync(Options(), _clock);
        for (var i = 0; i < 8; i++)
        {
            Assert.Equal(429, await StatusAsync(proxy));
        }

        Assert.Equal(8, _upstream.Requests.Count);
    }

    [Fact]
    public async Task Open_NextOfTheChainIsAskedAtOnce()
    {
        await using var good = await FakeChatServer.StartAsync();
        var options = Options();
        options.Providers["good"] = new ProviderOptions { BaseUrl = good.BaseUrl };
        options.Aliases["fast"] = ["up/m", "good/m"];
        await using var proxy = await ProxyHost.StartAsync(options, _clock);
        for (var i = 0; i < 6; i++)
        {
            Assert.Equal(200, await StatusAsync(proxy, "fast"));
        }

        Assert.Equal(4, _upstream.Requests.Count);
        Assert.Equal(6, good.Requests.Count);
    }

    private static async Task<int> StatusAsync(ProxyHost proxy, string model = "up/m") => (int)(await proxy.ReadAsync(ProxyHost.Chat(model: model))).Response.StatusCode;

    private LlmProxyOptions Options()
    {
        var options = ProxyHost.Options(_upstream);
        options.Retry.Attempts = 0;
        options.Breaker = new BreakerOptions { Calls = 4 };
        return options;
    }
}
