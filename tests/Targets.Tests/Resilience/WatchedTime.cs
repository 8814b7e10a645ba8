using System.Threading.Channels;
using ApeTest.Tests.Shared;

namespace ApeTest.Targets.Tests.Resilience;

/// <summary>A clock that a test moves, and that tells which waits are begun: only then is it known how far to move it.</summary>
internal sealed class WatchedTime : TimeProvider
{
    /// <summary>Time limits of these tests are at least as long, waits before retries and injected delays are shorter.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    private readonly Channel<TimeSpan> _waits = Channel.CreateUnbounded<TimeSpan>();

    public FakeTimeProvider Clock { get; } = new();

    public override long TimestampFrequency => Clock.TimestampFrequency;

    public override DateTimeOffset GetUtcNow() => Clock.GetUtcNow();

    public override long GetTimestamp() => Clock.GetTimestamp();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = Clock.CreateTimer(callback, state, dueTime, period);
        if (dueTime > TimeSpan.Zero && dueTime < Limit)
        {
            _waits.Writer.TryWrite(dueTime);
        }
        return timer;
    }

    /// <summary>The next wait that is begun, and lets it pass.</summary>
    public async Task<TimeSpan> PassWaitAsync()
    {
        var wait = await NextWaitAsync();
        Clock.Advance(wait);
        return wait;
    }

    /// <summary>The next wait that is begun.</summary>
    public Task<TimeSpan> NextWaitAsync() => _waits.Reader.ReadAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(TestTimeouts.Default);
}
