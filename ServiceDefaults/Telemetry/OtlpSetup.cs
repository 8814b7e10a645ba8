using ApeTest.ServiceDefaults.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OpenTelemetry.Logs;
using OpenTelemetry.Resources;

namespace ApeTest.ServiceDefaults.Telemetry;

/// <summary>OTLP export of traces, metrics and logs, only when <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> is set. The exporter reads the other <c>OTEL_*</c> variables itself.</summary>
internal static class OtlpSetup
{
    public static void AddOtlp(this WebApplicationBuilder builder, ServiceOptions options)
    {
        if (string.IsNullOrEmpty(builder.Configuration[EnvironmentNames.OtlpEndpoint]))
        {
            return;
        }

        builder.Services.AddHostedService(_ => new ProcessTelemetry.Lease(options.Service));
        builder.AddOtlpLogs(options, logging => logging.AddOtlpExporter());
    }

    /// <summary>Adds an OTLP log exporter behind the redaction that all of them share.</summary>
    public static void AddOtlpLogs(this WebApplicationBuilder builder, ServiceOptions options, Action<OpenTelemetryLoggerOptions> export)
    {
        var first = builder.Services.All(service => service.ServiceType != typeof(RedactingLogProcessor));
        if (first)
        {
            builder.Services.AddSingleton<RedactingLogProcessor>();
        }

        builder.Logging.AddOpenTelemetry(logging =>
        {
            if (first)
            {
                logging.IncludeFormattedMessage = true;
                logging.ParseStateValues = true;
                logging.SetResourceBuilder(ResourceBuilder.CreateDefault().AddService(options.Service));
                logging.AddProcessor(services => services.GetRequiredService<RedactingLogProcessor>());
            }

            export(logging);
        });
    }
}
