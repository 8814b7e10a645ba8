using System.CommandLine;
using ApeTest.Cli.Help;
using ApeTest.Scenarios;

namespace ApeTest.Cli.Commands.Completion;

/// <summary><c>ape-test complete -- WORDS</c>: what may stand in place of the last word. Called by the scripts, and hidden.</summary>
internal static class CompleteCommand
{
    /// <summary>The line that tells a script to complete file names too.</summary>
    public const string Files = ":files";

    public static CliCommand Create(CliEnvironment environment, RootCommand root)
    {
        var command = new CliCommand("complete", "What may stand in place of the last of these words; called by the scripts of `completion`.")
        {
            Hidden = true,
            Examples = [new("commands that begin with st", "ape-test complete -- st")],
        };
        var words = new Argument<string[]>("WORDS") { Arity = ArgumentArity.ZeroOrMore, Description = "The words of the line up to the cursor." };
        command.Arguments.Add(words);
        command.SetAction((parse, _) =>
        {
            environment.Out.NewLine = "\n";
            foreach (var candidate in new Candidates(environment, root).Of(parse.GetValue(words) ?? []))
            {
                environment.Out.WriteLine(candidate.Description is { Length: > 0 } description ? $"{candidate.Word}\t{description}" : candidate.Word);
            }
            return Task.FromResult(ExitCodes.Done);
        });
        return command;
    }
}
