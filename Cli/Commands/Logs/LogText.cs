using System.Globalization;
using ApeTest.Cli.Rendering;
using ApeTest.Runs.Directory;

namespace ApeTest.Cli.Commands.Logs;

/// <summary>A log line for people: time, level, service, event, message, then session and the beginning of the trace id.</summary>
internal sealed class LogText(Paint paint)
{
    private const int TraceDigits = 8;

    /// <summary>One line; what a target or a model said cannot drive the terminal.</summary>
    public string Format(LogLine line)
    {
        var time = line.Ts.UtcDateTime.ToString("HH:mm:ss.fff", CultureInfo.InvariantCulture);
        var level = Level(line.Level ?? Show.Nothing);
        var service = (line.Service ?? Show.Nothing).PadRight(9);
        var name = (line.Event ?? Show.Nothing).PadRight(20);
        var session = line.Session is null ? string.Empty : $" session={line.Session}";
        var trace = line.TraceId is not { } id ? string.Empty : $" trace={(id.Length > TraceDigits ? id[..TraceDigits] + "…" : id)}";
        var tail = session + trace;
        return $"{paint.Dim(time)} {level} {Show.Safe(service)} {Show.Safe(name)} {Show.Safe(line.Message ?? string.Empty)}{(tail.Length == 0 ? tail : paint.Dim(Show.Safe(tail)))}";
    }

    private string Level(string level)
    {
        var padded = Show.Safe(level).PadRight(5);
        return level switch
        {
            "error" => paint.Bad(padded),
            "warn" => paint.Warn(padded),
            "info" => padded,
            _ => paint.Dim(padded),
        };
    }
}
