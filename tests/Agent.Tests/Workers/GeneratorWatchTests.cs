using ApeTest.Agent.Workers;
using ApeTest.Tests.Shared;

namespace ApeTest.Agent.Tests.Workers;

public sealed class GeneratorWatchTests
{
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(100);

    [Fact]
    public void Sample_TicksInTime_TellsNoDelay()
    {
        var clock = new FakeTimeProvider();
        using var watch = new GeneratorWatch(clock);
        for (var i = 0; i < 10; i++)
        {
            clock.Advance(Tick);
        }

        var sample = watch.Sample();

        Assert.Equal(Enumerable.Repeat(TimeSpan.Zero, 10), sample.ThreadPoolDelays);
        Assert.InRange(sample.Cpu, 0, 1);
        Assert.InRange(sample.GcPauseShare, 0, 1);
        Assert.True(sample.RssBytes > 1_000_000);
        Assert.Empty(watch.Sample().ThreadPoolDelays);
    }

    [Fact]
    public void Sample_TickThatNeverCame_IsLateByNow()
    {
        var clock = new StuckTimers();
        using var watch = new GeneratorWatch(clock);
        clock.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal([TimeSpan.FromSeconds(0.9)], watch.Sample().ThreadPoolDelays);
    }

    [Fact]
    public void Sample_OnLinux_CountsFileDescriptors()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "file descriptors are counted on Linux");
        var clock = new FakeTimeProvider();
        using var watch = new GeneratorWatch(clock);

        var first = watch.Sample();
        var soon = watch.Sample();
        clock.Advance(TimeSpan.FromSeconds(5));
        var later = watch.Sample();

        Assert.InRange(first.OpenFiles!.Value, 3, first.FileLimit!.Value);
        Assert.Null(soon.OpenFiles);
        Assert.NotNull(later.OpenFiles);
    }

    /// <summary>A clock whose timers never get a thread.</summary>
    private sealed class StuckTimers : TimeProvider
    {
        private readonly FakeTimeProvider _clock = new();

        public override long TimestampFrequency => _clock.TimestampFrequency;

        public void Advance(TimeSpan time) => _clock.Advance(time);

        public override long GetTimestamp() => _clock.GetTimestamp();

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            _clock.CreateTimer(static _ => { }, null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }
}
