using System.Diagnostics.Metrics;
using ApeTest.Targets.Faults;
using ApeTest.Targets.Http;
using ApeTest.Targets.Policy;
using ApeTest.Targets.Resilience;
using ApeTest.Tests.Shared;
using Microsoft.Extensions.DependencyInjection;
using static ApeTest.Targets.Tests.Resilience.ScriptedTarget;

namespace ApeTest.Targets.Tests.Resilience;

public sealed class CircuitBreakerTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static Action<TargetOptions> Breaker(int failures = 3, double share = 1) => options =>
        options.CircuitBreaker = new CircuitBreakerOptions { Failures = failures, Share = share };

    private static async Task<TargetExchange[]> SendAsync(ITargetTransport transport, ScriptedTarget target, int count)
    {
        var exchanges = new TargetExchange[count];
        for (var i = 0; i < count; i++)
        {
            exchanges[i] = await transport.SendAsync(target.Request("POST"), Cancellation);
        }
        return exchanges;
    }

    [Fact]
    public async Task Send_FailuresReached_OpensAndSendsNothing()
    {
        var time = new FakeTimeProvider();
        await using var target = await StartAsync(time, Status(503));
        var transport = target.Transport(time, Breaker());

        var exchanges = await SendAsync(transport, target, 5);

        Assert.Equal([503, 503, 503, 0, 0], exchanges.Select(static exchange => exchange.Status));
        Assert.Equal([null, null, null, "circuit_open", "circuit_open"], exchanges.Select(static exchange => exchange.ErrorType));
        Assert.Equal(3, target.Seen.Count);
        Assert.Equal("the circuit breaker of target 'shop' is open after its failures: nothing was sent; it may be tried again in 5 s", exchanges[4].ErrorMessage);
    }

    [Fact]
    public async Task Send_BreakOver_LetsOneThroughAndClosesOnItsSuccess()
    {
        var time = new FakeTimeProvider();
        await using var target = await StartAsync(time, Status(503));
        var transport = target.Transport(time, Breaker());
        await SendAsync(transport, target, 3);
        target.Then(Status(200));

        time.Advance(TimeSpan.FromSeconds(4.9));
        var before = await SendAsync(transport, target, 1);
        time.Advance(TimeSpan.FromSeconds(0.1));
        var after = await SendAsync(transport, target, 3);

        Assert.Equal("circuit_open", before[0].ErrorType);
        Assert.Equal([200, 200, 200], after.Select(static exchange => exchange.Status));
        Assert.Equal(6, target.Seen.Count);
    }

    [Fact]
    public async Task Send_TrialFails_StaysOpenForAnotherBreak()
    {
        var time = new FakeTimeProvider();
        await using var target = await StartAsync(time, Status(503));
        var transport = target.Transport(time, Breaker());
        await SendAsync(transport, target, 3);
        time.Advance(TimeSpan.FromSeconds(5));

        var exchanges = await SendAsync(transport, target, 2);

        Assert.Equal([null, "circuit_open"], exchanges.Select(static exchange => exchange.ErrorType));
        Assert.Equal(4, target.Seen.Count);
    }

    [Fact]
    public async Task Send_TrialUnderWay_OthersAreRefused()
    {
        var time = new FakeTimeProvider();
        var (arrived, goOn) = (new TaskCompletionSource(), new TaskCompletionSource());
        await using var target = await StartAsync(time, Status(503));
        var transport = target.Transport(time, Breaker());
        await SendAsync(transport, target, 3);
        time.Advance(TimeSpan.FromSeconds(5));
        target.Then(async context =>
        {
            arrived.TrySetResult();
            await goOn.Task.WaitAsync(TestTimeouts.Default, context.RequestAborted);
        });

        var trial = transport.SendAsync(target.Request(), Cancellation).AsTask();
        await arrived.Task.WaitAsync(TestTimeouts.Default, Cancellation);
        var other = await transport.SendAsync(target.Request(), Cancellation);
        goOn.SetResult();

        Assert.Equal(("circuit_open", 200), (other.ErrorType, (await trial.WaitAsync(TestTimeouts.Default, Cancellation)).Status));
    }

    [Fact]
    public async Task Send_TrialThatItsCallerGaveUp_DoesNotClose()
    {
        var time = new FakeTimeProvider();
        var arrived = new TaskCompletionSource();
        await using var target = await StartAsync(time, Status(503));
        var transport = target.Transport(time, Breaker());
        await SendAsync(transport, target, 3);
        time.Advance(TimeSpan.FromSeconds(5));
        target.Then(context =>
        {
            arrived.TrySetResult();
            return Hang(context);
        });
        using var cancellation = new CancellationTokenSource();
        var trial = transport.SendAsync(target.Request(), cancellation.Token).AsTask();
        await arrived.Task.WaitAsync(TestTimeouts.Default, Cancellation);
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => trial.WaitAsync(TestTimeouts.Default, Cancellation));

        Assert.Equal("circuit_open", (await transport.SendAsync(target.Request(), Cancellation)).ErrorType);
    }

    [Fact]
    public async Task Send_ResetsAndTimeouts_CountAsFailures()
    {
        await using var target = await StartAsync(TimeProvider.System, Reset, Hang, Status(200));

        var exchanges = await SendAsync(target.Transport(TimeProvider.System, static options =>
        {
            Breaker(failures: 2)(options);
            options.Timeout = "3s";
        }), target, 3);

        Assert.Equal(["reset", "timeout", "circuit_open"], exchanges.Select(static exchange => exchange.ErrorType));
    }

    [Fact]
    public async Task Send_BelowItsShare_StaysClosed()
    {
        await using var target = await StartAsync(TimeProvider.System, Status(200), Status(503), Status(503), Status(200), Status(503), Status(200));

        var exchanges = await SendAsync(target.Transport(TimeProvider.System, Breaker(failures: 3, share: 0.7)), target, 6);

        Assert.All(exchanges, static exchange => Assert.Null(exchange.ErrorType));
    }

    [Fact]
    public async Task Send_ShareReachedBeforeTheFailures_StaysClosed()
    {
        // The number is one of failures: four requests of which two failed are not three failures.
        await using var target = await StartAsync(TimeProvider.System, Status(503), Status(200), Status(503), Status(200), Status(503), Status(200));

        var exchanges = await SendAsync(target.Transport(TimeProvider.System, Breaker(failures: 3, share: 0.5)), target, 6);

        Assert.Equal([503, 200, 503, 200, 503, 0], exchanges.Select(static exchange => exchange.Status));
    }

    [Fact]
    public async Task Send_FailuresOutsideTheWindow_AreForgotten()
    {
        var time = new FakeTimeProvider();
        await using var target = await StartAsync(time, Status(503));
        var transport = target.Transport(time, Breaker());

        await SendAsync(transport, target, 2);
        time.Advance(TimeSpan.FromSeconds(31));
        await SendAsync(transport, target, 2);
        Assert.Equal(4, target.Seen.Count);
        await SendAsync(transport, target, 2);

        Assert.Equal(5, target.Seen.Count);
    }

    [Fact]
    public async Task Send_InjectedFaults_AreNeitherRetriedNorCounted()
    {
        await using var target = await StartAsync(TimeProvider.System, Status(200));
        var transport = target.Transport(TimeProvider.System, static options =>
        {
            Breaker(failures: 2)(options);
            options.Retry = new RetryOptions { Attempts = 3, Delay = TimeSpan.Zero };
        }, null, new FaultOptions { Status = 503, Route = "POST /**" });

        var injected = await SendAsync(transport, target, 5);
        var real = await transport.SendAsync(target.Request(), Cancellation);

        Assert.All(injected, static exchange => Assert.Equal((503, null, 0, "status"), (exchange.Status, exchange.ErrorType, exchange.Timing.Retries, exchange.Timing.Fault)));
        Assert.Equal((200, 1), (real.Status, target.Seen.Count));
    }

    [Fact]
    public async Task Send_OpensBetweenRetries_CallerSeesTheAnswer()
    {
        await using var target = await StartAsync(TimeProvider.System, Status(503));
        var transport = target.Transport(TimeProvider.System, static options =>
        {
            Breaker(failures: 2)(options);
            options.Retry = new RetryOptions { Attempts = 5, Delay = TimeSpan.FromMilliseconds(1) };
        });

        var exchange = await transport.SendAsync(target.Request(), Cancellation);

        Assert.Equal((503, 1, 2), (exchange.Status, exchange.Timing.Retries, target.Seen.Count));
    }

    [Fact]
    public async Task Policy_Replaced_KeepsTheBreakerWhereTheTargetIsTheSame()
    {
        await using var target = await StartAsync(TimeProvider.System, Status(503));
        await SendAsync(target.Transport(TimeProvider.System, Breaker()), target, 3);
        var options = Some.Target(target.Url.AbsoluteUri);
        Breaker()(options);

        using var same = new SocketsTransport(new TargetPolicy(new GatewayFile { Targets = [options] }, previous: target.Policy), TimeProvider.System);
        var exchange = await same.SendAsync(target.Request(), Cancellation);

        Assert.Equal("circuit_open", exchange.ErrorType);
    }

    [Fact]
    public async Task Metrics_Breaker_IsAGaugeOfEachTargetThatHasOne()
    {
        using var services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        var factory = services.GetRequiredService<IMeterFactory>();
        var seen = new List<string>();
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, l) =>
        {
            if (instrument.Meter.Scope == factory && instrument.Name == "apetest.gateway.breaker_open")
            {
                l.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => seen.Add($"{instrument.Unit} {value} {tags[0].Key}={tags[0].Value} of {tags.Length}"));
        listener.Start();
        await using var target = await StartAsync(TimeProvider.System, Status(503));
        var transport = target.Transport(TimeProvider.System, Breaker(), new TargetMetrics(factory));

        listener.RecordObservableInstruments();
        await SendAsync(transport, target, 3);
        listener.RecordObservableInstruments();

        Assert.Equal(["1 0 target=shop of 1", "1 1 target=shop of 1"], seen);
    }
}
