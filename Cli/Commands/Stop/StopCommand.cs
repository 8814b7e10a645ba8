using ApeTest.Cli.Help;
using ApeTest.Runs.Control;
using ApeTest.Runs.Directory;
using ApeTest.Scenarios;

namespace ApeTest.Cli.Commands.Stop;

/// <summary><c>ape-test stop</c>: stops a run through its control API.</summary>
internal static class StopCommand
{
    public static CliCommand Create(CliEnvironment environment)
    {
        var command = new CliCommand("stop", "Stop a running run; its summary is written all the same.")
        {
            Examples =
            [
                new("no new sessions; the running ones finish", "ape-test stop"),
                new("cancel everything now", "ape-test stop 7f3a --now"),
            ],
        };
        var run = command.Optional("RUN", "Run id, its beginning or its last four digits. Default: the latest run.");
        var now = command.Switch("Options", "--now", "Cancel running sessions instead of letting them finish.");
        command.SetAction((parse, cancellationToken) => RunAsync(environment, parse.GetValue(run), parse.GetValue(now), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(CliEnvironment environment, string? run, bool now, CancellationToken cancellationToken)
    {
        var directory = RunDirectoryReader.Find(environment.RunsRoot, run);
        using var client = ControlClient.Open(directory, environment.Time);
        await client.StopAsync(now, cancellationToken);
        environment.Error.WriteLine(now
            ? $"run {directory.Run} is being aborted"
            : $"run {directory.Run} is stopping: no new sessions, the running ones finish");
        return ExitCodes.Done;
    }
}
