using ApeTest.Targets.Lean;
using ApeTest.Targets.Raw;
using ApeTest.Tests.Shared;

namespace ApeTest.Targets.Tests.Lean;

public sealed class TargetLoopTests : IDisposable
{
    private readonly LoopGroup _group = new(2, TimeProvider.System);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _group.Dispose();

    [Fact]
    public void Of_Slots_AreSpreadAndStay()
    {
        Assert.Equal((2, _group.Loops[0], _group.Loops[1], _group.Loops[0]), (_group.Loops.Count, _group.Of(0), _group.Of(1), _group.Of(2)));
    }

    [Fact]
    public async Task Post_FromManyThreads_RunsAllOnTheLoopInTheOrderOfEachThread()
    {
        const int Each = 5000;
        var loop = _group.Of(0);
        var seen = new int[8];
        var wrong = 0;
        var all = new CountdownEvent(8 * Each);
        var posting = Enumerable.Range(0, 8).Select(thread => Task.Run(() =>
        {
            for (var i = 0; i < Each; i++)
            {
                var number = i;
                loop.Post(_ =>
                {
                    wrong += loop.IsCurrent && seen[thread] == number ? 0 : 1;
                    seen[thread]++;
                    all.Signal();
                }, null);
            }
        }, Cancellation));

        await Task.WhenAll(posting);

        Assert.True(all.Wait(TestTimeouts.Default, Cancellation));
        Assert.Equal(0, wrong);
    }

    [Fact]
    public async Task Post_WorkThatThrows_IsReportedAndTheLoopGoesOn()
    {
        var loop = _group.Of(0);
        var faults = new TaskCompletionSource<Exception>();
        loop.Faulted += faults.SetResult;

        loop.Post(static _ => throw new InvalidDataException("mine"), null);

        Assert.Equal("mine", (await faults.Task.Within(Cancellation)).Message);
        Assert.True(await OnLoop(loop, () => Task.FromResult(loop.IsCurrent)));
    }

    [Fact]
    public async Task Flow_ThatAwaitsAForeignTask_ComesBackToItsLoop()
    {
        var loop = _group.Of(1);

        var places = await OnLoop(loop, async () =>
        {
            await Task.Run(static () => { }, Cancellation);
            var first = loop.IsCurrent;
            await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System, Cancellation);
            return (first, loop.IsCurrent);
        });

