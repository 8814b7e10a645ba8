using System.CommandLine;
using System.CommandLine.Parsing;
using ApeTest.Scenarios;

namespace ApeTest.Cli.Errors;

/// <summary>Turns a command line that cannot be understood into one error with the fix.</summary>
internal static class ParseErrors
{
    /// <summary>The first thing wrong with the line, or null.</summary>
    public static ApeTestException? Find(ParseResult parse)
    {
        if (parse.Action is { ClearsParseErrors: true })
        {
            return null;
        }
        var command = parse.CommandResult.Command;
        // A misspelt command first: the options behind it are its own, and nobody knows them.
        if (parse.RootCommandResult == parse.CommandResult && parse.Tokens.FirstOrDefault(static token => token.Type is TokenType.Argument) is { } word && !word.Value.StartsWith('-'))
        {
            return UnknownCommand(word.Value, command);
        }
        if (UnknownOption(parse) is { } unknown)
        {
            return Wrong($"unknown option '{unknown}' for '{FullName(command)}'", ForeignWords.Option(unknown, OptionsOf(command)) ?? UnknownWord.Nearest(unknown, OptionsOf(command)), command);
        }
        if (parse.RootCommandResult == parse.CommandResult)
        {
            return parse.UnmatchedTokens.Count > 0
                ? UnknownCommand(parse.UnmatchedTokens[0], command)
                : Wrong("no command given", null, command);
        }
        if (parse.UnmatchedTokens.Count > 0)
        {
            return Wrong($"unexpected argument '{parse.UnmatchedTokens[0]}' for '{FullName(command)}'", null, command,
                "a value with spaces needs quotes");
        }
        return parse.Errors.Count > 0 ? Wrong(Lower(parse.Errors[0].Message), null, command) : null;
    }

    private static ApeTestException UnknownCommand(string word, Command root) =>
        Wrong($"unknown command '{word}'", ForeignWords.Command(word) ?? UnknownWord.Nearest(word, root.Subcommands.Where(sub => !sub.Hidden).Select(sub => sub.Name)), root);

    /// <summary>A word that looks like an option and is no option's value: System.CommandLine would take it as a positional argument.</summary>
    private static string? UnknownOption(ParseResult parse)
    {
        var values = new HashSet<Token>(ReferenceEqualityComparer.Instance);
        for (SymbolResult? result = parse.CommandResult; result is not null; result = result.Parent)
        {
            foreach (var option in ((CommandResult)result).Children.OfType<OptionResult>())
            {
                values.UnionWith(option.Tokens);
            }
        }
        foreach (var token in parse.Tokens)
        {
            if (token.Type is TokenType.DoubleDash)
            {
                return null;
            }
            if (token.Type is TokenType.Argument && token.Value.Length > 1 && token.Value[0] == '-' && !values.Contains(token))
            {
                return token.Value.Split('=')[0];
            }
        }
        return null;
    }

    private static IEnumerable<string> OptionsOf(Command command) =>
        command.Options.Concat(command.Parents.OfType<Command>().SelectMany(parent => parent.Options).Where(option => option.Recursive))
            .Select(option => option.Name);

    private static string FullName(Command command) => command is RootCommand ? "ape-test" : $"ape-test {command.Name}";

    private static string Lower(string message) => char.ToLowerInvariant(message[0]) + message[1..].TrimEnd('.');

    private static ApeTestException Wrong(string message, string? meant, Command command, string? also = null)
    {
        var hint = $"see '{FullName(command)} --help'";
        hint = also is null ? hint : $"{also}; {hint}";
        return new ApeTestException(message, meant is null ? hint : $"did you mean '{meant}'? {hint}", ExitCodes.Input);
    }
}
