using System.Net;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Text;
using ApeTest.Gateway.Tests.Forwarding;
using ApeTest.Targets.Faults;
using ApeTest.Targets.Http;
using ApeTest.Tests.Shared;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace ApeTest.Gateway.Tests.Faults;

/// <summary>Each injected fault from end to end: what a stranger sees, what an agent sees, what the target and the log see.</summary>
public sealed class GatewayFaultsTests : ForwardingTest
{
    private const string Unsampled = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00";

    private int _arrived;

    private Task<TestService> TargetAsync() => TestService.TargetAsync(async context =>
    {
        Interlocked.Increment(ref _arrived);
        var body = await new StreamReader(context.Request.Body).ReadToEndAsync(context.RequestAborted);
        context.Response.ContentLength = body.Length;
        await context.Response.WriteAsync(body, context.RequestAborted);
    });

    private static async Task<TestService> GatewayAsync(TestService target, LogLines? log, params FaultOptions[] faults)
    {
        var gateway = await TestService.GatewayAsync(target.Url, log: log);
        gateway.Services.GetRequiredService<GatewayTargets>().SwitchFaults(new FaultPlan(faults));
        return gateway;
    }

    private static async Task<TargetExchange> AgentAsync(TestService gateway, TestService target, byte[]? body = null)
    {
        using var transport = new GatewayTransport(gateway.Url, null, TimeSpan.FromSeconds(30), TimeProvider.System);
        return await transport.SendAsync(
            new TargetRequest { Method = body is null ? HttpMethod.Get : HttpMethod.Post, Url = target.Url, Target = "shop", Body = body ?? [] }, Cancellation);
    }

    [Fact]
    public async Task Latency_DelaysAndIsGatewayTime()
    {
        await using var target = await TargetAsync();
        await using var gateway = await GatewayAsync(target, null, new FaultOptions { Latency = new LatencyOptions { Mean = TimeSpan.FromMilliseconds(200) } });

        var exchange = await AgentAsync(gateway, target, "hello"u8.ToArray());

        Assert.Equal((200, null, "latency", "hello"), (exchange.Status, exchange.ErrorType, exchange.Timing.Fault, Encoding.ASCII.GetString(exchange.Body.Span)));
        Assert.True(exchange.Timing.Gateway >= TimeSpan.FromMilliseconds(190), exchange.Timing.ToString());
    }

    [Theory]
    [InlineData("GET")]
    [InlineData("HEAD")]
    [InlineData("POST")]
    public async Task Status_AnswersInTheTargetsPlace(string method)
    {
        var log = new LogLines();
        await using var target = await TargetAsync();
        await using var gateway = await GatewayAsync(target, log, new FaultOptions { Name = "down", Status = 503, RetryAfter = TimeSpan.FromSeconds(2) });

        using var response = await SendAsync(gateway, "/shop/", new HttpMethod(method), method == "POST" ? new StringContent("hello") : null, ("traceparent", Unsampled));

        Assert.Equal((HttpStatusCode.ServiceUnavailable, "2"), (response.StatusCode, response.Headers.GetValues("Retry-After").Single()));
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        Assert.Equal(method != "HEAD", (await response.Content.ReadAsStringAsync(Cancellation)).Contains("injected fault 'down'", StringComparison.Ordinal));
        // The target's answer as far as a client can tell: no error of the gateway's.
        Assert.False(response.Headers.Contains("X-Ape-Error"));
        Assert.Contains("fault=status", response.Headers.GetValues("X-Ape-Timing").Single(), StringComparison.Ordinal);
        var line = await log.NextAsync();
        Assert.Equal((503, "status", "none"), (line["Status"], line["Fault"], line["ErrorType"]));
        Assert.Equal(0, _arrived);
        Assert.Empty(log.Complaints);
    }

    [Fact]
    public async Task Status_AgentSeesTheStatus()
    {
        await using var target = await TargetAsync();
        await using var gateway = await GatewayAsync(target, null, new FaultOptions { Status = 503 });

        var exchange = await AgentAsync(gateway, target, "hello"u8.ToArray());

        Assert.Equal((503, null, "status"), (exchange.Status, exchange.ErrorType, exchange.Timing.Fault));
    }

    [Fact]
    public async Task Latency_BeyondTheTimeout_Is504AsOfASlowTarget()
    {
        var log = new LogLines();
        await using var target = await TargetAsync();
        await using var gateway = await TestService.GatewayAsync(target.Url, static options => options.Timeout = "150ms", log: log);
        gateway.Services.GetRequiredService<GatewayTargets>().SwitchFaults(new FaultPlan([new FaultOptions { Latency = new LatencyOptions { Mean = TimeSpan.FromSeconds(50) } }]));

        using var response = await SendAsync(gateway, "/shop/", HttpMethod.Post, new StringContent("hello"));

        Assert.Equal((HttpStatusCode.GatewayTimeout, "timeout"), (response.StatusCode, (await ProblemAsync(response)).Error));
        var line = await log.NextAsync();
        Assert.Equal(("latency", "timeout"), (line["Fault"], line["ErrorType"]));
        Assert.Equal(0, _arrived);
    }

