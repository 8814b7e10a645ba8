using ApeTest.Cli.Deploy;
using ApeTest.Runs.Directory;
using ApeTest.Scenarios;

namespace ApeTest.Cli.Commands.Runs;

/// <summary>Which run a command means when no id is given.</summary>
internal static class RunChoice
{
    /// <summary>The run to show: the named one, else the newest that goes on, else the newest. That others go on is said on standard error.</summary>
    public static RunDirectory ToShow(CliEnvironment environment, string? run)
    {
        if (run is null && RunDirectoryReader.Running(environment.RunsRoot, environment.Time) is { Count: > 0 } running)
        {
            // One that waits for its turn has nothing to show yet.
            var waits = running.ToLookup(each => RunDirectoryReader.StatusOf(each, environment.Time).Waits);
            RunDirectory[] going = [.. waits[false]];
            RunDirectory[] queued = [.. waits[true]];
            var newest = going.Length > 0 ? going[0] : queued[0];
            if (running.Count > 1)
            {
                environment.Error.WriteLine(newest.Run + (going.Length, queued.Length) switch
                {
                    (0, _) => $" is the newest of {queued.Length} that are queued; also queued: {Names(queued.Skip(1))}",
                    (1, _) => $" is the one that runs; queued: {Names(queued)}",
                    (_, 0) => $" is the newest of {going.Length} that run; also running: {Names(going.Skip(1))}",
                    _ => $" is the newest of {going.Length} that run; also running: {Names(going.Skip(1))}; queued: {Names(queued)}",
                });
            }
            return newest;
        }
        return RunDirectoryReader.Find(environment.RunsRoot, run);
    }

    /// <summary>
    /// The run to stop or scale: the named one, else the only one that goes on. None, or several: <see cref="ApeTestException"/> (exit 2),
    /// since a guess would hit the wrong one.
    /// </summary>
    /// <param name="environment">Where the runs are.</param>
    /// <param name="run">What the user named; null for nothing.</param>
    /// <param name="command">The command to suggest, with <c>{0}</c> for the run: <c>stop {0}</c>.</param>
    public static RunDirectory ToChange(CliEnvironment environment, string? run, string command)
    {
        try
        {
            return Named(environment, run, command);
        }
        catch (ApeTestException e) when (e.ExitCode is ExitCodes.Input && OnAStack(environment, command.Replace(" {0}", run is null ? "" : $" {run}", StringComparison.Ordinal)) is { } elsewhere)
        {
            throw new ApeTestException(e.Message, $"{e.Hint}\n{elsewhere}", e.ExitCode, e);
        }
    }

    // A run of `start --compose` has no directory here before it has ended.
    private static string? OnAStack(CliEnvironment environment, string command) =>
        StackDirectory.List(environment.CurrentDirectory).FirstOrDefault(static stack => stack.Read() is { IsInUse: true } or { Pid: null }) is { } stack && stack.ReadCollector() is { } collector
            ? $"A stack was started here, {stack.Project}; a run on it: ape-test {command} --stack {collector.GetLeftPart(UriPartial.Authority)} --token-file {environment.Shown(stack.TokenFile)}" : null;

    private static RunDirectory Named(CliEnvironment environment, string? run, string command)
    {
        if (run is not null)
        {
            return RunDirectoryReader.Find(environment.RunsRoot, run);
        }
        var running = RunDirectoryReader.Running(environment.RunsRoot, environment.Time);
        if (running is [var only])
        {
            return only;
        }
        if (running.Count > 1)
        {
            throw new ApeTestException($"{running.Count} runs are running{(running.Any(each => RunDirectoryReader.StatusOf(each, environment.Time).Waits) ? " or queued" : "")}: {Names(running)}",
                $"Say which one, for example: ape-test {command.Replace("{0}", running[0].Run[^4..], StringComparison.Ordinal)}", ExitCodes.Input);
        }
        var latest = RunDirectoryReader.Find(environment.RunsRoot, null);
        throw new ApeTestException("no run is running here",
            $"The latest, {latest.Run}, is over: {RunDirectoryReader.StatusOf(latest, environment.Time).Status}.", ExitCodes.Input);
    }

    private static string Names(IEnumerable<RunDirectory> runs) => string.Join(", ", runs.Select(run => run.Run));
}
