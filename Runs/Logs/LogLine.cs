using System.Text;

namespace ApeTest.Runs.Logs;

/// <summary>One log line (DESIGN 14.3): its JSON bytes, and its fields where they are asked for.</summary>
public sealed class LogLine
{
    private LogFields? _fields;

    internal LogLine(byte[] utf8, LogPlace place)
    {
        Utf8 = utf8;
        Place = place;
    }

    /// <summary>The line as written, without a newline.</summary>
    public ReadOnlyMemory<byte> Utf8 { get; }

    /// <summary>The line as written.</summary>
    public string Text => Encoding.UTF8.GetString(Utf8.Span);

    /// <summary>When that happened what it tells: <c>at</c>, where the line was kept and written later, otherwise <c>ts</c>.</summary>
    public DateTimeOffset Ts => Place.Happened;

    /// <summary><c>trace</c>, <c>debug</c>, <c>info</c>, <c>warn</c> or <c>error</c>.</summary>
    public string? Level => Fields["level"];

    /// <summary>Service.</summary>
    public string? Service => Fields["service"];

    /// <summary>Event name.</summary>
    public string? Event => Fields["event"];

    /// <summary>Message.</summary>
    public string? Message => Fields["msg"];

    /// <summary>Trace id.</summary>
    public string? TraceId => Fields["trace_id"];

    /// <summary>Agent.</summary>
    public string? Agent => Fields["agent"];

    /// <summary>Session.</summary>
    public string? Session => Fields["session"];

    /// <summary>All fields of one value, by name.</summary>
    public LogFields Fields => _fields ??= new LogFields(Utf8);

    internal LogPlace Place { get; }

    /// <summary>Reads one line; null where it is no JSON object with a <c>ts</c>, as one cut off by a kill.</summary>
    public static LogLine? Parse(string text)
    {
        var utf8 = Encoding.UTF8.GetBytes(text);
        return new LogFilter(new LogQuery()).Match(utf8, out var place) is LogMatch.Yes ? new LogLine(utf8, place) : null;
    }
}
