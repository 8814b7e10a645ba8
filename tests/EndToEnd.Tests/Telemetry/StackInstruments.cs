using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;

namespace ApeTest.EndToEnd.Tests.Telemetry;

/// <summary>ApeTest's instruments of every service of a stack, as the code makes them.</summary>
internal static class StackInstruments
{
    /// <summary>Each instrument with the service that has it; one of four agents four times.</summary>
    public static List<(string Job, Instrument Instrument)> Of(TelemetryStack stack)
    {
        var jobs = stack.Hosts.ToDictionary(static host => (object)host.Services.GetRequiredService<IMeterFactory>(), static host => host.Job);
        var found = new List<(string, Instrument)>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, _) =>
            {
                if (instrument.Meter.Name.StartsWith("ApeTest.", StringComparison.Ordinal) && instrument.Meter.Scope is { } scope && jobs.TryGetValue(scope, out var job))
                {
                    found.Add((job, instrument));
                }
            },
        };
        // Tells those that are there before it returns.
        listener.Start();
        return found;
    }

    /// <summary>
    /// The name in Prometheus, by OpenTelemetry's rules (https://opentelemetry.io/docs/specs/otel/compatibility/prometheus_and_openmetrics/): written here once more, as
    /// what the services must hold to.
    /// </summary>
    public static string Name(Instrument instrument)
    {
        var unit = instrument.Unit switch { "s" => "_seconds", "By" => "_bytes", "usd" => "_usd", _ => "" };
        return instrument.Name.Replace('.', '_') + unit + (Type(instrument) is "counter" ? "_total" : "");
    }

    /// <summary>As <see cref="DocumentedMetric.Type"/>.</summary>
    public static string Type(Instrument instrument) => instrument.GetType().Name.Split('`')[0] switch
    {
        "Counter" or "ObservableCounter" => "counter",
        "Histogram" => Bounds(instrument) switch
        {
            { Length: 12 } bounds when (bounds[0], bounds[^1]) is (0.001, 10) => "fast",
            { Length: 14 } bounds when (bounds[0], bounds[^1]) is (0.01, 300) => "slow",
            { Length: 11 } bounds when (bounds[0], bounds[^1]) is (1, 1 << 20) => "tokens",
            var bounds => $"histogram of {string.Join(", ", bounds)}",
        },
        _ => "gauge",
    };

    /// <summary>Series of one set of labels: of a histogram its bounds, +Inf, sum and count.</summary>
    public static int Series(Instrument instrument) => Bounds(instrument) is { Length: > 0 } bounds ? bounds.Length + 3 : 1;

    private static double[] Bounds(Instrument instrument) => instrument switch
    {
        Histogram<double> { Advice.HistogramBucketBoundaries: { } bounds } => [.. bounds],
        Histogram<long> { Advice.HistogramBucketBoundaries: { } bounds } => [.. bounds.Select(static bound => (double)bound)],
        _ => [],
    };
}
