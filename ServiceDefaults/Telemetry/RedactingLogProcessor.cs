using System.Diagnostics;
using ApeTest.ServiceDefaults.Identity;
using ApeTest.ServiceDefaults.Logging;
using Microsoft.Extensions.Logging;
using OpenTelemetry;
using OpenTelemetry.Logs;

namespace ApeTest.ServiceDefaults.Telemetry;

/// <summary>Masks secrets in exported log records and adds level (as JSON lines name it), event, run, agent, session and action. Runs before any exporter.</summary>
internal sealed class RedactingLogProcessor(ServiceOptions options) : BaseProcessor<LogRecord>
{
    public override void OnEnd(LogRecord data)
    {
        var identity = RequestIdentity.Current;
        var attributes = new List<KeyValuePair<string, object?>>((data.Attributes?.Count ?? 0) + 4);
        string? message = data.FormattedMessage;
        foreach (var (key, value) in data.Attributes ?? [])
        {
            // The template itself holds no values.
            if (key == "{OriginalFormat}")
            {
                attributes.Add(new(key, value));
                continue;
            }

            // As in files: what a line does not say is not there.
            if (value is null)
            {
                continue;
            }

            // A line that is written after its span, or without one, names its trace itself: that is the record's, not a field beside it.
            if (IsContext(data, FieldNames.Snake(key), value as string))
            {
                continue;
            }

            var masked = LogValues.IsMasked(key, value);
            if (masked && value.ToString() is { Length: > 0 } secret)
            {
                message = message?.Replace(secret, Redactor.Mask, StringComparison.Ordinal);
            }

            var (name, plain) = LogValues.Plain(FieldNames.Snake(key), value);
            attributes.Add(new(name, masked ? Redactor.Mask : plain is string text ? LogText.Clean(text) : plain));
        }

        // Loki can make a label of an attribute, and of the severity only by the names of .NET.
        Add(attributes, "level", Level(data.LogLevel));
        Add(attributes, "event", data.EventId.Name);
        Add(attributes, "run", identity?.Run ?? options.Run);
        Add(attributes, "agent", identity?.Agent);
        Add(attributes, "session", identity?.Session);
        Add(attributes, "action", identity?.Action);
        data.Attributes = attributes;
        data.FormattedMessage = message is null ? null : LogText.Clean(message);
    }

    private static string Level(LogLevel level) => level switch
    {
        LogLevel.Trace => "trace",
        LogLevel.Debug => "debug",
        LogLevel.Information => "info",
        LogLevel.Warning => "warn",
        _ => "error",
    };

    private static bool IsContext(LogRecord data, string name, string? value)
    {
        const int traceDigits = 32, spanDigits = 16;
        if (name is "trace_id" && value?.Length is traceDigits)
        {
            data.TraceId = ActivityTraceId.CreateFromString(value);
            return true;
        }

        if (name is "span_id" && value?.Length is spanDigits)
        {
            data.SpanId = ActivitySpanId.CreateFromString(value);
            return true;
        }

        return false;
    }

    private static void Add(List<KeyValuePair<string, object?>> attributes, string key, string? value)
    {
        if (value is not null && !attributes.Exists(attribute => attribute.Key == key))
        {
            attributes.Add(new(key, value));
        }
    }
}