    [Fact]
    public async Task SlowBody_RestsBeyondTheTimeout_IsATimeout()
    {
        var log = new LogLines();
        await using var target = await TargetAsync();
        await using var gateway = await TestService.GatewayAsync(target.Url, static options => options.Timeout = "200ms", log: log);
        gateway.Services.GetRequiredService<GatewayTargets>().SwitchFaults(new FaultPlan([new FaultOptions { SlowBody = TimeSpan.FromMinutes(1) }]));

        using var response = await SendAsync(gateway, "/shop/", HttpMethod.Post, new StringContent("hello"));

        // Nothing of the answer had gone: it can still be told.
        Assert.Equal((HttpStatusCode.GatewayTimeout, "timeout"), (response.StatusCode, (await ProblemAsync(response)).Error));
        Assert.Equal("timeout", (await log.NextAsync())["ErrorType"]);
    }

    [Fact]
    public async Task SlowBody_ClientLeaves_IsTheClients()
    {
        var log = new LogLines();
        await using var target = await TargetAsync();
        await using var gateway = await GatewayAsync(target, log, new FaultOptions { SlowBody = TimeSpan.FromMinutes(1) });
        using (var client = new TcpClient())
        {
            await client.ConnectAsync(gateway.Url.Host, gateway.Url.Port, Cancellation);
            await client.GetStream().WriteAsync("POST /shop/ HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 100000\r\n\r\n"u8.ToArray(), Cancellation);
            await client.GetStream().WriteAsync(new byte[100_000], Cancellation);
            // The headers and the first piece.
            await client.GetStream().ReadExactlyAsync(new byte[200], Cancellation);
        }

        Assert.Equal("client_gone", (await log.NextAsync())["ErrorType"]);
    }

    [Fact]
    public async Task Abort_StrangersConnectionIsCut()
    {
        var log = new LogLines();
        await using var target = await TargetAsync();
        await using var gateway = await GatewayAsync(target, log, new FaultOptions { Abort = true });
        using var client = new TcpClient();
        await client.ConnectAsync(gateway.Url.Host, gateway.Url.Port, Cancellation);

        await client.GetStream().WriteAsync("GET /shop/ HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"u8.ToArray(), Cancellation);
        var read = 0;
        try
        {
            read = await client.GetStream().ReadAsync(new byte[100], Cancellation).AsTask().WaitAsync(TestTimeouts.Default, Cancellation);
        }
        catch (IOException)
        {
            // Reset, where it is seen as one.
        }

        Assert.Equal(0, read);
        var line = await log.NextAsync();
        Assert.Equal(("abort", "reset"), (line["Fault"], line["ErrorType"]));
        Assert.Equal(0, _arrived);
        Assert.Empty(log.Complaints);
    }

    [Fact]
    public async Task Abort_AgentSeesAReset()
    {
        await using var target = await TargetAsync();
        await using var gateway = await GatewayAsync(target, null, new FaultOptions { Abort = true });

        var exchange = await AgentAsync(gateway, target, "hello"u8.ToArray());

        Assert.Equal((0, TargetErrors.Reset, "abort"), (exchange.Status, exchange.ErrorType, exchange.Timing.Fault));
        Assert.Equal(0, _arrived);
    }

    [Fact]
    public async Task SlowBody_IsSpreadOverItsTime()
    {
        await using var target = await TargetAsync();
        await using var gateway = await GatewayAsync(target, null, new FaultOptions { SlowBody = TimeSpan.FromMilliseconds(300) });

        var started = TimeProvider.System.GetTimestamp();
        using var response = await SendAsync(gateway, "/shop/", HttpMethod.Post, new StringContent("0123456789"));
        var body = await response.Content.ReadAsStringAsync(Cancellation);

        Assert.Equal(("0123456789", 10), (body, response.Content.Headers.ContentLength));
        Assert.True(TimeProvider.System.GetElapsedTime(started) >= TimeSpan.FromMilliseconds(290));
    }

