using ApeTest.ServiceDefaults.Logging;
using ApeTest.ServiceDefaults.Logging.LokiSink;
using ApeTest.ServiceDefaults.Metrics;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Serilog;
using Serilog.Sinks.Grafana.Loki;

namespace ApeTest.ServiceDefaults;

/// <summary>Logs to Loki's push API by Serilog.Sinks.Grafana.Loki: labels <c>service</c> and <c>level</c>, the line as in log files.</summary>
public static partial class ServiceDefaultsExtensions
{
    private const int LinesOfABatch = 1000;
    private static readonly TimeSpan ShippingPeriod = TimeSpan.FromSeconds(1);

    // A wrong address is told when the service is set up, not when it first logs.
    static partial void AddLogShipping(WebApplicationBuilder builder, ServiceOptions options) => _ = LokiAddress.Of(builder.Configuration);

    static partial void ShipLogs(LoggerConfiguration serilog, IConfiguration configuration, ServiceOptions options, RecordsDropped dropped)
    {
        if (LokiAddress.Of(configuration) is not { } loki)
        {
            return;
        }

        var ledger = new LokiLedger(dropped);
        // A logger of its own gets copies of the events: the sink changes theirs.
        serilog.WriteTo.Logger(shipped => shipped
            .MinimumLevel.Verbose()
            .Enrich.With(new TraceEnricher())
            .Filter.ByIncludingOnly(_ => ledger.TryEnter())
            .WriteTo.GrafanaLoki(
                loki.Url,
                labels: [new LokiLabel { Key = "service", Value = options.Service }],
                // The sink adds the level as a property of this name.
                propertiesAsLabels: ["level"],
                batchPostingLimit: LinesOfABatch,
                queueLimit: LokiLedger.Capacity,
                period: ShippingPeriod,
                textFormatter: new LokiLineFormatter(options.Service, ledger),
                httpClient: new LokiClient(ledger, loki.Credentials)));
    }
}
