namespace ApeTest.Agent.Journeys;

/// <summary>Where the flow of an agent runs: on a loop of the engine, where its pieces run one after another with those of others, or on the thread pool.</summary>
internal interface IAgentThread
{
    /// <summary>Starts a flow there. The task ends with it.</summary>
    Task StartAsync(Func<Task> flow);

    /// <summary>Waits without blocking; to be called in a flow of this thread. Throws <see cref="OperationCanceledException"/> where it is cancelled.</summary>
    ValueTask DelayAsync(TimeSpan delay, CancellationToken cancellationToken);
}
