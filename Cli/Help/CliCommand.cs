using System.CommandLine;

namespace ApeTest.Cli.Help;

/// <summary>A command with what its help needs beyond System.CommandLine: groups of options and examples.</summary>
internal sealed class CliCommand : Command
{
    private readonly List<OptionGroup> _groups = [];

    /// <param name="name">Name on the command line.</param>
    /// <param name="summary">One line: what the command does.</param>
    public CliCommand(string name, string summary)
        : base(name, summary)
    {
    }

    /// <summary>Groups in the order of their first option.</summary>
    public IReadOnlyList<OptionGroup> Groups => _groups;

    /// <summary>Examples: a comment and the command lines below it.</summary>
    public IReadOnlyList<Example> Examples { get; init; } = [];

    /// <summary>Adds an option to a group.</summary>
    public Option<T> Add<T>(string group, Option<T> option)
    {
        Options.Add(option);
        var found = _groups.Find(candidate => candidate.Heading == group);
        if (found is null)
        {
            found = new OptionGroup(group, []);
            _groups.Add(found);
        }
        found.Options.Add(option);
        return option;
    }

    /// <summary>Adds an option that takes a value.</summary>
    public Option<string?> Value(string group, string name, string value, string description) =>
        Add(group, new Option<string?>(name) { HelpName = value, Description = description });

    /// <summary>Adds an option that may be given several times, with one value each.</summary>
    public Option<string[]> Values(string group, string name, string value, string description) =>
        Add(group, new Option<string[]>(name)
        {
            HelpName = value,
            Description = description,
            Arity = ArgumentArity.OneOrMore,
            AllowMultipleArgumentsPerToken = false,
        });

    /// <summary>Adds a switch.</summary>
    public Option<bool> Switch(string group, string name, string description, params string[] aliases) =>
        Add(group, new Option<bool>(name, aliases) { Description = description, Arity = ArgumentArity.Zero });

    /// <summary>Adds an optional positional argument.</summary>
    public Argument<string?> Optional(string name, string description)
    {
        var argument = new Argument<string?>(name) { Description = description, Arity = ArgumentArity.ZeroOrOne };
        Arguments.Add(argument);
        return argument;
    }
}

/// <summary>Options under one heading of the help.</summary>
internal sealed record OptionGroup(string Heading, List<Option> Options);

/// <summary>A command line worth showing.</summary>
/// <param name="Comment">What it is for.</param>
/// <param name="Line">The command line; continued lines are indented by the writer of the example.</param>
internal sealed record Example(string Comment, string Line);
