using System.Diagnostics;
using ApeTest.Targets.Http;
using Microsoft.AspNetCore.Http;

namespace ApeTest.Gateway.Tests.Forwarding;

/// <summary>What the gateway tells of the requests that it forwards: access log, metrics, trace.</summary>
public sealed class GatewayTelemetryTests : ForwardingTest
{
    [Fact]
    public async Task Forward_SecretInThePath_IsNotLogged()
    {
        var seen = "";
        await using var target = await TestService.TargetAsync(context =>
        {
            seen = context.Request.Path + string.Join(' ', context.Request.Headers.Keys);
            return Task.CompletedTask;
        });
        var log = new LogLines();
        await using var gateway = await TestService.GatewayAsync(target.Url, log: log);
        using var transport = new GatewayTransport(gateway.Url, null, TimeSpan.FromSeconds(5), TimeProvider.System);

        await transport.SendAsync(new TargetRequest
        {
            Method = HttpMethod.Get, Url = new Uri(target.Url, "/cards/4711"), Target = "shop", ShownPath = "/cards/{{user.card}}",
        }, Cancellation);

        Assert.StartsWith("/cards/4711", seen, StringComparison.Ordinal);
        Assert.DoesNotContain("X-Ape", seen, StringComparison.OrdinalIgnoreCase);
        Assert.Equal("/cards/{{user.card}}", (await log.NextAsync())["Path"]);
    }

    [Theory]
    [InlineData("01", 200, true)]
    [InlineData("00", 200, false)]
    [InlineData("00", 404, true)]
    [InlineData("00", 503, true)]
    public async Task Forward_AccessLog_FollowsSamplingAndStatus(string flags, int status, bool logged)
    {
        await using var target = await TestService.TargetAsync(context =>
        {
            context.Response.StatusCode = context.Request.Path == "/mark" ? 200 : status;
            return Task.CompletedTask;
        });
        var log = new LogLines();
        await using var gateway = await TestService.GatewayAsync(target.Url, log: log);

        using var first = await SendAsync(gateway, "/shop/orders?secret=1", headers: ("traceparent", $"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-{flags}"));
        // A second request that is always logged, so that the absence of the first one's line is certain.
        using var mark = await SendAsync(gateway, "/shop/mark", headers: ("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"));

        var line = await log.NextAsync();
        Assert.Equal(logged ? "/orders" : "/mark", line["Path"]);
        Assert.Equal(("GET", "shop", logged ? status : 200), (line["Method"], line["Target"], line["Status"]));
        Assert.IsType<double>(line["GatewayS"]);
        Assert.IsType<double>(line["TargetS"]);
    }

    [Fact]
    public async Task Forward_BodyLongAfterItsHead_IsTheTargetsTime()
    {
        await using var target = await TestService.TargetAsync(static async context =>
        {
            await context.Response.StartAsync(context.RequestAborted);
            await Task.Delay(TimeSpan.FromMilliseconds(200), TimeProvider.System, context.RequestAborted);
            await context.Response.WriteAsync("late", context.RequestAborted);
        });
        var log = new LogLines();
        await using var gateway = await TestService.GatewayAsync(target.Url, log: log);
        using var transport = new GatewayTransport(gateway.Url, null, TimeSpan.FromSeconds(30), TimeProvider.System);

        var exchange = await transport.SendAsync(new TargetRequest { Method = HttpMethod.Get, Url = target.Url, Target = "shop", Trace = new ActivityContext(ActivityTraceId.CreateRandom(), ActivitySpanId.CreateRandom(), ActivityTraceFlags.Recorded) }, Cancellation);

        // A timer may fire a little early; a busy machine only adds to the figures.
        var least = TimeSpan.FromMilliseconds(150);
        Assert.Equal(4, exchange.BodyLength);
        Assert.True(exchange.Timing.Target > least, exchange.Timing.ToString());
        Assert.True((double)(await log.NextAsync())["TargetS"]! > least.TotalSeconds);
    }

    [Fact]
    public async Task Forward_Requests_AreCountedInMetrics()
    {
        await using var target = await TestService.TargetAsync(static context =>
        {
            context.Response.StatusCode = 404;
            return Task.CompletedTask;
        });
        var log = new LogLines();
        await using var gateway = await TestService.GatewayAsync(target.Url, log: log);
        using var found = await SendAsync(gateway, "/shop/");
        using var unknown = await SendAsync(gateway, "/nobody/");
        await log.NextAsync();
        await log.NextAsync();

        using var metrics = await SendAsync(gateway, "/metrics");
        var text = await metrics.Content.ReadAsStringAsync(Cancellation);

        Assert.Contains("apetest_gateway_requests_total{", text, StringComparison.Ordinal);
        Assert.Contains("status_class=\"4xx\"", text, StringComparison.Ordinal);
        Assert.Contains("error_type=\"denied\"", text, StringComparison.Ordinal);
        Assert.Contains("apetest_gateway_own_seconds_bucket", text, StringComparison.Ordinal);
        Assert.Contains("apetest_gateway_target_seconds_count{target=\"shop\"} 1", text, StringComparison.Ordinal);
        Assert.DoesNotContain("nobody", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Forward_TraceOfAgent_IsOneFromEndToEnd()
    {
        var arrived = "";
        await using var target = await TestService.TargetAsync(context =>
        {
            arrived = context.Request.Headers["X-Trace-Id"].ToString();
            return Task.CompletedTask;
        });
        await using var gateway = await TestService.GatewayAsync(target.Url);
        using var transport = new GatewayTransport(gateway.Url, null, TimeSpan.FromSeconds(5), TimeProvider.System);
        var trace = new ActivityContext(ActivityTraceId.CreateRandom(), ActivitySpanId.CreateRandom(), ActivityTraceFlags.None);

        var exchange = await transport.SendAsync(new TargetRequest { Method = HttpMethod.Get, Url = target.Url, Target = "shop", Trace = trace }, Cancellation);

        Assert.Equal((trace.TraceId.ToHexString(), trace.TraceId), (arrived, exchange.Trace.TraceId));
    }
}
