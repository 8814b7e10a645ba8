using System.Globalization;
using ApeTest.Cli.Rendering;
using ApeTest.Runs.Logs;

namespace ApeTest.Cli.Commands.Logs;

/// <summary>
/// A log line for people: time (UTC), level, service, event, what happened, then session, action and the beginning of the trace id.
/// </summary>
internal sealed class LogText(Paint paint)
{
    private const int TraceDigits = 8;

    /// <summary>One line; what a target or a model said cannot drive the terminal.</summary>
    public string Format(LogLine line)
    {
        var time = line.Ts.UtcDateTime.ToString("HH:mm:ss.fff", CultureInfo.InvariantCulture);
        var level = Level(line.Level ?? Show.Nothing);
        var service = (line.Service ?? Show.Nothing).PadRight(9);
        var name = (line.Event ?? Show.Nothing).PadRight(16);
        var session = line.Session is null ? string.Empty : $" session={line.Session}";
        var action = line.Fields["action"] is { } number ? $" action={number}" : string.Empty;
        var trace = line.TraceId is not { } id ? string.Empty : $" trace={(id.Length > TraceDigits ? id[..TraceDigits] + "…" : id)}";
        var tail = session + action + trace;
        var told = LogSentence.Of(line) ?? line.Message ?? string.Empty;
        return $"{paint.Dim(time)} {level} {Safe(service)} {Safe(name)} {Safe(told)}{(tail.Length == 0 ? tail : paint.Dim(Safe(tail)))}";
    }

    // Nearly no text holds a control character (C0, DEL, C1), and a vectorised look costs a tenth of one at each character.
    private static string Safe(string text) =>
        text.AsSpan().ContainsAnyInRange('\0', '\u001f') || text.AsSpan().ContainsAnyInRange('\u007f', '\u009f') ? Show.Safe(text) : text;

    private string Level(string level)
    {
        var padded = Safe(level).PadRight(5);
        return level switch
        {
            "error" => paint.Bad(padded),
            "warn" => paint.Warn(padded),
            "info" => padded,
            _ => paint.Dim(padded),
        };
    }
}
