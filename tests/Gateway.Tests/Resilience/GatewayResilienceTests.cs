using System.Collections.Concurrent;
using System.Net;
using ApeTest.Gateway.Tests.Faults;
using ApeTest.Gateway.Tests.Forwarding;
using ApeTest.Targets.Http;
using ApeTest.Targets.Policy;
using ApeTest.Targets.Resilience;
using ApeTest.Tests.Shared;
using Microsoft.AspNetCore.Http;

namespace ApeTest.Gateway.Tests.Resilience;

/// <summary>Retries and breakers of the gateway, counted by the target.</summary>
public sealed class GatewayResilienceTests : ForwardingTest
{
    private readonly ConcurrentQueue<string> _seen = new();

    private static Action<TargetOptions> Retry(int attempts = 1) => options =>
        options.Retry = new RetryOptions { Attempts = attempts, Delay = TimeSpan.FromMilliseconds(1) };

    /// <summary>Answers 503 so often, then 200; keeps method, length of the body and how it was framed.</summary>
    private Task<TestService> TargetAsync(int failures = int.MaxValue) => TestService.TargetAsync(async context =>
    {
        var body = await new StreamReader(context.Request.Body).ReadToEndAsync(context.RequestAborted);
        _seen.Enqueue($"{context.Request.Method} {body.Length}");
        context.Response.StatusCode = _seen.Count <= failures ? 503 : 200;
    });

