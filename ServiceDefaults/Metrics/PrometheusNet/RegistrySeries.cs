using ApeTest.ServiceDefaults.Metrics.Collection;
using Prometheus;

namespace ApeTest.ServiceDefaults.Metrics.PrometheusNet;

/// <summary>A series that prometheus-net keeps.</summary>
internal sealed class RegistrySeries(LabelSet labels, ChildBase child, Action<double> measure) : Series(labels)
{
    // Measuring publishes it.
    public override void Measure(double value) => measure(value);

    public override void Hide() => child.Unpublish();
}
