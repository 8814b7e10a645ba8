using Serilog.Core;
using Serilog.Events;

namespace ApeTest.ServiceDefaults.Logging.LokiSink;

/// <summary>
/// Keeps a line's trace and span as properties too: the sink copies events (<c>LokiLogEvent.CopyWithProperties</c>) without the trace that Serilog 3.1 gave them.
/// </summary>
internal sealed class TraceEnricher : ILogEventEnricher
{
    public void Enrich(LogEvent logEvent, ILogEventPropertyFactory propertyFactory)
    {
        // A line that names its trace itself is right.
        Add(logEvent, "trace_id", logEvent.TraceId?.ToHexString());
        Add(logEvent, "span_id", logEvent.SpanId?.ToHexString());
    }

    private static void Add(LogEvent logEvent, string name, string? value)
    {
        if (value is not null && !logEvent.Properties.Keys.Any(property => FieldNames.Snake(property) == name))
        {
            logEvent.AddOrUpdateProperty(new LogEventProperty(name, new ScalarValue(value)));
        }
    }
}
