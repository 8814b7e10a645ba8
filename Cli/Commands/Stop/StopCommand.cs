using ApeTest.Cli.Help;
using ApeTest.Cli.Stack;

namespace ApeTest.Cli.Commands.Stop;

/// <summary><c>ape-test stop</c>: stops a run through its control API.</summary>
internal static class StopCommand
{
    public static CliCommand Create(CliEnvironment environment)
    {
        var command = new CliCommand("stop", "Stop a running run and wait for its end; its summary is written all the same.")
        {
            Examples =
            [
                new("no new sessions; the running ones finish", "ape-test stop"),
                new("cancel everything now", "ape-test stop 7f3a --now"),
            ],
        };
        var run = command.Optional("RUN", "Run id, its beginning or its last four digits. Default: the run that is running, if it is the only one.");
        var now = command.Switch("Options", "--now", "Cancel running sessions instead of letting them finish.");
        var noWait = command.Switch("Options", "--no-wait", "Return at once.");
        var stack = new StackOptions(command, "Stop a run of the stack there.");
        command.SetAction((parse, _) => stack.Of(parse, environment) is { } address
            ? new RunStop(environment).RunAsync(address, parse.GetValue(run), parse.GetValue(now), !parse.GetValue(noWait))
            : new RunStop(environment).RunAsync(parse.GetValue(run), parse.GetValue(now), !parse.GetValue(noWait)));
        return command;
    }
}