    [Fact]
    public async Task Retry_Get_IsSentAgainCountedAndTold()
    {
        var log = new LogLines();
        await using var target = await TargetAsync(failures: 2);
        await using var gateway = await TestService.GatewayAsync(target.Url, Retry(3), log: log);

        using var response = await SendAsync(gateway, "/shop/");

        Assert.Equal((HttpStatusCode.OK, 3), (response.StatusCode, _seen.Count));
        Assert.Contains("retries=2", response.Headers.GetValues("X-Ape-Timing").Single(), StringComparison.Ordinal);
        Assert.Equal(2, (await log.NextAsync())["Retries"]);
        using var metrics = await SendAsync(gateway, "/metrics");
        Assert.Contains("apetest_gateway_retries_total{reason=\"5xx\",target=\"shop\"} 2", await metrics.Content.ReadAsStringAsync(Cancellation), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Retry_NotConfigured_IsSentOnce()
    {
        await using var target = await TargetAsync();
        await using var gateway = await TestService.GatewayAsync(target.Url);

        using var response = await SendAsync(gateway, "/shop/");

        Assert.Equal((HttpStatusCode.ServiceUnavailable, 1), (response.StatusCode, _seen.Count));
    }

    [Theory]
    [InlineData("POST", 10, false, 1)]
    [InlineData("PUT", 10, false, 2)]
    [InlineData("PUT", 10, true, 2)]
    [InlineData("PUT", 65_536, false, 2)]
    [InlineData("PUT", 65_536, true, 2)]
    [InlineData("PUT", 65_537, false, 1)]
    [InlineData("PUT", 65_537, true, 1)]
    [InlineData("PUT", 3_000_000, true, 1)]
    public async Task Retry_Body_IsSentAgainUpTo64KiB(string method, int length, bool chunked, int attempts)
    {
        await using var target = await TargetAsync(failures: 1);
        await using var gateway = await TestService.GatewayAsync(target.Url, Retry());

        using var response = await SendAsync(
            gateway, "/shop/", new HttpMethod(method), new ByteArrayContent([.. Enumerable.Repeat((byte)'x', length)]), chunked ? [("Transfer-Encoding", "chunked")] : []);

        Assert.Equal(attempts == 2 ? 200 : 503, (int)response.StatusCode);
        Assert.Equal(Enumerable.Repeat($"{method} {length}", attempts), _seen);
    }

    [Fact]
    public async Task Retry_TargetComesBack_PostIsSentOnceItConnects()
    {
        var target = await TargetAsync();
        var url = target.Url;
        await target.DisposeAsync();
        await using var gateway = await TestService.GatewayAsync(url, Retry(2));

        using var response = await SendAsync(gateway, "/shop/", HttpMethod.Post, new StringContent("hello"));

        Assert.Equal((HttpStatusCode.BadGateway, "connect"), (response.StatusCode, (await ProblemAsync(response)).Error));
        Assert.Contains("retries=2", response.Headers.GetValues("X-Ape-Timing").Single(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Retry_StreamedBodyAndNoTarget_EndsWithoutAnotherAttempt()
    {
        var target = await TargetAsync();
        var url = target.Url;
        await target.DisposeAsync();
        await using var gateway = await TestService.GatewayAsync(url, Retry(2));

        using var response = await SendAsync(gateway, "/shop/", HttpMethod.Put, new ByteArrayContent(new byte[1_000_000]), ("Transfer-Encoding", "chunked"));

        Assert.Equal((HttpStatusCode.BadGateway, "connect"), (response.StatusCode, (await ProblemAsync(response)).Error));
        Assert.Contains("retries=0", response.Headers.GetValues("X-Ape-Timing").Single(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Retry_StreamedBodyBeyondTheLimit_Is413()
    {
        await using var target = await TargetAsync();
        await using var gateway = await TestService.GatewayAsync(target.Url, Retry(), new LimitOptions { BodyBytes = 1000 });

        using var response = await SendAsync(gateway, "/shop/", HttpMethod.Put, new ByteArrayContent(new byte[5000]), ("Transfer-Encoding", "chunked"));

        Assert.Equal((HttpStatusCode.RequestEntityTooLarge, "denied"), (response.StatusCode, (await ProblemAsync(response)).Error));
        Assert.Empty(_seen);
    }

    [Fact]
    public async Task Retry_TimeLimitOfEachAttempt_EndsAs504()
    {
        var arrived = 0;
        await using var target = await TestService.TargetAsync(context =>
        {
            Interlocked.Increment(ref arrived);
            return Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted);
        });
        await using var gateway = await TestService.GatewayAsync(target.Url, static options =>
        {
            Retry()(options);
            options.Timeout = "2s";
        });

        using var response = await SendAsync(gateway, "/shop/");

        Assert.Equal((HttpStatusCode.GatewayTimeout, "timeout", 2), (response.StatusCode, (await ProblemAsync(response)).Error, arrived));
    }

    [Fact]
    public async Task Retry_Streaming_IsNotHeldBack()
    {
        var goOn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var target = await TestService.TargetAsync(async context =>
        {
            await context.Response.WriteAsync("first", Cancellation);
            await context.Response.Body.FlushAsync(Cancellation);
            await goOn.Task.WaitAsync(TestTimeouts.Default, Cancellation);
            context.Abort();
        });
        await using var gateway = await TestService.GatewayAsync(target.Url, Retry(3));

        using var response = await SendAsync(gateway, "/shop/");
        await using var stream = await response.Content.ReadAsStreamAsync(Cancellation);
        await stream.ReadExactlyAsync(new byte[5], Cancellation);
        goOn.SetResult();

        await Assert.ThrowsAnyAsync<IOException>(async () => await stream.ReadExactlyAsync(new byte[1], Cancellation));
        Assert.Contains("retries=0", response.Headers.GetValues("X-Ape-Timing").Single(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task RetryAndBreaker_WebSocket_Passes()
    {
        await using var target = await GatewayFaultsTests.WebSocketTargetAsync();
        await using var gateway = await TestService.GatewayAsync(target.Url, static options =>
        {
            Retry()(options);
            options.CircuitBreaker = new CircuitBreakerOptions();
            // Shorter than the connection lives: it limits the attempt, not the stream.
            options.Timeout = "2s";
        });

        Assert.Equal("hello", await GatewayFaultsTests.EchoAsync(gateway));
    }

    [Fact]
    public async Task Breaker_Open_Is503WithRetryAfterAndNothingIsSent()
    {
        var log = new LogLines();
        await using var target = await TargetAsync();
        await using var gateway = await TestService.GatewayAsync(target.Url, static options => options.CircuitBreaker = new CircuitBreakerOptions { Failures = 2, Break = TimeSpan.FromMinutes(1) }, log: log);

        for (var i = 0; i < 2; i++)
        {
            using var failed = await SendAsync(gateway, "/shop/");
            Assert.False(failed.Headers.Contains("X-Ape-Error"));
            await log.NextAsync();
        }
        using var response = await SendAsync(gateway, "/shop/");

        Assert.Equal((HttpStatusCode.ServiceUnavailable, "circuit_open"), (response.StatusCode, (await ProblemAsync(response)).Error));
        Assert.InRange(int.Parse(response.Headers.GetValues("Retry-After").Single(), System.Globalization.CultureInfo.InvariantCulture), 50, 60);
        Assert.Equal(2, _seen.Count);
        Assert.Equal("circuit_open", (await log.NextAsync())["ErrorType"]);
        using var metrics = await SendAsync(gateway, "/metrics");
        var text = await metrics.Content.ReadAsStringAsync(Cancellation);
        Assert.Contains("error_type=\"circuit_open\"", text, StringComparison.Ordinal);
        Assert.Contains("apetest_gateway_breaker_open{target=\"shop\"} 1", text, StringComparison.Ordinal);
        using var transport = new GatewayTransport(gateway.Url, null, TimeSpan.FromSeconds(5), TimeProvider.System);
        var exchange = await transport.SendAsync(new TargetRequest { Method = HttpMethod.Get, Url = target.Url, Target = "shop" }, Cancellation);
        Assert.Equal((0, TargetErrors.CircuitOpen), (exchange.Status, exchange.ErrorType));
    }

    [Fact]
    public async Task Breaker_TargetHangs_TimeoutsCount()
    {
        await using var target = await TestService.TargetAsync(static context => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted));
        await using var gateway = await TestService.GatewayAsync(target.Url, static options =>
        {
            options.CircuitBreaker = new CircuitBreakerOptions { Failures = 2 };
            options.Timeout = "100ms";
        });

        var errors = new List<string>();
        for (var i = 0; i < 3; i++)
        {
            using var response = await SendAsync(gateway, "/shop/");
            errors.Add((await ProblemAsync(response)).Error);
        }

        Assert.Equal(["timeout", "timeout", "circuit_open"], errors);
    }
}
