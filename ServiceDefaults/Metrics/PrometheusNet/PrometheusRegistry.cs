using System.Diagnostics;
using ApeTest.ServiceDefaults.Metrics.Collection;
using Prometheus;

namespace ApeTest.ServiceDefaults.Metrics.PrometheusNet;

/// <summary>
/// prometheus-net's registry of one host, with real counters, gauges and histograms under the names and labels of <see cref="MetricsRegistry"/>.
/// Its own <c>MeterAdapter</c> is not used: it names series otherwise, exports counters as gauges and forgets those that rest.
/// </summary>
internal sealed class PrometheusRegistry
{
    private readonly MetricFactory _factory;

    public PrometheusRegistry()
    {
        // A registry of one's own has none of the library's default metrics.
        Collectors = Prometheus.Metrics.NewCustomRegistry();
        _factory = Prometheus.Metrics.WithCustomRegistry(Collectors);
        // An example leads to its trace: only a trace that is kept can be found.
        _factory.ExemplarBehavior = new ExemplarBehavior
        {
            DefaultExemplarProvider = static (_, _) => Activity.Current is { Recorded: true } ? Exemplar.FromTraceContext() : Exemplar.None,
        };
    }

    /// <summary>What <c>/metrics</c> shows.</summary>
    public CollectorRegistry Collectors { get; }

    /// <summary>The series of these labels. A family has one collector for each set of label names.</summary>
    public Series Create(Family family, LabelSet labels)
    {
        var help = Escape(family.Help);
        switch (family.Type)
        {
            case FamilyType.Counter:
                var counter = _factory.CreateCounter(family.Name, help, labels.Names, new CounterConfiguration { SuppressInitialValue = true }).WithLabels(labels.Values);
                return new RegistrySeries(labels, counter, family.Aggregation is Aggregation.Observed ? counter.IncTo : counter.Inc);
            case FamilyType.Gauge:
                var gauge = _factory.CreateGauge(family.Name, help, labels.Names, new GaugeConfiguration { SuppressInitialValue = true }).WithLabels(labels.Values);
                return new RegistrySeries(labels, gauge, family.Aggregation is Aggregation.Sum ? gauge.Inc : gauge.Set);
            default:
                var histogram = _factory.CreateHistogram(family.Name, help, labels.Names, new HistogramConfiguration { Buckets = family.Bounds, SuppressInitialValue = true })
                    .WithLabels(labels.Values);
                return new RegistrySeries(labels, histogram, value => histogram.Observe(value, MeasurementWeight.Current));
        }
    }

    // The library writes help as it is given.
    private static string Escape(string? help) =>
        help?.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal) ?? "";
}
