using System.Diagnostics.Metrics;

namespace ApeTest.Observability.Collecting;

/// <summary>The collector's metrics (DESIGN 14.4): which runs are under way. Figures of their sessions are the agents' own.</summary>
internal sealed class CollectorMetrics
{
    public const string MeterName = "ApeTest.Collector";

    public CollectorMetrics(IMeterFactory factory, RunCollector collector)
    {
        var meter = factory.Create(MeterName);
        meter.CreateObservableGauge("apetest.run.info", () => collector.Live.Select(static run => new Measurement<int>(
            1, new KeyValuePair<string, object?>("run", run.Run), new KeyValuePair<string, object?>("scenario", run.Plan.Scenario.Name))), "", "Runs under way: join on it for run variables.");
    }
}
