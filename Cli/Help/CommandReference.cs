using System.CommandLine;
using System.Text;

namespace ApeTest.Cli.Help;

/// <summary>The command reference (docs/commands.md), made of the commands' own help: it cannot say anything else than they do.</summary>
internal static class CommandReference
{
    /// <summary>The page.</summary>
    public static string Of(RootCommand root)
    {
        var text = new StringBuilder("""
            # Commands

            Made of `ape-test COMMAND --help`; a test fails when this page is stale, and `APETEST_GOLDEN=write` makes it anew. Exit codes:
            [errors](errors.md).

            ## ape-test


            """.ReplaceLineEndings("\n"));
        Append(text, root);
        foreach (var command in root.Subcommands.Where(static command => !command.Hidden).OrderBy(static command => command.Name, StringComparer.Ordinal))
        {
            text.Append($"\n## ape-test {command.Name}\n\n");
            Append(text, command);
        }
        return text.ToString();
    }

    private static void Append(StringBuilder text, Command command)
    {
        using var help = new StringWriter();
        HelpWriter.Write(help, command);
        text.Append("```text\n").Append(help.ToString().TrimEnd('\n')).Append("\n```\n");
    }
}
