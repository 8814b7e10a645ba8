using ApeTest.ServiceDefaults.Metrics;
using Microsoft.Extensions.Hosting;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace ApeTest.ServiceDefaults.Telemetry;

/// <summary>
/// The tracer and meter provider of this process, shared by its hosts: activity sources and meters are process-wide, so a provider per
/// host would export every span as often as there are hosts. Lives from the first host's start to the last one's end.
/// </summary>
internal static class ProcessTelemetry
{
    private static readonly Lock Gate = new();
    private static int _leases;
    private static TracerProvider? _tracer;
    private static MeterProvider? _meter;

    private static void Acquire(string service)
    {
        lock (Gate)
        {
            if (_leases++ > 0)
            {
                return;
            }

            // OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES, read by CreateDefault, win over the first host's name.
            var resource = ResourceBuilder.CreateEmpty().AddService(service).AddTelemetrySdk().AddEnvironmentVariableDetector();
            _tracer = Sdk.CreateTracerProviderBuilder()
                .SetResourceBuilder(resource)
                .AddSource("ApeTest.*", "Microsoft.AspNetCore", "System.Net.Http")
                .AddOtlpExporter()
                .Build();
            _meter = Sdk.CreateMeterProviderBuilder()
                .SetResourceBuilder(resource)
                .AddMeter("ApeTest.*", "Microsoft.AspNetCore.*", "System.Net.Http", "System.Runtime")
                .AddView(instrument => instrument.Meter.Name.StartsWith("ApeTest.", StringComparison.Ordinal) ? new MetricStreamConfiguration { CardinalityLimit = 2000 } : null)
                .AddOtlpExporter()
                .Build();
            MeasurementWeight.IsRepeated = true;
        }
    }

    private static void Release()
    {
        TracerProvider? tracer;
        MeterProvider? meter;
        lock (Gate)
        {
            if (--_leases > 0)
            {
                return;
            }

            (tracer, meter, _tracer, _meter) = (_tracer, _meter, null, null);
            MeasurementWeight.IsRepeated = false;
        }

        // Disposing sends what is still held: outside the lock, since it talks to the network.
        tracer?.Dispose();
        meter?.Dispose();
    }

    /// <summary>One host's share: taken when it starts, given back when the host is disposed.</summary>
    internal sealed class Lease(string service) : IHostedService, IDisposable
    {
        private int _held;

        public Task StartAsync(CancellationToken cancellationToken)
        {
            if (Interlocked.Exchange(ref _held, 1) == 0)
            {
                Acquire(service);
            }

            return Task.CompletedTask;
        }

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _held, 0) == 1)
            {
                Release();
            }
        }
    }
}