        Assert.Equal((true, true), places);
        Assert.False(loop.IsCurrent);
    }

    [Fact]
    public async Task DelayAsync_TenThousand_EndInTheOrderOfTheirTimesAndNoneEarly()
    {
        const int Count = 10_000;
        var loop = _group.Of(0);
        var time = TimeProvider.System;
        var random = new Random(7);

        var ends = await OnLoop(loop, async () =>
        {
            var ended = new List<(long Earliest, long Latest, long At)>(Count);
            var flows = new Task[Count];
            for (var i = 0; i < Count; i++)
            {
                flows[i] = WaitAsync(TimeSpan.FromMicroseconds(random.Next(1, 200_000)));
            }
            await Task.WhenAll(flows);
            return ended;

            async Task WaitAsync(TimeSpan delay)
            {
                // The loop reads the clock in between; on a busy machine that may take a while.
                var (length, before) = (delay.Ticks * (time.TimestampFrequency / TimeSpan.TicksPerSecond), time.GetTimestamp());
                var pause = loop.DelayAsync(delay, Cancellation);
                var after = time.GetTimestamp();
                await pause;
                ended.Add((before + length, after + length, time.GetTimestamp()));
            }
        });

        Assert.Equal(Count, ends.Count);
        Assert.All(ends, static end => Assert.True(end.At >= end.Earliest));
        // Those due within the loop's grain of each other end in any order.
        var grain = time.TimestampFrequency / 32;
        Assert.All(ends.Zip(ends.Skip(1)), pair => Assert.True(pair.First.Earliest <= pair.Second.Latest + grain));
        var lateness = loop.TakeLateness();
        Assert.True(lateness.Timers >= Count);
        Assert.True(lateness.P99 <= lateness.Longest);
    }

    [Fact]
    public async Task TakeLateness_TurnThatHoldsTheLoop_IsToldWhileItLasts()
    {
        var time = new FakeTimeProvider();
        using var group = new LoopGroup(1, time);
        var loop = group.Of(0);
        using var isHeld = new ManualResetEventSlim();
        using var release = new ManualResetEventSlim();

        var delays = OnLoop(loop, async () =>
        {
            await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => loop.DelayAsync(TimeSpan.FromMilliseconds(1), Cancellation).AsTask()));
            return true;
        });
        await time.WaitForTimersAsync(1, Cancellation);
        time.Advance(TimeSpan.FromMilliseconds(1));
        await delays;
        var free = loop.TakeLateness();
        loop.Post(_ =>
        {
            isHeld.Set();
            release.Wait(TestTimeouts.Default);
        }, null);
        Assert.True(isHeld.Wait(TestTimeouts.Default, Cancellation));
        time.Advance(TimeSpan.FromSeconds(3));
        var first = loop.TakeLateness();
        time.Advance(TimeSpan.FromSeconds(1));
        var second = loop.TakeLateness();
        release.Set();
        loop.Post(_ => _ = loop.DelayAsync(TimeSpan.FromHours(1), Cancellation).AsTask(), null);
        // The loop has gone to sleep until then.
        await time.WaitForTimersAsync(1, Cancellation);
        var after = loop.TakeLateness();

        Assert.Equal((5L, TimeSpan.Zero), (free.Timers, free.P99));
        // As many as ended before would have ended in the time.
        Assert.Equal((5L, TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(3)), (first.Timers, first.P99, first.Busy));
        Assert.Equal((5L, TimeSpan.FromSeconds(4)), (second.Timers, second.P99));
        Assert.Equal((0L, TimeSpan.FromSeconds(4)), (after.Timers, after.Busy));
    }

    [Fact]
    public async Task DelayAsync_FakeClock_EndsWhenThatClockSays()
    {
        var time = new FakeTimeProvider();
        using var group = new LoopGroup(1, time);
        var loop = group.Of(0);
        var began = new TaskCompletionSource();
        var waiting = OnLoop(loop, async () =>
        {
            var delay = loop.DelayAsync(TimeSpan.FromMinutes(5), Cancellation);
            began.SetResult();
            await delay;
            return time.GetUtcNow();
        });
        await began.Task.Within(Cancellation);
        var start = time.GetUtcNow();

        time.Advance(TimeSpan.FromMinutes(4));
        await OnLoop(loop, static () => Task.FromResult(true));
        Assert.False(waiting.IsCompleted);
        time.Advance(TimeSpan.FromMinutes(1));

        Assert.Equal(start + TimeSpan.FromMinutes(5), await waiting);
    }

    [Fact]
    public async Task DelayAsync_TokenCancelled_EndsAllThatWaitUnderItAndNoOther()
    {
        var loop = _group.Of(0);
        using var source = new CancellationTokenSource();
        using var other = new CancellationTokenSource();
        var began = new TaskCompletionSource();
        var flows = OnLoop(loop, async () =>
        {
            var stopped = Enumerable.Range(0, 1000).Select(_ => EndsAsync(source.Token)).ToArray();
            var kept = EndsAsync(other.Token);
            began.SetResult();
            await Task.WhenAll(stopped);
            return (Stopped: stopped.Count(static flow => flow.Result), Kept: kept.IsCompleted);
        });
        await began.Task.Within(Cancellation);

        await source.CancelAsync();

        Assert.Equal((1000, false), await flows);
        await other.CancelAsync();

        async Task<bool> EndsAsync(CancellationToken token)
        {
            try
            {
                await loop.DelayAsync(TimeSpan.FromHours(1), token);
                return false;
            }
            catch (OperationCanceledException exception)
            {
                return exception.CancellationToken == token && loop.IsCurrent;
            }
        }
    }

    [Fact]
    public async Task DelayAsync_ManyTokens_AreForgottenWhenNothingWaits()
    {
        var loop = _group.Of(0);

        var sources = await OnLoop(loop, async () =>
        {
            var weak = new List<WeakReference>();
            for (var i = 0; i < 500; i++)
            {
                weak.Add(await OneAsync(loop));
            }
            return weak;
        });
        GC.Collect();

        // A few are known for a while.
        Assert.InRange(sources.Count(static source => source.IsAlive), 0, 100);

        static async Task<WeakReference> OneAsync(TargetLoop loop)
        {
            var source = new CancellationTokenSource();
            await loop.DelayAsync(TimeSpan.FromTicks(1), source.Token);
            return new WeakReference(source);
        }
    }

    [Fact]
    public async Task DelayAsync_Elsewhere_Throws()
    {
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await _group.Of(0).DelayAsync(TimeSpan.FromSeconds(1), Cancellation));
    }

    [Fact]
    public async Task DelayAsync_SteadyState_AllocatesNothing()
    {
        var loop = _group.Of(0);

        var allocated = await OnLoop(loop, async () =>
        {
            long before = 0;
            for (var i = 0; i < 11_000; i++)
            {
                if (i == 1000)
                {
                    before = GC.GetAllocatedBytesForCurrentThread();
                }
                await loop.DelayAsync(TimeSpan.FromTicks(1), Cancellation);
            }
            return GC.GetAllocatedBytesForCurrentThread() - before;
        });

        // One object a delay would be 240,000 bytes; what is left is what grows once.
        Assert.InRange(allocated, 0, 100_000);
    }

    [Fact]
    public async Task Dispose_ThingsInFlight_EndThem()
    {
        await using var server = ScriptedServer.Once(async connection =>
        {
            await connection.ReadRequestAsync();
            await connection.ReadRequestAsync();
        });
        var group = new LoopGroup(1, TimeProvider.System);
        var loop = group.Of(0);
        var policy = Some.Policy(server.Url);
        var transports = new LeanTransports(policy, TimeProvider.System);
        var route = new RawRoute(policy, "shop", "step", server.Url, "GET");
        var began = new TaskCompletionSource();
        var sending = OnLoop(loop, async () =>
        {
            var request = new RawRequest();
            RawWay.Fill(request, route, "/");
            var sent = transports.Create(loop, 0).SendAsync(request, new RawExchange(), Cancellation);
            began.SetResult();
            await sent;
            return true;
        });
        var waiting = OnLoop(loop, async () =>
        {
            await loop.DelayAsync(Timeout.InfiniteTimeSpan, Cancellation);
            return true;
        });
        await began.Task.Within(Cancellation);
        await OnLoop(loop, static () => Task.FromResult(true));

        group.Dispose();
        transports.Dispose();

        await Assert.ThrowsAsync<ObjectDisposedException>(() => sending);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => waiting);
        var late = new TaskCompletionSource();
        loop.Post(_ => late.SetResult(), null);
        await late.Task.Within(Cancellation);
    }

    private static Task<T> OnLoop<T>(TargetLoop loop, Func<Task<T>> flow)
    {
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        loop.Post(_ => _ = RunAsync(), null);
        return done.Task.Within(Cancellation);

        async Task RunAsync()
        {
            try
            {
                done.SetResult(await flow());
            }
            catch (Exception exception)
            {
                done.SetException(exception);
            }
        }
    }
}
