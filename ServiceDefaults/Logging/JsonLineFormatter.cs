using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Serilog.Events;
using Serilog.Formatting;

namespace ApeTest.ServiceDefaults.Logging;

/// <summary>
/// One JSON object per line. Keys in this order: <c>ts</c> (ISO 8601 UTC, milliseconds), <c>level</c> (trace, debug, info, warn, error),
/// <c>service</c>, <c>event</c> (EventId.Name), <c>msg</c>, <c>trace_id</c>, <c>span_id</c>, <c>run</c>, <c>agent</c>, <c>session</c>,
/// <c>action</c>, then the message's own fields in snake case (durations in seconds, name ending in <c>_s</c>), then <c>exception</c>.
/// Absent values are left out; a message field named like one of the identity keys takes its place. Secrets are masked.
/// </summary>
internal sealed class JsonLineFormatter(string service) : ITextFormatter
{
    private static readonly JsonWriterOptions WriterOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    // The frameworks' own scopes and Serilog's bookkeeping say nothing that a line of ours lacks.
    private static readonly HashSet<string> Left = new(StringComparer.Ordinal)
    {
        "SourceContext", "EventId", "RequestId", "RequestPath", "ConnectionId", "ParentId", "Scope", "ActionId", "ActionName",
        IdentityEnricher.Run, IdentityEnricher.Agent, IdentityEnricher.Session, IdentityEnricher.Action,
    };

    private static readonly HashSet<string> Identity = new(StringComparer.Ordinal)
    {
        "trace_id", "span_id", "run", "agent", "session", "action",
    };

    private static readonly HashSet<string> Fixed = new(StringComparer.Ordinal) { "ts", "level", "service", "event", "msg", "exception" };

    public void Format(LogEvent logEvent, TextWriter output)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(buffer, WriterOptions))
        {
            json.WriteStartObject();
            json.WriteString("ts", logEvent.Timestamp.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture));
            json.WriteString("level", Level(logEvent.Level));
            json.WriteString("service", service);
            if (EventName(logEvent) is { } name)
            {
                json.WriteString("event", name);
            }

            json.WriteString("msg", LogText.Message(logEvent));
            WriteIdentity(json, logEvent);
            WriteFields(json, logEvent);
            if (logEvent.Exception is { } exception)
            {
                json.WriteString("exception", LogText.Clean(exception.ToString()));
            }

            json.WriteEndObject();
        }

        output.Write(Encoding.UTF8.GetString(buffer.WrittenSpan));
        output.Write('\n');
    }

    private static string Level(LogEventLevel level)
    {
        return level switch
        {
            LogEventLevel.Verbose => "trace",
            LogEventLevel.Debug => "debug",
            LogEventLevel.Information => "info",
            LogEventLevel.Warning => "warn",
            _ => "error",
        };
    }

    private static string? EventName(LogEvent logEvent)
    {
        if (logEvent.Properties.TryGetValue("EventId", out var value) && value is StructureValue structure)
        {
            foreach (var property in structure.Properties)
            {
                if (property is { Name: "Name", Value: ScalarValue { Value: string name } })
                {
                    return name;
                }
            }
        }

        return null;
    }

    private static void WriteIdentity(Utf8JsonWriter json, LogEvent logEvent)
    {
        Write("trace_id", logEvent.TraceId?.ToHexString());
        Write("span_id", logEvent.SpanId?.ToHexString());
        Write("run", Noted(IdentityEnricher.Run));
        Write("agent", Noted(IdentityEnricher.Agent));
        Write("session", Noted(IdentityEnricher.Session));
        Write("action", Noted(IdentityEnricher.Action));

        string? Noted(string property)
        {
            return logEvent.Properties.TryGetValue(property, out var value) && value is ScalarValue { Value: string text } ? text : null;
        }

        void Write(string key, string? otherwise)
        {
            foreach (var (name, value) in logEvent.Properties)
            {
                if (!Left.Contains(name) && FieldNames.Snake(name) == key && value is ScalarValue { Value: not null })
                {
                    LogValues.Write(json, key, value);
                    return;
                }
            }

            if (otherwise is not null)
            {
                json.WriteString(key, otherwise);
            }
        }
    }

    private static void WriteFields(Utf8JsonWriter json, LogEvent logEvent)
    {
        foreach (var (name, value) in logEvent.Properties)
        {
            if (Left.Contains(name))
            {
                continue;
            }

            var key = FieldNames.Snake(name);
            if (!Identity.Contains(key))
            {
                LogValues.Write(json, Fixed.Contains(key) ? key + "_" : key, value);
            }
        }
    }
}
