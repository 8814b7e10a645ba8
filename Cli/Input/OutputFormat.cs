using System.CommandLine;
using ApeTest.Cli.Help;
using ApeTest.Scenarios;

namespace ApeTest.Cli.Input;

/// <summary><c>--format text|json</c>.</summary>
internal static class OutputFormat
{
    /// <summary>Adds the option.</summary>
    public static Option<string?> Add(CliCommand command, string group, string description) =>
        command.Value(group, "--format", "text|json", description);

    /// <summary>Whether JSON is asked for; anything but the two words throws (exit 2).</summary>
    public static bool IsJson(ParseResult parse, Option<string?> option) => parse.GetValue(option) switch
    {
        null or "text" => false,
        "json" => true,
        var other => throw new ApeTestException($"--format '{other}' is unknown", "Use text or json.", ExitCodes.Input),
    };
}
