using ApeTest.Cli.Progress;
using ApeTest.Runs.Directory;
using ApeTest.Scenarios;

namespace ApeTest.Cli.Execution.Turns;

/// <summary>A run that waits for its turn (<c>start --queue</c>): it has an id and a directory, so that it is listed, told of and can be stopped, and nothing else yet.</summary>
/// <param name="environment">Where it waits.</param>
/// <param name="scenario">What will be run.</param>
/// <param name="target">Which queue it stands in.</param>
/// <param name="say">Says a line; null where nobody wants one.</param>
internal sealed class QueuedRun(CliEnvironment environment, Scenarios.Model.Scenario scenario, TurnTarget target, Action<string>? say)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    /// <summary>Waits until it is the run's turn.</summary>
    /// <param name="turn">Its place.</param>
    /// <param name="directory">Its directory.</param>
    /// <param name="waiting">Told once, where it has to wait.</param>
    /// <param name="cancellationToken">Gives up. That <c>ape-test stop</c> asked for it throws <see cref="ApeTestException"/> (exit 3).</param>
    public async Task WaitAsync(Turn turn, RunDirectory directory, Action waiting, CancellationToken cancellationToken)
    {
        var began = environment.Time.GetTimestamp();
        var (told, toldAt) = (string.Empty, began);
        while (await turn.BeforeAsync(cancellationToken) is { Count: > 0 } before)
        {
            Write(directory, "queued");
            var first = told.Length == 0;
            var text = Text(directory.Run, before);
            if (text != told || environment.Time.GetElapsedTime(toldAt) >= PlainProgress.Interval)
            {
                (told, toldAt) = (text, environment.Time.GetTimestamp());
                say?.Invoke($"{text}, {RunPhase.Clock(environment.Time.GetElapsedTime(began).TotalSeconds)} so far");
            }
            if (first)
            {
                waiting();
            }
            if (IsUnwanted(directory))
            {
                throw new ApeTestException($"run {directory.Run} was stopped while it waited for its turn", null, ExitCodes.Environment);
            }
            await Task.Delay(Pause, environment.Time, cancellationToken);
        }
        if (told.Length > 0)
        {
            say?.Invoke($"run {directory.Run} has its turn after {RunPhase.Clock(environment.Time.GetElapsedTime(began).TotalSeconds)}");
        }
    }

    /// <summary>The last word of a run that ended before it began, and whose directory stays.</summary>
    public void End(RunDirectory directory) => Write(directory, IsUnwanted(directory) ? "stopped" : "aborted");

    /// <summary>Asks a run that waits in any process to leave its queue; it looks each second.</summary>
    public static void Unwant(RunDirectory directory)
    {
        try
        {
            File.WriteAllBytes(UnwantedFile(directory), []);
        }
        catch (DirectoryNotFoundException)
        {
            // It has left.
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ApeTestException($"run {directory.Run} cannot be told to stop: {e.Message}", "Its directory must be writable.", ExitCodes.Environment, e);
        }
    }

    private static bool IsUnwanted(RunDirectory directory) => File.Exists(UnwantedFile(directory));

    private static string UnwantedFile(RunDirectory directory) => Path.Combine(directory.Path, "unwanted");

    private string Text(string run, IReadOnlyList<TurnTicket> before)
    {
        var first = before[0];
        var where = first.Directory.Length == 0 || first.Directory == environment.CurrentDirectory ? string.Empty : $" (started in {first.Directory})";
        var others = before.Count switch
        {
            1 => "it is the next",
            2 => "1 more is before it",
            _ => $"{before.Count - 1} more are before it",
        };
        return $"run {run} waits for run {first.Run}{where}, which has {target.Shown}; {others}";
    }

    private void Write(RunDirectory directory, string status)
    {
        using var writer = new RunDirectoryWriter(directory, new RunDirectoryLimits(), static (_, _) => { }, goesOn: true);
        writer.WriteRun(new RunFile
        {
            Run = directory.Run,
            Scenario = scenario.Name,
            Status = status,
            Pid = Environment.ProcessId,
            PidStarted = RunProcess.OwnStart,
            Machine = RunProcess.Machine,
            Heartbeat = environment.Time.GetUtcNow(),
            Agents = scenario.Agents,
        });
    }
}
