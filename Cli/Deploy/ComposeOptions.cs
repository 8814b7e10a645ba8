using System.CommandLine;
using ApeTest.Cli.Help;
using ApeTest.Scenarios;

namespace ApeTest.Cli.Deploy;

/// <summary><c>--compose</c> and <c>--keep</c> of a command.</summary>
internal sealed class ComposeOptions
{
    private readonly Option<bool> _compose;
    private readonly Option<bool> _keep;

    /// <param name="command">The command that takes them.</param>
    public ComposeOptions(CliCommand command)
    {
        const string group = "Containers";
        _compose = command.Switch(group, "--compose", "Bring up a stack of containers for this run, with --workers of them for the agents, and take it down afterwards. Images: ape-test images.");
        _keep = command.Switch(group, "--keep", "Leave that stack up; ape-test cleanup takes it down.");
    }

    /// <summary>What was asked for; null without <c>--compose</c>. What does not go together throws <see cref="ApeTestException"/> (exit 2).</summary>
    public ComposeRequest? Of(ParseResult parse, int? workers, bool namesStack) => (parse.GetValue(_compose), parse.GetValue(_keep)) switch
    {
        (true, _) when namesStack => throw new ApeTestException("--compose brings up a stack of its own, and --stack names another", "Leave one of them out.", ExitCodes.Input),
        (true, var keep) => new ComposeRequest(workers ?? 1, keep),
        (false, true) => throw new ApeTestException("--keep is about the stack of --compose", "Add --compose.", ExitCodes.Input),
        _ => null,
    };
}
