using System.Diagnostics.Metrics;
using ApeTest.Targets.Http;
using ApeTest.Targets.Policy;
using ApeTest.Targets.Resilience;
using ApeTest.Tests.Shared;
using Microsoft.Extensions.DependencyInjection;
using static ApeTest.Targets.Tests.Resilience.ScriptedTarget;

namespace ApeTest.Targets.Tests.Resilience;

/// <summary>Retries, counted where it matters: by the target.</summary>
public sealed class RetryTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static Action<TargetOptions> Retry(int attempts = 2, double delay = 0.1, double maxDelay = 5, Action<RetryOptions>? change = null) => options =>
    {
        options.Retry = new RetryOptions { Attempts = attempts, Delay = TimeSpan.FromSeconds(delay), MaxDelay = TimeSpan.FromSeconds(maxDelay), Jitter = false };
        change?.Invoke(options.Retry);
    };

    [Fact]
    public async Task Send_NotConfigured_IsSentOnce()
    {
        await using var target = await StartAsync(TimeProvider.System, Status(503), Status(200));

        var exchange = await target.Transport(TimeProvider.System, static _ => { }).SendAsync(target.Request(), Cancellation);

        Assert.Equal((503, 0, 1), (exchange.Status, exchange.Timing.Retries, target.Seen.Count));
    }

    [Theory]
    [InlineData(429, "4xx")]
    [InlineData(502, "5xx")]
    [InlineData(503, "5xx")]
    public async Task Send_RetriedStatus_IsSentAgainAndCounted(int status, string reason)
    {
        await using var target = await StartAsync(TimeProvider.System, Status(status), Status(status), Status(200));

        var exchange = await target.Transport(TimeProvider.System, Retry(delay: 0.001)).SendAsync(target.Request(), Cancellation);

        Assert.Equal((200, 2, 3), (exchange.Status, exchange.Timing.Retries, target.Seen.Count));
        Assert.Equal([reason, reason], exchange.RetryReasons!);
    }

    [Fact]
    public async Task Send_EveryAttemptFails_LastAnswerIsSeen()
    {
        await using var target = await StartAsync(TimeProvider.System, Status(503), Status(502), Status(504));

        var exchange = await target.Transport(TimeProvider.System, Retry(delay: 0.001)).SendAsync(target.Request(), Cancellation);

        Assert.Equal((504, null, 2, 3), (exchange.Status, exchange.ErrorType, exchange.Timing.Retries, target.Seen.Count));
    }

    [Theory]
    [InlineData(500)]
    [InlineData(404)]
    public async Task Send_OtherStatus_IsPassedOn(int status)
    {
        await using var target = await StartAsync(TimeProvider.System, Status(status), Status(200));

        var exchange = await target.Transport(TimeProvider.System, Retry()).SendAsync(target.Request(), Cancellation);

        Assert.Equal((status, 1), (exchange.Status, target.Seen.Count));
    }

    [Fact]
    public async Task Send_ResetAndTimeout_AreRetriedAndNamed()
    {
        await using var target = await StartAsync(TimeProvider.System, Reset, Hang, Status(200));

        var exchange = await target.Transport(TimeProvider.System, options =>
        {
            Retry(delay: 0.001)(options);
            options.Timeout = "3s";
        }).SendAsync(target.Request(), Cancellation);

        Assert.Equal((200, 3), (exchange.Status, target.Seen.Count));
        Assert.Equal(["reset", "timeout"], exchange.RetryReasons!);
    }

    [Fact]
    public async Task Send_TimeLimit_IsOfEachAttempt()
    {
        await using var target = await StartAsync(TimeProvider.System, Hang);

        var exchange = await target.Transport(TimeProvider.System, options =>
        {
            Retry(attempts: 1, delay: 0.001)(options);
            options.Timeout = "100ms";
        }).SendAsync(target.Request(), Cancellation);

        Assert.Equal((0, TargetErrors.Timeout, "no answer within 0.1 s", 1), (exchange.Status, exchange.ErrorType, exchange.ErrorMessage, exchange.Timing.Retries));
        Assert.Equal(["timeout"], exchange.RetryReasons!);
    }

    [Theory]
    [InlineData("GET", true)]
    [InlineData("HEAD", true)]
    [InlineData("PUT", true)]
    [InlineData("DELETE", true)]
    [InlineData("POST", false)]
    [InlineData("PATCH", false)]
    public async Task Send_ByDefault_OnlyIdempotentMethodsAreRetried(string method, bool retried)
    {
        await using var target = await StartAsync(TimeProvider.System, Status(503), Status(200));

        var exchange = await target.Transport(TimeProvider.System, Retry(delay: 0.001)).SendAsync(target.Request(method), Cancellation);

        Assert.Equal(retried ? (200, 2) : (503, 1), (exchange.Status, target.Seen.Count));
    }

    [Fact]
    public async Task Send_ConnectionNeverMade_IsRetriedForAnyMethod()
    {
        var port = FreePort.Take();
        using var transport = Some.Transport(new Uri($"http://127.0.0.1:{port}"), Retry(delay: 0.001));

        var exchange = await transport.SendAsync(
            new TargetRequest { Method = HttpMethod.Post, Url = new Uri($"http://127.0.0.1:{port}/"), Target = "shop", Body = "hello"u8.ToArray() }, Cancellation);

        Assert.Equal((TargetErrors.Connect, 2), (exchange.ErrorType, exchange.Timing.Retries));
        Assert.Equal(["connect", "connect"], exchange.RetryReasons!);
    }

    [Theory]
    [InlineData(65_536, 2)]
    [InlineData(65_537, 1)]
    public async Task Send_Body_IsRetriedUpTo64KiB(int length, int attempts)
    {
        await using var target = await StartAsync(TimeProvider.System, Status(503), Status(200));

        await target.Transport(TimeProvider.System, Retry(delay: 0.001)).SendAsync(target.Request("PUT", [.. Enumerable.Repeat((byte)'x', length)]), Cancellation);

        Assert.Equal(Enumerable.Repeat("PUT ".Length + length, attempts), target.Seen.Select(static seen => seen.Line.Length));
    }

    [Fact]
    public async Task Send_Waits_DoubleAndAreGatewayTime()
    {
        var time = new WatchedTime();
        await using var target = await StartAsync(time, Status(503), Status(503), Status(503), Status(200));
        var transport = target.Transport(time, Retry(attempts: 3, delay: 1, maxDelay: 3));

        var exchange = transport.SendAsync(target.Request(), Cancellation).AsTask();
        foreach (var wait in new[] { 1, 2, 3 })
        {
            Assert.Equal(TimeSpan.FromSeconds(wait), await time.PassWaitAsync());
        }
        var result = await exchange.WaitAsync(TestTimeouts.Default, Cancellation);

        var began = target.Seen.First().At;
        Assert.Equal([0, 1, 3, 6], target.Seen.Select(seen => (seen.At - began).TotalSeconds));
        Assert.Equal((200, TimeSpan.FromSeconds(6), TimeSpan.Zero), (result.Status, result.Timing.Gateway, result.Timing.Target));
    }

    [Theory]
    [InlineData("2")]
    [InlineData("Sat, 21 Nov 2026 13:15:04 GMT")]
    public async Task Send_RetryAfter_IsWaitedFor(string retryAfter)
    {
        var time = new WatchedTime();
        await using var target = await StartAsync(time, Status(429, retryAfter), Status(200));
        var transport = target.Transport(time, Retry());

        var exchange = transport.SendAsync(target.Request(), Cancellation).AsTask();
        Assert.Equal(TimeSpan.FromSeconds(2), await time.PassWaitAsync());
        var result = await exchange.WaitAsync(TestTimeouts.Default, Cancellation);

        Assert.Equal((200, 2), (result.Status, target.Seen.Count));
    }

    [Theory]
    [InlineData("6")]
    [InlineData("Sat, 21 Nov 2026 13:15:09 GMT")]
    public async Task Send_RetryAfterBeyondMaxDelay_AnswerIsPassedOn(string retryAfter)
    {
        var time = new FakeTimeProvider();
        await using var target = await StartAsync(time, Status(429, retryAfter), Status(200));

        var exchange = await target.Transport(time, Retry()).SendAsync(target.Request(), Cancellation);

        Assert.Equal((429, retryAfter, 1), (exchange.Status, exchange.Header("Retry-After"), target.Seen.Count));
    }

    [Theory]
    [InlineData("nonsense")]
    [InlineData("0")]
    [InlineData("Sat, 21 Nov 2020 13:15:09 GMT")]
    public async Task Send_RetryAfterThatAsksForNothing_WaitsAsConfigured(string retryAfter)
    {
        await using var target = await StartAsync(TimeProvider.System, Status(503, retryAfter), Status(200));

        var exchange = await target.Transport(TimeProvider.System, Retry(delay: 0.001)).SendAsync(target.Request(), Cancellation);

        Assert.Equal((200, 1), (exchange.Status, exchange.Timing.Retries));
    }

    [Fact]
    public async Task Send_CallerGivesUpWhileWaiting_Ends()
    {
        var time = new WatchedTime();
        await using var target = await StartAsync(time, Status(503));
        using var cancellation = new CancellationTokenSource();
        var exchange = target.Transport(time, Retry()).SendAsync(target.Request(), cancellation.Token).AsTask();
        await time.NextWaitAsync();

        await cancellation.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => exchange.WaitAsync(TestTimeouts.Default, Cancellation));
        Assert.Single(target.Seen);
    }

    [Fact]
    public void Send_Jitter_DrawsFromHalfToOnceTheWait()
    {
        var rule = new RetryRule(new RetryOptions { Attempts = 1, Delay = TimeSpan.FromSeconds(1) }, TimeProvider.System);
        var failed = Polly.Outcome.FromException<HttpResponseMessage>(new HttpRequestException());

        var waits = Enumerable.Range(0, 1000).Select(_ => rule.Wait(failed, 0).TotalSeconds).ToList();

        Assert.InRange(waits.Min(), 0.5, 0.52);
        Assert.InRange(waits.Max(), 0.98, 1);
    }

    [Fact]
    public async Task Send_Retries_AreMeasuredByReason()
    {
        using var services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        var factory = services.GetRequiredService<IMeterFactory>();
        var seen = new List<string>();
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, l) =>
        {
            if (instrument.Meter.Scope == factory && instrument.Name == "apetest.gateway.retries")
            {
                l.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<long>((_, value, tags, _) => seen.Add($"{value} {string.Join(' ', tags.ToArray().Select(static tag => $"{tag.Key}={tag.Value}"))}"));
        listener.Start();
        await using var target = await StartAsync(TimeProvider.System, Reset, Status(429), Status(200));

        await target.Transport(TimeProvider.System, Retry(delay: 0.001), new TargetMetrics(factory)).SendAsync(target.Request(), Cancellation);

        Assert.Equal(["1 target=shop reason=reset", "1 target=shop reason=4xx"], seen);
    }
}
