using ApeTest.Cli.Help;
using ApeTest.Cli.Input;
using ApeTest.Cli.Stack;

namespace ApeTest.Cli.Commands.Status;

/// <summary><c>ape-test status</c>: how a run is doing; from its control API while it runs, from its files afterwards.</summary>
internal static class StatusCommand
{
    public static CliCommand Create(CliEnvironment environment)
    {
        var command = new CliCommand("status", "Show how a run is doing, or how it ended.")
        {
            Examples =
            [
                new("the latest run", "ape-test status"),
                new("each second until it ends", "ape-test status 7f3a --watch"),
            ],
        };
        var run = command.Optional("RUN", "Run id, its beginning or its last four digits. Default: the newest run that is running, else the newest that is no try.");
        var watch = command.Switch("Options", "--watch", "Show it each second until the run ends.");
        var format = OutputFormat.Add(command, "Options", "Text, or one JSON object a line. Default text.");
        var stack = new StackOptions(command, "Show a run of the stack there.");
        command.SetAction((parse, _) =>
        {
            var view = new StatusView(environment, OutputFormat.IsJson(parse, format), NoColor.Of(parse));
            return stack.Of(parse, environment) is { } address
                ? view.RunAsync(address, parse.GetValue(run), parse.GetValue(watch))
                : view.RunAsync(parse.GetValue(run), parse.GetValue(watch));
        });
        return command;
    }
}
