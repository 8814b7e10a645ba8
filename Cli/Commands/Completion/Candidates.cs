using System.CommandLine;
using ApeTest.Cli.Samples;
using ApeTest.Cli.Templates;
using ApeTest.Runs.Directory;
using ApeTest.Scenarios;

namespace ApeTest.Cli.Commands.Completion;

/// <summary>Finds what may stand at the end of a line. It reads the command tree, and the names of run directories; it asks nobody.</summary>
internal sealed class Candidates(CliEnvironment environment, RootCommand root)
{
    private const int MostRuns = 50;
    private const int LongestDescription = 60;

    private static readonly Candidate TheFiles = new(CompleteCommand.Files, null);

    /// <summary>Candidates for the last of the words, which may be empty.</summary>
    public IEnumerable<Candidate> Of(IReadOnlyList<string> words)
    {
        var (before, prefix) = words.Count == 0 ? ([], string.Empty) : (words.Take(words.Count - 1).ToList(), words[^1]);
        return Find(before, prefix).Where(candidate => candidate == TheFiles || candidate.Word.StartsWith(prefix, StringComparison.Ordinal));
    }

    private IEnumerable<Candidate> Find(List<string> before, string prefix)
    {
        var at = before.FindIndex(word => root.Subcommands.Any(command => command.Name == word));
        if (at < 0)
        {
            return prefix.StartsWith('-')
                ? Options(root.Options)
                : root.Subcommands.Where(static command => !command.Hidden).Select(static command => new Candidate(command.Name, Short(command.Description)));
        }
        var command = root.Subcommands.First(command => command.Name == before[at]);
        var options = command.Options.Concat(root.Options.Where(static option => option.Recursive)).ToList();
        var given = before[^1];
        if (given.StartsWith('-') && options.Find(option => option.Name == given || option.Aliases.Contains(given)) is { } open && open.Arity.MaximumNumberOfValues > 0)
        {
            return Values(open);
        }
        return prefix.StartsWith('-')
            ? Options(options.Where(option => option.Arity.MaximumNumberOfValues > 1 || !before.Contains(option.Name)))
            : command.Arguments.FirstOrDefault() is { } argument ? Positional(argument.Name) : [];
    }

    private static IEnumerable<Candidate> Options(IEnumerable<Option> options) =>
        options.Where(static option => !option.Hidden).Select(static option => new Candidate(option.Name, Short(option.Description)));

    private static IEnumerable<Candidate> Values(Option option) => option.Name switch
    {
        "--template" => InitTemplate.All.Select(static template => new Candidate(template.Name, Short(template.Summary))),
        "--model" => [new Candidate("builtin/planner", "no key, no network")],
        // text|json: the help names them.
        _ when option.HelpName?.Contains('|', StringComparison.Ordinal) is true => option.HelpName.Split('|').Select(static word => new Candidate(word, null)),
        _ when option.HelpName is "FILE" or "WHERE" or "DIR" => [TheFiles],
        _ => [],
    };

    private IEnumerable<Candidate> Positional(string argument) => argument switch
    {
        _ when argument.StartsWith("RUN", StringComparison.Ordinal) => Runs(),
        "SHELL" => CompletionCommand.Shells.Select(static shell => new Candidate(shell, null)),
        "NAME" => SampleTarget.All.Select(static sample => new Candidate(sample.Name, Short(sample.Summary))),
        _ => [TheFiles],
    };

    private List<Candidate> Runs()
    {
        try
        {
            return [.. RunDirectoryReader.List(environment.RunsRoot).Take(MostRuns).Select(static run => new Candidate(run.Run, null)), new Candidate("latest", "the newest run")];
        }
        catch (ApeTestException)
        {
            // A shell's line is no place for errors.
            return [];
        }
    }

    private static string? Short(string? text)
    {
        var line = text?.Split('\n')[0].Split(". ")[0].TrimEnd('.');
        return line is null || line.Length <= LongestDescription ? line : line[..(LongestDescription - 3)] + "...";
    }
}

/// <summary>A word that may stand there.</summary>
/// <param name="Word">The word; <see cref="CompleteCommand.Files"/> stands for names of files.</param>
/// <param name="Description">What it is; null for nothing to say.</param>
internal sealed record Candidate(string Word, string? Description);
