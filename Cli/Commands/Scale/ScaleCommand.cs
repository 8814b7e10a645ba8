using ApeTest.Cli.Help;
using ApeTest.Cli.Stack;

namespace ApeTest.Cli.Commands.Scale;

/// <summary><c>ape-test scale</c>: changes the number of agents of a running run through its control API.</summary>
internal static class ScaleCommand
{
    public static CliCommand Create(CliEnvironment environment)
    {
        var command = new CliCommand("scale", "Change the number of agents of a running run; no session is cut.")
        {
            Examples =
            [
                new("more agents, or fewer: those above finish their session", "ape-test scale --agents 50"),
                new("one of several runs", "ape-test scale 7f3a --agents 5"),
            ],
        };
        var run = command.Optional("RUN", "Run id, its beginning or its last four digits. Default: the run that is running, if it is the only one.");
        var agents = command.Value("Options", "--agents", "N", "Agents from now on, instead of what the load shape says; with --rate the most sessions at a time.");
        agents.Required = true;
        var stack = new StackOptions(command, "Scale a run of the stack there.");
        command.SetAction((parse, _) => stack.Of(parse, environment) is { } address
            ? new RunScale(environment).RunAsync(address, parse.GetValue(run), parse.GetValue(agents)!)
            : new RunScale(environment).RunAsync(parse.GetValue(run), parse.GetValue(agents)!));
        return command;
    }
}
