using ApeTest.Cli.Commands.Runs;
using ApeTest.Cli.Execution.Turns;
using ApeTest.Cli.Progress;
using ApeTest.Cli.Rendering;
using ApeTest.Cli.Signals;
using ApeTest.Cli.Stack;
using ApeTest.Runs.Control;
using ApeTest.Runs.Directory;
using ApeTest.Scenarios;

namespace ApeTest.Cli.Commands.Stop;

/// <summary>Stops one run. One that is over already is no error: whoever wanted it stopped has it stopped.</summary>
internal sealed class RunStop(CliEnvironment environment)
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(100);

    // From the run's end to its process's: at most 3 s for each of its services.
    private static readonly TimeSpan ExitLimit = TimeSpan.FromSeconds(15);

    /// <summary>1. Find the run. 2. Stop it. 3. Wait until it and its process have ended. Ctrl+C ends the waiting only.</summary>
    public async Task<int> RunAsync(string? name, bool now, bool wait)
    {
        // 1. The run.
        using var ladder = new StopLadder(environment.Signals);
        var directory = RunChoice.ToChange(environment, name, "stop {0}");
        var status = RunDirectoryReader.StatusOf(directory, environment.Time);
        if (status.Ended)
        {
            environment.Error.WriteLine($"run {directory.Run} is over already: {status.Status}");
            return ExitCodes.Done;
        }

        try
        {
            // 2. Stop.
            if (await LeftQueueAsync(directory, status, ladder.Drain))
            {
                environment.Out.WriteLine($"{directory.Run} was stopped before it began: it waited for its turn");
                return ExitCodes.Done;
            }
            using var client = ControlClient.Open(directory, environment.Time);
            await client.StopAsync(now, ladder.Drain);
            TellStopping(directory.Run, now);

            // 3. Wait.
            if (wait)
            {
                await EndAsync(client, directory, ladder.Drain);
                Tell(RunDirectoryReader.ReadProgress(directory, environment.Time));
            }
            return ExitCodes.Done;
        }
        catch (OperationCanceledException) when (ladder.ExitCode is { } code)
        {
            environment.Error.WriteLine("not waited for: the run stops all the same");
            return code;
        }
        catch (ApeTestException) when (RunDirectoryReader.StatusOf(directory, environment.Time).Ended)
        {
            // It ended by itself while we asked.
            Tell(RunDirectoryReader.ReadProgress(directory, environment.Time));
            return ExitCodes.Done;
        }
    }

    /// <summary>The same with a run of a stack.</summary>
    public async Task<int> RunAsync(StackAddress stack, string? name, bool now, bool wait)
    {
        using var ladder = new StopLadder(environment.Signals);
        using var collector = stack.Client(environment.Time);
        try
        {
            var run = await StackRuns.ToChangeAsync(collector, name, "stop {0}", ladder.Drain);
            if (run.Status is not ("queued" or "running"))
            {
                environment.Error.WriteLine($"run {run.Run} is over already: {Show.Safe(run.Status)}");
                return ExitCodes.Done;
            }
            using var client = collector.Run(run.Run);
            await client.StopAsync(now, ladder.Drain);
            TellStopping(run.Run, now);
            if (wait)
            {
                RunProgress? last = null;
                await foreach (var progress in client.EventsAsync(ladder.Drain))
                {
                    last = progress;
                }
                Tell(last!);
            }
            return ExitCodes.Done;
        }
        catch (OperationCanceledException) when (ladder.ExitCode is { } code)
        {
            environment.Error.WriteLine("not waited for: what was told to stop stops all the same");
            return code;
        }
    }

    /// <summary>Whether it was a run that waited for its turn, and waits no more.</summary>
    private async Task<bool> LeftQueueAsync(RunDirectory directory, RunStatus status, CancellationToken cancellationToken)
    {
        if (!status.Waits)
        {
            return false;
        }
        QueuedRun.Unwant(directory);
        while ((status = RunDirectoryReader.StatusOf(directory, environment.Time)).Waits)
        {
            await Task.Delay(PollInterval, environment.Time, cancellationToken);
        }
        // Else its turn had come just then, and it is stopped as any other.
        return status.Ended;
    }

    private void TellStopping(string run, bool now) => environment.Error.WriteLine(now
        ? $"run {run} is stopping now: running sessions are cancelled"
        : $"run {run} is stopping: no new sessions, the running ones finish");

    private async Task EndAsync(ControlClient client, RunDirectory directory, CancellationToken cancellationToken)
    {
        await foreach (var _ in client.EventsAsync(cancellationToken))
        {
            // As long as it drains.
        }
        var began = environment.Time.GetTimestamp();
        while (IsAlive(directory) && environment.Time.GetElapsedTime(began) < ExitLimit)
        {
            await Task.Delay(PollInterval, environment.Time, cancellationToken);
        }
    }

    private bool IsAlive(RunDirectory directory) => RunDirectoryReader.StatusOf(directory, environment.Time).File is { } file
        && file.Pid != Environment.ProcessId && RunProcess.IsAlive(file) is true;

    private void Tell(RunProgress run) => environment.Out.WriteLine(
        $"{run.Run} {Show.Safe(run.Status)} after {RunPhase.Clock(run.ElapsedS)}: {Show.Count(run.Succeeded)} of {Show.Count(run.Succeeded + run.Failed + run.Stuck)} judged sessions succeeded, {Show.Share(run.SuccessRate)}"
        + (run.AgentError + run.Aborted > 0 ? $"; {Show.Count(run.AgentError)} agent_error, {Show.Count(run.Aborted)} aborted" : string.Empty));
}
