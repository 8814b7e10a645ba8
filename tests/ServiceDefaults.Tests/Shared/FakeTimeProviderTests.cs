using ApeTest.Tests.Shared;

namespace ApeTest.ServiceDefaults.Tests.Shared;

public class FakeTimeProviderTests
{
    [Fact]
    public async Task Delay_Advanced_CompletesAtItsTimeOnly()
    {
        var time = new FakeTimeProvider();
        var delay = Task.Delay(TimeSpan.FromSeconds(10), time, TestContext.Current.CancellationToken);
        time.Advance(TimeSpan.FromSeconds(9.999));
        Assert.False(delay.IsCompleted);
        time.Advance(TimeSpan.FromMilliseconds(1));
        await delay.Within(TestContext.Current.CancellationToken);
    }

    [Fact]
    public void Advance_ManyTimers_FireInOrderEachAtItsTime()
    {
        var time = new FakeTimeProvider();
        var start = time.GetTimestamp();
        var fired = new List<(string, TimeSpan)>();
        using var late = time.CreateTimer(_ => fired.Add(("late", time.GetElapsedTime(start))), null, TimeSpan.FromSeconds(3), Timeout.InfiniteTimeSpan);
        using var ticks = time.CreateTimer(_ => fired.Add(("tick", time.GetElapsedTime(start))), null, TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(2));
        time.Advance(TimeSpan.FromSeconds(5));

        Assert.Equal([("tick", TimeSpan.FromSeconds(2)), ("late", TimeSpan.FromSeconds(3)), ("tick", TimeSpan.FromSeconds(4))], fired);
        Assert.Equal(TimeSpan.FromSeconds(5), time.GetElapsedTime(start));
        Assert.Equal(1, time.PendingTimers);
    }

    [Fact]
    public void Dispose_Timer_NeverFires()
    {
        var time = new FakeTimeProvider();
        var fired = false;
        time.CreateTimer(_ => fired = true, null, TimeSpan.FromSeconds(1), Timeout.InfiniteTimeSpan).Dispose();
        time.Advance(TimeSpan.FromSeconds(2));
        Assert.False(fired);
    }

    [Fact]
    public async Task WaitForTimers_OtherThreadSetsOne_Completes()
    {
        var time = new FakeTimeProvider();
        var waiting = time.WaitForTimersAsync(1, TestContext.Current.CancellationToken);
        Assert.False(waiting.IsCompleted);
        using var source = new CancellationTokenSource(TimeSpan.FromSeconds(5), time);
        await waiting.Within(TestContext.Current.CancellationToken);
        time.Advance(TimeSpan.FromSeconds(5));
        Assert.True(source.IsCancellationRequested);
    }

    [Fact]
    public async Task PeriodicTimer_Advanced_Ticks()
    {
        var time = new FakeTimeProvider();
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1), time);
        for (var i = 0; i < 3; i++)
        {
            var tick = timer.WaitForNextTickAsync(TestContext.Current.CancellationToken);
            time.Advance(TimeSpan.FromSeconds(1));
            Assert.True(await tick);
        }
    }
}
