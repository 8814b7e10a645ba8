using System.CommandLine;
using ApeTest.Cli.Rendering;

namespace ApeTest.Cli.Help;

/// <summary>Help at 80 columns: what it does, usage, grouped options, examples.</summary>
internal static class HelpWriter
{
    private const int Width = 80;
    private const int Column = 26;

    public static void Write(TextWriter output, Command command)
    {
        // Help is the same on every system: golden files and documentation quote it.
        output.NewLine = "\n";
        if (command is CliCommand leaf)
        {
            WriteCommand(output, leaf);
        }
        else
        {
            WriteRoot(output, command);
        }
    }

    private static void WriteRoot(TextWriter output, Command root)
    {
        Paragraph(output, root.Description ?? string.Empty);
        Heading(output, "Usage");
        output.WriteLine("  ape-test COMMAND [options]");
        Heading(output, "Commands");
        foreach (var command in root.Subcommands.Where(static command => !command.Hidden))
        {
            Entry(output, command.Name, command.Description);
        }
        Heading(output, "Options");
        WriteOptions(output, root.Options);
        Heading(output, "Examples");
        foreach (var example in CommandTree.Examples)
        {
            WriteExample(output, example);
        }
        output.WriteLine();
        output.WriteLine("'ape-test COMMAND --help' tells more about a command.");
    }

    private static void WriteCommand(TextWriter output, CliCommand command)
    {
        Paragraph(output, command.Description ?? string.Empty);
        Heading(output, "Usage");
        var arguments = string.Concat(command.Arguments.Select(argument => $" [{argument.Name}]"));
        output.WriteLine($"  ape-test {command.Name}{arguments} [options]");
        if (command.Arguments.Count > 0)
        {
            Heading(output, "Arguments");
            foreach (var argument in command.Arguments)
            {
                Entry(output, argument.Name, argument.Description);
            }
        }
        foreach (var group in command.Groups)
        {
            Heading(output, group.Heading);
            WriteOptions(output, group.Options);
        }
        Heading(output, "Always");
        WriteOptions(output, command.Parents.OfType<Command>().SelectMany(parent => parent.Options).Where(option => option.Recursive));
        if (command.Examples.Count > 0)
        {
            Heading(output, "Examples");
            foreach (var example in command.Examples)
            {
                WriteExample(output, example);
            }
        }
    }

    private static void WriteOptions(TextWriter output, IEnumerable<Option> options)
    {
        foreach (var option in options.Where(option => !option.Hidden))
        {
            var names = string.Join(", ", option.Aliases.Where(alias => alias.StartsWith('-')).Append(option.Name).Order(ByLength));
            Entry(output, option.HelpName is null ? names : $"{names} {option.HelpName}", option.Description);
        }
    }

    private static readonly Comparer<string> ByLength = Comparer<string>.Create((left, right) => left.Length.CompareTo(right.Length));

    private static void WriteExample(TextWriter output, Example example)
    {
        output.WriteLine($"  # {example.Comment}");
        foreach (var line in example.Line.ReplaceLineEndings("\n").Split('\n'))
        {
            output.WriteLine($"  {line}");
        }
    }

    private static void Heading(TextWriter output, string text)
    {
        output.WriteLine();
        output.WriteLine(text);
    }

    private static void Paragraph(TextWriter output, string text)
    {
        foreach (var line in TextWrap.Lines(text, Width))
        {
            output.WriteLine(line);
        }
    }

    private static void Entry(TextWriter output, string name, string? description)
    {
        var lines = TextWrap.Lines(description ?? string.Empty, Width - Column).ToList();
        var head = $"  {name}";
        if (head.Length >= Column)
        {
            output.WriteLine(head);
            head = string.Empty;
        }
        foreach (var line in lines)
        {
            output.WriteLine((head.PadRight(Column) + line).TrimEnd());
            head = string.Empty;
        }
    }
}
