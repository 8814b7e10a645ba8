using Serilog.Events;
using Serilog.Formatting;

namespace ApeTest.ServiceDefaults.Logging.LokiSink;

/// <summary>The line as it stands in log files, secrets masked; counted.</summary>
internal sealed class LokiLineFormatter(string service, LokiLedger ledger) : ITextFormatter
{
    private readonly JsonLineFormatter _lines = new(service);

    public void Format(LogEvent logEvent, TextWriter output)
    {
        _lines.Format(logEvent, output);
        ledger.Wrote();
    }
}
