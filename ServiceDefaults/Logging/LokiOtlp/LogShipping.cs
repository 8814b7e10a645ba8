using ApeTest.ServiceDefaults.Hosting;
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
        if (builder.Configuration[EnvironmentNames.Loki] is not { Length: > 0 } loki)
        {
            return;
        }

        if (!Uri.TryCreate(loki.TrimEnd('/') + "/otlp/v1/logs", UriKind.Absolute, out var endpoint))
        {
            throw new ServiceStartException($"{EnvironmentNames.Loki} is '{loki}', which is no URL. Set it like http://127.0.0.1:3100.");
        }

        builder.AddOtlpLogs(options, logging => logging.AddOtlpExporter("loki", exporter =>
        {
            exporter.Endpoint = endpoint;
            exporter.Protocol = OtlpExportProtocol.HttpProtobuf;
        }));
    }
}
