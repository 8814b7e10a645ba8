using System.Diagnostics.Metrics;
using ApeTest.ServiceDefaults.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OpenTelemetry.Logs;

namespace ApeTest.ServiceDefaults.Telemetry;

/// <summary>OTLP export of traces, metrics and logs, only when <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> is set. The exporters read the other <c>OTEL_*</c> variables themselves.</summary>
internal static class OtlpSetup
{
    public static void AddOtlp(this WebApplicationBuilder builder, ServiceOptions options)
    {
        if (string.IsNullOrEmpty(builder.Configuration[EnvironmentNames.OtlpEndpoint]))
        {
            return;
        }

        builder.Services.AddHostedService(services => new HostTelemetry(options, services.GetRequiredService<IMeterFactory>(), services));
        builder.AddOtlpLogs(options, logging => logging.AddOtlpExporter());
    }

    /// <summary>Names the requests' spans, where they are exported.</summary>
    public static void UseOtlp(this WebApplication app)
    {
        if (!string.IsNullOrEmpty(app.Configuration[EnvironmentNames.OtlpEndpoint]))
        {
            app.UseMiddleware<RequestSpans>();
        }
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
                logging.SetResourceBuilder(ServiceResource.Of(options, instance: false));
                logging.AddProcessor(services => services.GetRequiredService<RedactingLogProcessor>());
            }

            export(logging);
        });
    }
}
