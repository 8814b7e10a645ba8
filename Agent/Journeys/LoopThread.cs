using ApeTest.Targets.Lean;

namespace ApeTest.Agent.Journeys;

/// <summary>A loop of the engine.</summary>
internal sealed class LoopThread(TargetLoop loop) : IAgentThread
{
    /// <summary>The loop.</summary>
    public TargetLoop Loop => loop;

    /// <inheritdoc/>
    public Task StartAsync(Func<Task> flow)
    {
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        loop.Post(_ => _ = RunAsync(flow, ended), null);
        return ended.Task;
    }

    /// <inheritdoc/>
    public ValueTask DelayAsync(TimeSpan delay, CancellationToken cancellationToken) => loop.DelayAsync(delay, cancellationToken);

    private static async Task RunAsync(Func<Task> flow, TaskCompletionSource ended)
    {
        try
        {
            await flow();
            ended.SetResult();
        }
        catch (Exception exception)
        {
            ended.SetException(exception);
        }
    }
}
