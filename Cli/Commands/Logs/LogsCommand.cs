using System.CommandLine;
using ApeTest.Cli.Errors;
using ApeTest.Cli.Help;
using ApeTest.Cli.Input;
using ApeTest.Cli.Rendering;
using ApeTest.Runs.Directory;
using ApeTest.Scenarios;
using ApeTest.Scenarios.Loading;

namespace ApeTest.Cli.Commands.Logs;

/// <summary><c>ape-test logs</c>: the lines of all services of a run as one log in order of time.</summary>
internal static class LogsCommand
{
    private static readonly string[] Services = ["agent", "llm-proxy", "gateway", "collector", "shop"];

    public static CliCommand Create(CliEnvironment environment)
    {
        var command = new CliCommand("logs", "Show what the services of a run logged, as one log in order of time.")
        {
            Examples =
            [
                new("the journey of one session through all services", "ape-test logs --grep 4bf92f3577b34da6a3ce929d0e0e4736"),
                new("warnings and errors of the gateway", "ape-test logs --service gateway --level warn"),
                new("the last two minutes of agent 3, for a program", "ape-test logs --agent 3 --since 2m --format json"),
            ],
        };
        var run = command.Optional("RUN", "Run id, its beginning or its last four digits. Default: the latest run.");
        var grep = command.Value("Which lines", "--grep", "TEXT", "Lines that hold this text or trace id, in any case.");
        var agent = command.Value("Which lines", "--agent", "ID", "Lines of this agent (slot).");
        var service = command.Value("Which lines", "--service", "NAME", $"Lines of one service: {string.Join(", ", Services)}.");
        var level = command.Value("Which lines", "--level", "LEVEL", $"This level and above: {string.Join(", ", LogQuery.Levels)}.");
        var since = command.Value("Which lines", "--since", "TIME", "Lines of the last 30s, 5m, 1h.");
        var format = OutputFormat.Add(command, "Output", "Aligned text, or the JSON lines as they were written. Default text.");
        command.SetAction((parse, cancellationToken) => RunAsync(environment, parse, new LogQuery
        {
            Grep = parse.GetValue(grep),
            Agent = parse.GetValue(agent),
            Service = OneOf("--service", parse.GetValue(service), Services),
            Level = OneOf("--level", parse.GetValue(level)?.ToLowerInvariant(), LogQuery.Levels),
            Since = Since(environment, parse.GetValue(since)),
        }, parse.GetValue(run), OutputFormat.IsJson(parse, format), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(
        CliEnvironment environment, ParseResult parse, LogQuery query, string? run, bool json, CancellationToken cancellationToken)
    {
        var directory = RunDirectoryReader.Find(environment.RunsRoot, run);
        var text = new LogText(Paint.ForOutput(environment, NoColor.Of(parse)));
        long lines = 0;
        await foreach (var line in LogReader.ReadAsync(directory.Logs, query, cancellationToken))
        {
            environment.Out.WriteLine(json ? line.Text : text.Format(line));
            lines++;
        }
        if (lines == 0)
        {
            environment.Error.WriteLine($"no such lines in run {directory.Run}");
        }
        return ExitCodes.Done;
    }

    private static DateTimeOffset? Since(CliEnvironment environment, string? text) => text switch
    {
        null => null,
        _ when Durations.TryParse(text, out var ago) => environment.Time.GetUtcNow() - ago,
        _ => throw new ApeTestException($"--since '{text}' is not a duration", "Write for example 30s, 5m or 1h.", ExitCodes.Input),
    };

    private static string? OneOf(string option, string? value, IReadOnlyCollection<string> allowed) =>
        value is null || allowed.Contains(value)
            ? value
            : throw new ApeTestException($"{option} '{value}' is unknown",
                UnknownWord.Nearest(value, allowed) is { } meant ? $"Did you mean {meant}? Known are {string.Join(", ", allowed)}." : $"Known are {string.Join(", ", allowed)}.",
                ExitCodes.Input);
}
