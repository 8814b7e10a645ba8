using System.Diagnostics;
using ApeTest.Targets.Http;
using ApeTest.Tests.Shared;
using Microsoft.AspNetCore.Http;

namespace ApeTest.Targets.Tests.Http;

public sealed class GatewayTransportTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static GatewayTransport Transport(Uri gateway, TimeProvider? time = null) => new(gateway, "token-1", TimeSpan.FromSeconds(2), time ?? TimeProvider.System);

    [Fact]
    public async Task SendAsync_Request_CarriesRouteTraceBaggageAndToken()
    {
        var path = "";
        var seen = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        await using var gateway = await TestTarget.StartAsync(context =>
        {
            path = context.Request.Path + context.Request.QueryString;
            foreach (var header in context.Request.Headers)
            {
                seen[header.Key] = header.Value.ToString();
            }
            context.Response.Headers["X-Ape-Timing"] = "gateway=0.001,target=0.002,retries=0,fault=none";
            return context.Response.WriteAsync("hello");
        });
        using var transport = Transport(gateway.Url);
        var trace = new ActivityContext(ActivityTraceId.CreateRandom(), ActivitySpanId.CreateRandom(), ActivityTraceFlags.None);

        var exchange = await transport.SendAsync(
            new TargetRequest
            {
                Method = HttpMethod.Get, Url = new Uri("http://target.example:8080/orders/7?a=b"), Target = "shop", Operation = "getOrder", Destructive = true, Trace = trace,
                Identity = new ActionIdentity("r1", "3-2", "3", 4),
            },
            Cancellation);

        Assert.Equal("/shop/orders/7?a=b", path);
        Assert.Equal($"00-{trace.TraceId}-{trace.SpanId}-00", seen["traceparent"]);
        Assert.Equal("ape.run=r1,ape.session=3-2,ape.agent=3,ape.action=4", seen["baggage"]);
        Assert.Equal(("token-1", "http://target.example:8080", "getOrder", "true"), (seen["X-Ape-Token"], seen["X-Ape-Origin"], seen["X-Ape-Operation"], seen["X-Ape-Destructive"]));
        Assert.Equal((200, "http://target.example:8080/orders/7?a=b", null), (exchange.Status, exchange.Url!.AbsoluteUri, exchange.Header("X-Ape-Timing")));
    }

    [Fact]
    public async Task SendAsync_Timing_SplitsGatewayFromTarget()
    {
        var time = new FakeTimeProvider();
        await using var gateway = await TestTarget.StartAsync(context =>
        {
            time.Advance(TimeSpan.FromMilliseconds(35));
            context.Response.Headers["X-Ape-Timing"] = "gateway=0.010,target=0.025,retries=2,fault=latency";
            context.Response.ContentLength = 0;
            return Task.CompletedTask;
        });
        using var transport = Transport(gateway.Url, time);

        var exchange = await transport.SendAsync(Some.Get(new Uri("http://t/")), Cancellation);

        Assert.Equal(
            new TargetTiming(TimeSpan.FromMilliseconds(10), TimeSpan.FromMilliseconds(25), TimeSpan.FromMilliseconds(35), 2, "latency"),
            exchange.Timing);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task SendAsync_OwnLimitShorterThanTheTargets_IsATimeoutOfTheTarget(bool withHead)
    {
        await using var gateway = await TestTarget.StartAsync(async context =>
        {
            context.Response.Headers["X-Ape-Timing"] = "gateway=0,target=0.001,retries=0,fault=none";
            if (withHead)
            {
                await context.Response.StartAsync(context.RequestAborted);
            }
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted);
        });
        using var transport = new GatewayTransport(gateway.Url, null, TimeSpan.FromMinutes(2), TimeProvider.System);

        var exchange = await transport.SendAsync(Some.Get(new Uri("http://t/")) with { Timeout = TimeSpan.FromSeconds(0.3) }, Cancellation);

        Assert.Equal(TargetErrors.Timeout, exchange.ErrorType);
        Assert.True(withHead || exchange.Timing.Gateway == TimeSpan.Zero, exchange.Timing.ToString());
    }

    [Theory]
    [InlineData("denied", TargetErrors.Denied)]
    [InlineData("connect", TargetErrors.Connect)]
    [InlineData("budget", TargetErrors.Budget)]
    [InlineData("something new", TargetErrors.Gateway)]
    public async Task SendAsync_GatewaysOwnProblem_IsAnError(string error, string expected)
    {
        await using var gateway = await TestTarget.StartAsync(context =>
        {
            context.Response.StatusCode = 502;
            context.Response.Headers["X-Ape-Error"] = error;
            return context.Response.WriteAsync("""{"detail":"why it was"}""");
        });
        using var transport = Transport(gateway.Url);

        var exchange = await transport.SendAsync(Some.Get(new Uri("http://t/")), Cancellation);

        Assert.Equal((0, expected, "why it was"), (exchange.Status, exchange.ErrorType, exchange.ErrorMessage));
    }

    [Fact]
    public async Task SendAsync_TargetsOwn502_IsItsStatus()
    {
        await using var gateway = await TestTarget.StartAsync(static context =>
        {
            context.Response.StatusCode = 502;
            context.Response.Headers["X-Ape-Timing"] = "gateway=0,target=0,retries=0,fault=none";
            return Task.CompletedTask;
        });
        using var transport = Transport(gateway.Url);

        var exchange = await transport.SendAsync(Some.Get(new Uri("http://t/")), Cancellation);

        Assert.Equal((502, null), (exchange.Status, exchange.ErrorType));
    }

    [Fact]
    public async Task SendAsync_AnswerOfNoGateway_IsGatewayError()
    {
        await using var guard = await TestTarget.StartAsync(static context =>
        {
            context.Response.StatusCode = 401;
            return context.Response.WriteAsync("""{"detail":"asks for its token"}""");
        });
        using var transport = Transport(guard.Url);

        var exchange = await transport.SendAsync(Some.Get(new Uri("http://t/")), Cancellation);

        Assert.Equal((0, TargetErrors.Gateway, "asks for its token"), (exchange.Status, exchange.ErrorType, exchange.ErrorMessage));
    }

    [Fact]
    public async Task SendAsync_GatewayDown_IsGatewayError()
    {
        var gone = new RawTarget("", false);
        await gone.DisposeAsync();
        using var transport = Transport(gone.Url);

        Assert.Equal(TargetErrors.Gateway, (await transport.SendAsync(Some.Get(new Uri("http://t/")), Cancellation)).ErrorType);
    }

    [Fact]
    public async Task SendAsync_BodyBreaks_IsTheTargetsReset()
    {
        await using var gateway = new RawTarget("HTTP/1.1 200 OK\r\nX-Ape-Timing: gateway=0,target=0,retries=0,fault=none\r\nContent-Length: 100\r\n\r\nhalf", false);
        using var transport = Transport(gateway.Url);

        var exchange = await transport.SendAsync(Some.Get(new Uri("http://t/")), Cancellation);

        Assert.Equal((200, TargetErrors.Reset), (exchange.Status, exchange.ErrorType));
    }

    [Theory]
    [InlineData(null, false)]
    [InlineData("", false)]
    [InlineData("gateway=x,target=1", false)]
    [InlineData("gateway=-1,target=1", false)]
    [InlineData("gateway=0.5", false)]
    [InlineData("gateway=0.5,target=0.25", true)]
    [InlineData("gateway=0.5, target=0.25, future=1", true)]
    public void TryParseTiming_Header_AsExpected(string? header, bool expected)
    {
        Assert.Equal(expected, ApeHeaders.TryParseTiming(header, out var timing));
        if (expected)
        {
            Assert.Equal(TimeSpan.FromSeconds(0.75), timing.Total);
        }
    }

    [Fact]
    public void FormatTiming_RoundTrips()
    {
        var timing = new TargetTiming(TimeSpan.FromMicroseconds(410), TimeSpan.FromMicroseconds(12340), default, 1, "abort") { Revision = 3 };

        var header = ApeHeaders.FormatTiming(timing);

        Assert.Equal("gateway=0.000410,target=0.012340,retries=1,fault=abort,revision=3", header);
        Assert.True(ApeHeaders.TryParseTiming(header, out var parsed));
        Assert.Equal(timing, parsed);
    }
}
