using System.CommandLine;
using ApeTest.Cli.Commands.Init.Writing;
using ApeTest.Cli.Commands.Report;
using ApeTest.Cli.Deploy;
using ApeTest.Cli.Samples;
using ApeTest.Cli.Templates;
using ApeTest.Runs.Directory;
using ApeTest.Runs.Logs;
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
        // bash breaks `--format=j` at the sign: three words, of which the sign is none.
        words = words is [.., "="] ? [.. words.Where(static word => word != "="), ""] : [.. words.Where(static word => word != "=")];
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
        if (prefix.StartsWith("--", StringComparison.Ordinal) && prefix.Split('=', 2) is [var joined, _] && options.Find(option => IsNamed(option, joined)) is { } with)
        {
            return Values(command, with).Select(value => value == TheFiles ? value : value with { Word = $"{joined}={value.Word}" });
        }
        if (options.Find(option => IsNamed(option, before[^1])) is { } open && open.Arity.MaximumNumberOfValues > 0)
        {
            return Values(command, open);
        }
        return prefix.StartsWith('-')
            ? Options(options.Where(option => option.Arity.MaximumNumberOfValues > 1 || !before.Exists(word => IsNamed(option, word))))
            : Position(before, at, options) is var position && position < command.Arguments.Count ? Positional(command.Arguments[position]) : [];
    }

    private static bool IsNamed(Option option, string word) => option.Name == word || option.Aliases.Contains(word);

    /// <summary>How many arguments stand before the cursor: words that are neither an option nor the value of one.</summary>
    private static int Position(List<string> before, int command, List<Option> options)
    {
        var count = 0;
        for (var at = command + 1; at < before.Count; at++)
        {
            if (options.Find(option => IsNamed(option, before[at])) is { } option)
            {
                at += option.Arity.MaximumNumberOfValues > 0 ? 1 : 0;
            }
            else if (!before[at].StartsWith('-'))
            {
                count++;
            }
        }
        return count;
    }

    private static IEnumerable<Candidate> Options(IEnumerable<Option> options) =>
        options.Where(static option => !option.Hidden).Select(static option => new Candidate(option.Name, Short(option.Description)));

    private static IEnumerable<Candidate> Values(Command command, Option option) => (command.Name, option.Name) switch
    {
        (_, "--template") => InitTemplate.All.Select(static template => new Candidate(template.Name, Short(template.Summary))),
        (_, "--model") => [new Candidate("builtin/planner", "no key, no network"), new Candidate("cerebras/gpt-oss-120b", "with CEREBRAS_API_KEY"), new Candidate("openai/", "with OPENAI_API_KEY"), new Candidate("ollama/", "a local Ollama")],
        (_, "--auth") => Words("bearer:", "basic:", "header:"),
        (_, "--cassette-mode") => Words("auto", "record", "replay"),
        (_, "--level") => Words([.. LogQuery.Levels]),
        ("logs", "--service") => Words([.. LogQuery.Services]),
        (_, "--service") => Words([.. ServiceImage.All.Select(static service => service.Name)]),
        ("report", "--format") => Words([.. ReportCommand.Formats]),
        ("report", "--table") => Words([.. ReportCommand.Tables]),
        ("compare", "--format") => Words("text", "json", "md"),
        // text|json: the help names them.
        _ when option.HelpName?.Contains('|', StringComparison.Ordinal) is true => Words(option.HelpName.Split('|')),
        _ when option.HelpName is "FILE" or "WHERE" or "DIR" => [TheFiles],
        _ => [],
    };

    private static IEnumerable<Candidate> Words(params string[] words) => words.Select(static word => new Candidate(word, null));

    private IEnumerable<Candidate> Positional(Argument argument) => argument.Name switch
    {
        "RUN" or "BASE" => Runs(),
        "SHELL" => Words([.. CompletionCommand.Shells]),
        "NAME" => SampleTarget.All.Select(static sample => new Candidate(sample.Name, Short(sample.Summary))),
        "SCENARIO" => [.. Scenarios(), TheFiles],
        _ => [TheFiles],
    };

    private List<Candidate> Runs()
    {
        try
        {
            return [.. RunDirectoryReader.List(environment.RunsRoot).Take(MostRuns).Select(static run => new Candidate(run.Run, null)), new Candidate("last", "the newest run that is no try")];
        }
        catch (ApeTestException)
        {
            // A shell's line is no place for errors.
            return [];
        }
    }

    /// <summary>Scenario files of this directory, before all other files.</summary>
    private List<Candidate> Scenarios()
    {
        try
        {
            return [.. Directory.EnumerateFiles(environment.CurrentDirectory, "*.y*ml").Select(static path => Path.GetFileName(path))
                .Where(static name => name[0] != '.' && name != ComposeFile.Name).Order(StringComparer.Ordinal).Take(MostRuns).Select(static name => new Candidate(name, "scenario"))];
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
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
