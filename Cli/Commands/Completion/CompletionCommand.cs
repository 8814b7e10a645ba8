using ApeTest.Cli.Errors;
using ApeTest.Cli.Help;
using ApeTest.Cli.Templates;
using ApeTest.Scenarios;

namespace ApeTest.Cli.Commands.Completion;

/// <summary><c>ape-test completion SHELL</c>: the script that completes commands, flags, values, files and run ids.</summary>
internal static class CompletionCommand
{
    /// <summary>Shells that there is a script for.</summary>
    public static IReadOnlyList<string> Shells { get; } = ["bash", "zsh", "fish", "pwsh"];

    // PowerShell's own name, beside that of its program.
    private const string LongName = "powershell";

    public static CliCommand Create(CliEnvironment environment)
    {
        var command = new CliCommand("completion", "Print the script that completes commands, flags, files and run ids in a shell.")
        {
            Examples =
            [
                new("bash, in this session; put the line into ~/.bashrc for all", "source <(ape-test completion bash)"),
                new("zsh, for all sessions", "ape-test completion zsh > \"${fpath[1]}/_ape-test\""),
                new("fish, for all sessions", "ape-test completion fish > ~/.config/fish/completions/ape-test.fish"),
                new("PowerShell, in this session; put the line into $PROFILE for all", "ape-test completion pwsh | Out-String | Invoke-Expression"),
            ],
        };
        var shell = command.Optional("SHELL", $"One of {string.Join(", ", Shells)} (or {LongName}).");
        command.SetAction((parse, _) =>
        {
            var name = parse.GetValue(shell) ?? throw new ApeTestException("completion: which shell?", $"One of {string.Join(", ", Shells)}, for example: source <(ape-test completion bash)", ExitCodes.Input);
            name = name is LongName ? "pwsh" : name;
            if (!Shells.Contains(name, StringComparer.Ordinal))
            {
                throw new ApeTestException($"completion: there is no script for '{name}'",
                    (UnknownWord.Nearest(name, Shells) is { } meant ? $"Did you mean '{meant}'? " : string.Empty) + $"Known are {string.Join(", ", Shells)}.", ExitCodes.Input);
            }
            environment.Out.NewLine = "\n";
            environment.Out.Write(TemplateText.Read($"completion/{name}"));
            return Task.FromResult(ExitCodes.Done);
        });
        return command;
    }
}
