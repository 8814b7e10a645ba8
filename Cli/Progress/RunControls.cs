using ApeTest.Cli.Signals;
using ApeTest.Observability.Collecting;
using ApeTest.Runs.Logs;

namespace ApeTest.Cli.Progress;

/// <summary>The keys of <c>start</c>, whose run is in this process. <c>q</c> is Ctrl+C: the first drains, the second aborts.</summary>
internal sealed class RunControls(CollectedRun run, StopLadder ladder, TimeProvider time) : ILiveControls
{
    public string QuitWord => "stop";

    public void Quit() => ladder.Climb(StopSignal.Interrupt);

    public async Task<string> ScaleAsync(int agents, CancellationToken cancellationToken)
    {
        if (run.Draining)
        {
            return "the run is stopping: no new sessions start any more";
        }
        if (!run.Scales.Allows(agents))
        {
            return run.Scales.Least > run.Scales.Most ? run.Scales.Why
                : $"{Show.Count(agents)} agents: it must be from {Show.Count(run.Scales.Least)} to {Show.Count(run.Scales.Most)}. {run.Scales.Why}";
        }
        try
        {
            await run.ScaleAsync(agents, cancellationToken);
            return $"{Show.Count(agents)} agents asked for";
        }
        catch (ArgumentOutOfRangeException exception)
        {
            // The queue knows of less room than the plan does.
            return exception.Message;
        }
    }

    public IAsyncEnumerable<IReadOnlyList<LogLine>> FollowLogAsync(CancellationToken cancellationToken) =>
        LogTail.FollowAsync(run.Directory, () => run.Completion.IsCompleted, time, cancellationToken);
}
