using System.Text;
using System.Text.Json;
using ApeTest.Targets.Faults;
using ApeTest.Targets.Http;
using ApeTest.Targets.Policy;
using ApeTest.Targets.Tests.Resilience;
using ApeTest.Tests.Shared;
using Microsoft.AspNetCore.Http;
using static ApeTest.Targets.Tests.Resilience.ScriptedTarget;

namespace ApeTest.Targets.Tests.Faults;

/// <summary>What a fault does to a request in process.</summary>
public sealed class FaultInjectionTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static LatencyOptions Constant(double seconds) => new() { Mean = TimeSpan.FromSeconds(seconds) };

    [Fact]
    public async Task Send_Latency_DelaysAndIsGatewayTime()
    {
        var time = new WatchedTime();
        await using var target = await StartAsync(time, Status(200));
        var transport = target.Transport(time, static _ => { }, null, new FaultOptions { Latency = Constant(2) });

        var exchange = transport.SendAsync(target.Request(), Cancellation).AsTask();
        Assert.Equal(TimeSpan.FromSeconds(2), await time.NextWaitAsync());
        Assert.Empty(target.Seen);
        time.Clock.Advance(TimeSpan.FromSeconds(2));
        var result = await exchange.WaitAsync(TestTimeouts.Default, Cancellation);

        Assert.Equal((200, TimeSpan.FromSeconds(2), TimeSpan.Zero, "latency"), (result.Status, result.Timing.Gateway, result.Timing.Target, result.Timing.Fault));
    }

    [Fact]
    public async Task Send_LatencyBeyondTheTimeout_IsATimeoutAsOfASlowTarget()
    {
        var time = new FakeTimeProvider();
        await using var target = await StartAsync(time, Status(200));
        var transport = target.Transport(time, static _ => { }, null, new FaultOptions { Latency = Constant(40) });

        var exchange = transport.SendAsync(target.Request(), Cancellation).AsTask();
        await time.WaitForTimersAsync(2, Cancellation);
        time.Advance(TimeSpan.FromSeconds(30));
        var result = await exchange.WaitAsync(TestTimeouts.Default, Cancellation);

        Assert.Equal((TargetErrors.Timeout, "latency"), (result.ErrorType, result.Timing.Fault));
        Assert.Empty(target.Seen);
    }

    [Fact]
    public async Task Send_Status_AnswersInTheTargetsPlace()
    {
        await using var target = await StartAsync(TimeProvider.System, Status(200));
        var transport = target.Transport(TimeProvider.System, static _ => { }, null, new FaultOptions { Name = "down", Status = 503, RetryAfter = TimeSpan.FromSeconds(2) });

        var exchange = await transport.SendAsync(target.Request(), Cancellation);

        Assert.Equal((503, null, "status", "2"), (exchange.Status, exchange.ErrorType, exchange.Timing.Fault, exchange.Header("Retry-After")));
        Assert.Equal("application/problem+json", exchange.Header("Content-Type"));
        using var problem = JsonDocument.Parse(exchange.Body);
        Assert.Equal((503, "This answer is the injected fault 'down': the target was not asked."),
            (problem.RootElement.GetProperty("status").GetInt32(), problem.RootElement.GetProperty("detail").GetString()));
        Assert.Empty(target.Seen);
    }

    [Fact]
    public async Task Send_Abort_IsReset()
    {
        await using var target = await StartAsync(TimeProvider.System, Status(200));
        var transport = target.Transport(TimeProvider.System, static _ => { }, null, new FaultOptions { Abort = true });

        var exchange = await transport.SendAsync(target.Request(), Cancellation);

        Assert.Equal((0, TargetErrors.Reset, "abort", "the connection was cut by an injected fault"),
            (exchange.Status, exchange.ErrorType, exchange.Timing.Fault, exchange.ErrorMessage));
        Assert.Empty(target.Seen);
    }

    [Fact]
    public async Task Send_SlowBody_IsSpreadAfterTheHeaders()
    {
        var time = new WatchedTime();
        await using var target = await StartAsync(time, static context =>
        {
            context.Response.ContentLength = 4;
            return context.Response.WriteAsync("slow");
        });
        var transport = target.Transport(time, static _ => { }, null, new FaultOptions { SlowBody = TimeSpan.FromSeconds(8) });

        var exchange = transport.SendAsync(target.Request(), Cancellation).AsTask();
        for (var i = 0; i < 4; i++)
        {
            Assert.Equal(TimeSpan.FromSeconds(2), await time.PassWaitAsync());
        }
        var result = await exchange.WaitAsync(TestTimeouts.Default, Cancellation);

        Assert.Equal(("slow", "4", "slow_body"), (Encoding.ASCII.GetString(result.Body.Span), result.Header("Content-Length"), result.Timing.Fault));
    }

    [Fact]
    public async Task Send_Throttle_HoldsInBothDirections()
    {
        var time = new WatchedTime();
        await using var target = await StartAsync(time, static context =>
        {
            context.Response.ContentLength = 2;
            return context.Response.WriteAsync("ok");
        });
        var transport = target.Transport(time, static _ => { }, null, new FaultOptions { Throttle = 1 });

        var exchange = transport.SendAsync(target.Request("POST", "abc"u8.ToArray()), Cancellation).AsTask();
        for (var i = 0; i < 5; i++)
        {
            await time.PassWaitAsync();
        }
        var result = await exchange.WaitAsync(TestTimeouts.Default, Cancellation);

        Assert.Equal((200, "throttle", "POST abc"), (result.Status, result.Timing.Fault, target.Seen.Single().Line));
        Assert.Equal(TimeSpan.FromSeconds(5), result.Timing.Total);
    }

    [Theory]
    [InlineData("HEAD", 200)]
    [InlineData("GET", 204)]
    [InlineData("GET", 304)]
    public async Task Send_AnswerWithoutBody_IsNotSlowed(string method, int status)
    {
        // On a clock that nobody moves.
        var time = new FakeTimeProvider();
        await using var target = await StartAsync(time, Status(status));
        var transport = target.Transport(time, static _ => { }, null, new FaultOptions { SlowBody = TimeSpan.FromSeconds(1), Throttle = 1 });

        var exchange = await transport.SendAsync(target.Request(method), Cancellation).AsTask().WaitAsync(TestTimeouts.Default, Cancellation);

        Assert.Equal((status, null, "slow_body+throttle"), (exchange.Status, exchange.ErrorType, exchange.Timing.Fault));
    }

    [Fact]
    public async Task Send_BodyThatBreaksUnderThrottle_IsReset()
    {
        await using var target = new RawTarget("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf", reset: false);
        using var transport = new SocketsTransport(
            new TargetPolicy(new GatewayFile { Targets = [Some.Target(target.Url.AbsoluteUri)], Faults = [new FaultOptions { Throttle = 1_000_000 }] }), TimeProvider.System);

        var exchange = await transport.SendAsync(Some.Get(target.Url), Cancellation);

        Assert.Equal((200, TargetErrors.Reset, "throttle"), (exchange.Status, exchange.ErrorType, exchange.Timing.Fault));
    }

    [Fact]
    public async Task Faults_Replaced_HoldForRequestsFromThenOn()
    {
        await using var target = await StartAsync(TimeProvider.System, Status(200));
        var transport = target.Transport(TimeProvider.System, static _ => { });

        var before = await transport.SendAsync(target.Request(), Cancellation);
        target.Policy.SwitchFaults(new FaultPlan([new FaultOptions { Status = 500 }]));
        var during = await transport.SendAsync(target.Request(), Cancellation);
        target.Policy.SwitchFaults(FaultPlan.None);
        var after = await transport.SendAsync(target.Request(), Cancellation);

        Assert.Equal((200, 500, 200), (before.Status, during.Status, after.Status));
    }
}