    [Fact]
    public async Task SlowBody_OfUnknownLength_EndsNoSooner()
    {
        await using var target = await TestService.TargetAsync(static async context =>
        {
            await context.Response.WriteAsync("first");
            await context.Response.Body.FlushAsync();
            await context.Response.WriteAsync("second");
        });
        await using var gateway = await GatewayAsync(target, null, new FaultOptions { SlowBody = TimeSpan.FromMilliseconds(300) });

        var started = TimeProvider.System.GetTimestamp();
        using var response = await SendAsync(gateway, "/shop/");

        Assert.Equal("firstsecond", await response.Content.ReadAsStringAsync(Cancellation));
        Assert.True(TimeProvider.System.GetElapsedTime(started) >= TimeSpan.FromMilliseconds(290));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Throttle_HoldsInBothDirectionsAndLosesNothing(bool chunked)
    {
        await using var target = await TargetAsync();
        await using var gateway = await GatewayAsync(target, null, new FaultOptions { Throttle = 20_000 });
        var text = new string('x', 2000) + new string('y', 2000);
        var content = new StringContent(text);

        var started = TimeProvider.System.GetTimestamp();
        using var response = await SendAsync(gateway, "/shop/", HttpMethod.Post, content, chunked ? [("Transfer-Encoding", "chunked")] : []);

        Assert.Equal(text, await response.Content.ReadAsStringAsync(Cancellation));
        // 4000 bytes each way, of which a step each way may pass at once.
        Assert.True(TimeProvider.System.GetElapsedTime(started) >= TimeSpan.FromMilliseconds(190));
    }

    [Fact]
    public async Task ThrottleAndSlowBody_WebSocket_PassesBothWays()
    {
        await using var target = await WebSocketTargetAsync();
        await using var gateway = await GatewayAsync(target, null, new FaultOptions { Throttle = 10_000, SlowBody = TimeSpan.FromMinutes(1) });

        Assert.Equal("hello", await EchoAsync(gateway));
    }

    [Fact]
    public async Task Faults_Counted_InMetricsByKind()
    {
        var log = new LogLines();
        await using var target = await TargetAsync();
        await using var gateway = await GatewayAsync(
            target, log,
            new FaultOptions { Route = "GET /aborted", Abort = true },
            new FaultOptions { Route = "GET /slow", Latency = new LatencyOptions { Mean = TimeSpan.FromMilliseconds(1) }, Throttle = 1_000_000 });

        using var aborted = await SendAsync(gateway, "/shop/aborted", headers: ("X-Ape-Origin", target.Url.GetLeftPart(UriPartial.Authority)));
        using var slow = await SendAsync(gateway, "/shop/slow");
        using var none = await SendAsync(gateway, "/shop/");
        await log.NextAsync();
        await log.NextAsync();
        await log.NextAsync();
        using var metrics = await SendAsync(gateway, "/metrics");
        var text = await metrics.Content.ReadAsStringAsync(Cancellation);

        Assert.Contains("apetest_gateway_faults_total{reason=\"abort\",target=\"shop\"} 1", text, StringComparison.Ordinal);
        Assert.Contains("apetest_gateway_faults_total{reason=\"latency+throttle\",target=\"shop\"} 1", text, StringComparison.Ordinal);
        Assert.DoesNotContain("reason=\"none\"", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Faults_SameSeed_HitTheSameRequests()
    {
        await using var target = await TargetAsync();
        await using var gateway = await GatewayAsync(target, null, new FaultOptions { Status = 503, Share = 0.3, Seed = 7 });
        var plan = new FaultPlan([new FaultOptions { Status = 503, Share = 0.3, Seed = 7 }]);

        for (var i = 0; i < 40; i++)
        {
            using var response = await SendAsync(gateway, "/shop/");
            var request = new TargetRequest { Method = HttpMethod.Get, Url = target.Url, Target = "shop" };
            Assert.Equal(plan.Pick(in request) is null ? 200 : 503, (int)response.StatusCode);
        }
        Assert.InRange(_arrived, 1, 39);
    }

    internal static Task<TestService> WebSocketTargetAsync() => TestService.TargetAsync(static async context =>
    {
        var buffer = new byte[100];
        using var socket = await new WebSocketUpgrade(context).AcceptAsync();
        var received = await socket.ReceiveAsync(buffer, context.RequestAborted);
        await socket.SendAsync(buffer.AsMemory(0, received.Count), WebSocketMessageType.Text, endOfMessage: true, context.RequestAborted);
        await socket.ReceiveAsync(buffer, context.RequestAborted);
        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, context.RequestAborted);
    });

    /// <summary>Says hello to a target that echoes, and closes as it should be.</summary>
    internal static async Task<string> EchoAsync(TestService gateway)
    {
        using var socket = new ClientWebSocket();
        await socket.ConnectAsync(new UriBuilder(gateway.Url) { Scheme = "ws", Path = "/shop/" }.Uri, Cancellation);
        await socket.SendAsync("hello"u8.ToArray(), WebSocketMessageType.Text, endOfMessage: true, Cancellation);
        var buffer = new byte[100];
        var received = await socket.ReceiveAsync(buffer, Cancellation).WaitAsync(TestTimeouts.Default, Cancellation);
        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, Cancellation).WaitAsync(TestTimeouts.Default, Cancellation);
        return Encoding.ASCII.GetString(buffer, 0, received.Count);
    }
}
