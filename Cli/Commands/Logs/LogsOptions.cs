using System.CommandLine;
using System.Globalization;
using ApeTest.Cli.Errors;
using ApeTest.Cli.Help;
using ApeTest.Runs.Directory;
using ApeTest.Runs.Logs;
using ApeTest.Scenarios;

namespace ApeTest.Cli.Commands.Logs;

/// <summary>The options that say which lines are wanted, and their check.</summary>
internal sealed class LogsOptions(CliCommand command)
{
    private const string Group = "Which lines";

    private readonly Option<string?> _grep = command.Value(Group, "--grep", "TEXT", "Lines that hold this text or trace id, in any case.");

    private readonly Option<string?> _regex = command.Value(Group, "--regex", "PATTERN",
        "Lines whose JSON fits this .NET regular expression; case counts unless it begins with (?i).");

    private readonly Option<string?> _agent = command.Value(Group, "--agent", "ID", "Lines of this agent (slot).");

    private readonly Option<string?> _session = command.Value(Group, "--session", "ID", "Lines of this session, such as 3-2.");

    private readonly Option<string?> _service = command.Value(Group, "--service", "NAME",
        $"Lines of one service: {string.Join(", ", LogQuery.Services)}.");

    private readonly Option<string?> _event = command.Value(Group, "--event", "NAME", "Lines of this event, such as action.completed.");

    private readonly Option<string?> _level = command.Value(Group, "--level", "LEVEL", $"This level and above: {string.Join(", ", LogQuery.Levels)}.");

    private readonly Option<string?> _since = command.Value(Group, "--since", "TIME", "Lines of the last 30s, 5m, 1h; or from 13:15:02 or 2026-11-21T13:15:02Z on (UTC).");

    private readonly Option<string?> _until = command.Value(Group, "--until", "TIME", "Lines up to then; written as for --since.");

    private readonly Option<string?> _tail = command.Value(Group, "--tail", "N", "Only the last N of these lines; with --follow, of those that are there.");

    /// <summary>The query; a value that cannot be right throws <see cref="ApeTestException"/> (exit 2).</summary>
    /// <param name="parse">The command line.</param>
    /// <param name="run">Gives the run, to which times of day belong; null where it left none.</param>
    /// <param name="now">The present.</param>
    public LogQuery ToQuery(ParseResult parse, Func<RunFile?> run, DateTimeOffset now)
    {
        var query = new LogQuery
        {
            Grep = NotEmpty("--grep", parse.GetValue(_grep), "a text or a trace id"),
            Pattern = NotEmpty("--regex", parse.GetValue(_regex), "a pattern such as 'timeout|refused'") is { } pattern ? LogPattern.Parse(pattern) : null,
            Agent = Id("--agent", parse.GetValue(_agent), parts: 1, "3"),
            Session = Id("--session", parse.GetValue(_session), parts: 2, "3-2"),
            Service = OneOf("--service", parse.GetValue(_service), LogQuery.Services),
            Event = NotEmpty("--event", parse.GetValue(_event), "a name such as action.completed"),
            Level = OneOf("--level", parse.GetValue(_level)?.ToLowerInvariant(), LogQuery.Levels),
            Tail = Count(parse.GetValue(_tail)),
            Since = LogTime.Parse("--since", parse.GetValue(_since), run, now),
            Until = LogTime.Parse("--until", parse.GetValue(_until), run, now),
        };
        return query.Until < query.Since
            ? throw new ApeTestException($"--until {parse.GetValue(_until)} is before --since {parse.GetValue(_since)}", "Exchange them.", ExitCodes.Input)
            : query;
    }

    private static string? NotEmpty(string option, string? value, string example) =>
        value is not "" ? value : throw new ApeTestException($"{option} is empty", $"Give it {example}.", ExitCodes.Input);

    private static string? Id(string option, string? value, int parts, string example)
    {
        var right = value?.Split('-') is not { } given
            || (given.Length == parts && given.All(part => part.Length > 0 && part.All(char.IsAsciiDigit)));
        return right ? value : throw new ApeTestException($"{option} '{value}' is no {option[2..]}",
            $"Write it as log lines and sessions.jsonl do, for example {example}.", ExitCodes.Input);
    }

    private static int? Count(string? text) => text switch
    {
        null => null,
        _ when int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count is > 0 and <= LogQuery.MostTail => count,
        _ => throw new ApeTestException($"--tail '{text}' is no number from 1 to {LogQuery.MostTail}", "Write for example --tail 100.", ExitCodes.Input),
    };

    private static string? OneOf(string option, string? value, IReadOnlyCollection<string> allowed) =>
        value is null || allowed.Contains(value)
            ? value
            : throw new ApeTestException($"{option} '{value}' is unknown",
                UnknownWord.Nearest(value, allowed) is { } meant ? $"Did you mean {meant}? Known are {string.Join(", ", allowed)}." : $"Known are {string.Join(", ", allowed)}.",
                ExitCodes.Input);
}
