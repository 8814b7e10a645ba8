namespace ApeTest.LlmProxy.Cassettes;

/// <summary>Recorded offsets on the live clock.</summary>
/// <param name="clock">The clock.</param>
/// <param name="began">Its timestamp when the request came.</param>
/// <param name="speed">1 as recorded, 10 ten times as fast, 0 without pauses.</param>
internal sealed class ReplayPace(TimeProvider clock, long began, double speed)
{
    // A speed next to zero must not overflow a timer.
    private static readonly TimeSpan Longest = TimeSpan.FromDays(1);

    /// <summary>A recorded duration as it is replayed.</summary>
    public TimeSpan Scale(TimeSpan recorded) => speed <= 0 ? TimeSpan.Zero : TimeSpan.FromMilliseconds(Math.Min(Longest.TotalMilliseconds, recorded.TotalMilliseconds / speed));

    /// <summary>How long it is until then; zero or less: it has come.</summary>
    public TimeSpan Rest(TimeSpan offset) => speed <= 0 ? TimeSpan.Zero : Scale(offset) - clock.GetElapsedTime(began);

    public Task WaitAsync(TimeSpan offset, CancellationToken cancellationToken) =>
        Rest(offset) is { Ticks: > 0 } rest ? Task.Delay(rest, clock, cancellationToken) : Task.CompletedTask;
}
