using ApeTest.Agent.Journeys;
using ApeTest.Tests.Shared;

namespace ApeTest.Agent.Tests.Fakes;

/// <summary>Where pauses take no time but the fake clock's.</summary>
internal sealed class FastThread(FakeTimeProvider clock) : IAgentThread
{
    /// <summary>Pauses, in order.</summary>
    public List<TimeSpan> Pauses { get; } = [];

    /// <summary>Called before each pause. Default: nothing.</summary>
    public Action? Pausing { get; set; }

    public Task StartAsync(Func<Task> flow) => flow();

    public ValueTask DelayAsync(TimeSpan delay, CancellationToken cancellationToken)
    {
        Pausing?.Invoke();
        cancellationToken.ThrowIfCancellationRequested();
        Pauses.Add(delay);
        clock.Advance(delay);
        return ValueTask.CompletedTask;
    }
}
