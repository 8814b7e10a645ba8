using System.Text;
using System.Text.Json;

namespace ApeTest.Runs.Directory;

/// <summary>One log line: its JSON text and the fields that are sorted and filtered by (DESIGN 14.3).</summary>
/// <param name="Text">The line as written.</param>
/// <param name="Ts">Time.</param>
/// <param name="Level"><c>trace</c>, <c>debug</c>, <c>info</c>, <c>warn</c> or <c>error</c>.</param>
/// <param name="Service">Service.</param>
/// <param name="Event">Event name.</param>
/// <param name="Message">Message.</param>
/// <param name="TraceId">Trace id.</param>
/// <param name="Agent">Agent.</param>
/// <param name="Session">Session.</param>
public sealed record LogLine(string Text, DateTimeOffset Ts, string? Level, string? Service, string? Event, string? Message,
    string? TraceId, string? Agent, string? Session)
{
    /// <summary>Reads one line; null where it is no JSON object with a <c>ts</c>, as one cut off by a kill.</summary>
    public static LogLine? Parse(string text)
    {
        DateTimeOffset? ts = null;
        string? level = null, service = null, name = null, message = null, trace = null, agent = null, session = null;
        try
        {
            var reader = new Utf8JsonReader(Encoding.UTF8.GetBytes(text));
            if (!reader.Read() || reader.TokenType is not JsonTokenType.StartObject)
            {
                return null;
            }
            while (reader.Read() && reader.TokenType is JsonTokenType.PropertyName)
            {
                var key = reader.GetString();
                reader.Read();
                switch (key)
                {
                    case "ts": ts = reader.TryGetDateTimeOffset(out var at) ? at : null; break;
                    case "level": level = Scalar(reader); break;
                    case "service": service = Scalar(reader); break;
                    case "event": name = Scalar(reader); break;
                    case "msg": message = Scalar(reader); break;
                    case "trace_id": trace = Scalar(reader); break;
                    case "agent": agent = Scalar(reader); break;
                    case "session": session = Scalar(reader); break;
                    default: break;
                }
                reader.Skip();
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return null;
        }
        return ts is { } time ? new LogLine(text, time, level, service, name, message, trace, agent, session) : null;
    }

    private static string? Scalar(Utf8JsonReader reader) => reader.TokenType switch
    {
        JsonTokenType.String => reader.GetString(),
        JsonTokenType.Number => Encoding.UTF8.GetString(reader.ValueSpan),
        _ => null,
    };
}
