using ApeTest.Runs.Control;
using ApeTest.Runs.Ids;
using ApeTest.Scenarios;

namespace ApeTest.Cli.Stack;

/// <summary>Which run of a stack a command means; as in a directory, where it is <see cref="Commands.Runs.RunChoice"/>.</summary>
internal static class StackRuns
{
    /// <summary>The run to show: the named one, else the newest that goes on, else the newest. None: <see cref="ApeTestException"/> (exit 2).</summary>
    public static async Task<RunListEntry> ToShowAsync(CliEnvironment environment, CollectorClient collector, string? name, CancellationToken cancellationToken)
    {
        var runs = await ListAsync(collector, cancellationToken);
        if (name is not null and not "latest")
        {
            return Find(runs, name);
        }
        var running = Running(runs);
        if (name is null && running.Count > 1)
        {
            environment.Error.WriteLine($"{running[0].Run} is the newest of {running.Count} that run; also running: {Names(running.Skip(1))}");
        }
        return name is null && running.Count > 0 ? running[0] : runs[0];
    }

    /// <summary>The run to stop or scale: the named one, else the only one that goes on. None, or several: <see cref="ApeTestException"/> (exit 2).</summary>
    /// <param name="collector">The stack.</param>
    /// <param name="name">What the user named; null for nothing.</param>
    /// <param name="command">The command to suggest, with <c>{0}</c> for the run: <c>stop {0}</c>.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task<RunListEntry> ToChangeAsync(CollectorClient collector, string? name, string command, CancellationToken cancellationToken)
    {
        var runs = await ListAsync(collector, cancellationToken);
        if (name is not null)
        {
            return Find(runs, name);
        }
        return Running(runs) switch
        {
            [var only] => only,
            [] => throw new ApeTestException("no run is running on the stack", $"The latest, {runs[0].Run}, is over: {runs[0].Status}.", ExitCodes.Input),
            [var first, ..] several => throw new ApeTestException($"{several.Count} runs are running: {Names(several)}",
                $"Say which one, for example: ape-test {command.Replace("{0}", first.Run[^4..], StringComparison.Ordinal)} --stack {collector.Url}", ExitCodes.Input),
        };
    }

    private static async Task<RunListEntry[]> ListAsync(CollectorClient collector, CancellationToken cancellationToken)
    {
        var runs = await collector.ListAsync(cancellationToken);
        return runs.Length > 0 ? runs : throw new ApeTestException($"There are no runs at {collector.Url}.", "Start one with `ape-test start --stack`.", ExitCodes.Input);
    }

    private static RunListEntry Find(RunListEntry[] runs, string name)
    {
        var matches = runs.Where(run => RunId.Matches(run.Run, name)).ToList();
        return matches switch
        {
            [var one] => one,
            [] => throw new ApeTestException($"There is no run {name}.", $"The newest are: {Names(runs.Take(3))}.", ExitCodes.Input),
            _ => matches.Find(run => run.Run == name) ?? throw new ApeTestException($"{name} names {matches.Count} runs.", $"Write more of the id: {Names(matches.Take(3))}.", ExitCodes.Input),
        };
    }

    private static List<RunListEntry> Running(RunListEntry[] runs) => [.. runs.Where(static run => run.Status is "queued" or "running")];

    private static string Names(IEnumerable<RunListEntry> runs) => string.Join(", ", runs.Select(static run => run.Run));
}
