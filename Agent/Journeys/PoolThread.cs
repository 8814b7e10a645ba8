namespace ApeTest.Agent.Journeys;

/// <summary>Flows on the thread pool: for goals, for transports without a loop, and for clocks that are not the system's.</summary>
internal sealed class PoolThread(TimeProvider time) : IAgentThread
{
    /// <inheritdoc/>
    public Task StartAsync(Func<Task> flow) => Task.Run(flow);

    /// <inheritdoc/>
    public async ValueTask DelayAsync(TimeSpan delay, CancellationToken cancellationToken) => await Task.Delay(delay, time, cancellationToken);
}
