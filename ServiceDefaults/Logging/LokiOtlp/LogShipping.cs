using ApeTest.ServiceDefaults.Logging;
using ApeTest.ServiceDefaults.Telemetry;
using Microsoft.AspNetCore.Builder;
using OpenTelemetry.Exporter;
using OpenTelemetry.Logs;

namespace ApeTest.ServiceDefaults;

/// <summary>Logs to Loki over its native OTLP endpoint, <c>{APETEST_LOKI}/otlp/v1/logs</c> (https://grafana.com/docs/loki/latest/send-data/otel/).</summary>
public static partial class ServiceDefaultsExtensions
{
    static partial void AddLogShipping(WebApplicationBuilder builder, ServiceOptions options)
    {
        if (LokiAddress.Of(builder.Configuration) is not { } loki)
        {
            return;
        }

        builder.AddOtlpLogs(options, logging => logging.AddOtlpExporter("loki", exporter =>
        {
            exporter.Endpoint = new Uri(loki.Url + "/otlp/v1/logs");
            exporter.Protocol = OtlpExportProtocol.HttpProtobuf;
            // Loki's own. OTEL_EXPORTER_OTLP_HEADERS, which the exporter would send, are another receiver's keys.
            exporter.Headers = loki.Credentials is { } credentials ? $"Authorization={Uri.EscapeDataString(credentials.ToString())}" : "";
        }));
    }
}
