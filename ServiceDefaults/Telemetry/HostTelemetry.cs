using System.Diagnostics;
using System.Diagnostics.Metrics;
using ApeTest.ServiceDefaults.Metrics;
using Microsoft.Extensions.Hosting;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;

namespace ApeTest.ServiceDefaults.Telemetry;

/// <summary>
/// Exports one host's spans and metrics over OTLP, from its start until it is disposed. Activity sources and some meters belong to the
/// process: several hosts in one (a run in one process) each export their own, under their own <c>service.name</c> (<see cref="TelemetryHosts"/>).
/// </summary>
internal sealed class HostTelemetry(ServiceOptions options, IMeterFactory meters, IServiceProvider services) : IHostedService, IDisposable
{
    private TracerProvider? _tracer;
    private MeterProvider? _meter;

    /// <summary>Name of the service.</summary>
    public string Service => options.Service;

    /// <summary>Source of the host's server spans: each host has an instance of its own.</summary>
    public ActivitySource? ServerSource { get; } = services.GetService(typeof(ActivitySource)) as ActivitySource;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        if (_tracer is not null)
        {
            return Task.CompletedTask;
        }

        TelemetryHosts.Enter(this);
        var resource = ServiceResource.Of(options, instance: true);
        var batch = new BatchExportActivityProcessorOptions();
        _tracer = Sdk.CreateTracerProviderBuilder()
            .SetResourceBuilder(resource)
            .AddSource("ApeTest.*", "Microsoft.AspNetCore", "System.Net.Http")
            // The sampled flag is the session's (DESIGN 5): nothing below it is sampled again, whatever OTEL_TRACES_SAMPLER says.
            .SetSampler(new ParentBasedSampler(new AlwaysOnSampler()))
            .AddProcessor(new OwnSpans(this, new OtlpTraceExporter(new OtlpExporterOptions()), batch))
            .Build();
        _meter = Sdk.CreateMeterProviderBuilder()
            .SetResourceBuilder(resource)
            .AddMeter("ApeTest.*", "Microsoft.AspNetCore.*", "System.Net.Http", "System.Runtime")
            .AddView(View)
            .SetExemplarFilter(ExemplarFilterType.TraceBased)
            .AddOtlpExporter()
            .Build();
        MeasurementWeight.IsRepeated = true;
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _tracer, null) is not { } tracer)
        {
            return;
        }

        // Disposing sends what is still held; until then the host's last spans are its own.
        tracer.Dispose();
        Interlocked.Exchange(ref _meter, null)?.Dispose();
        MeasurementWeight.IsRepeated = TelemetryHosts.Leave(this) > 0;
    }

    /// <summary>Other hosts' meters are theirs to tell; those of the process are told by its first host.</summary>
    private MetricStreamConfiguration? View(Instrument instrument) =>
        instrument.Meter.Scope is IMeterFactory scope && !ReferenceEquals(scope, meters) ? MetricStreamConfiguration.Drop
        : instrument.Meter.Scope is null && !TelemetryHosts.IsFirst(this) ? MetricStreamConfiguration.Drop
        : instrument.Meter.Name.StartsWith("ApeTest.", StringComparison.Ordinal) ? new MetricStreamConfiguration { CardinalityLimit = 2000 }
        : null;

    private sealed class OwnSpans(HostTelemetry host, OtlpTraceExporter exporter, BatchExportActivityProcessorOptions batch)
        : BatchActivityExportProcessor(exporter, batch.MaxQueueSize, batch.ScheduledDelayMilliseconds, batch.ExporterTimeoutMilliseconds, batch.MaxExportBatchSize)
    {
        public override void OnEnd(Activity data)
        {
            if (ReferenceEquals(TelemetryHosts.OwnerOf(data), host))
            {
                base.OnEnd(data);
            }
        }
    }
}
