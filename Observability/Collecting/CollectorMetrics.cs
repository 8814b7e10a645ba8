using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace ApeTest.Observability.Collecting;

/// <summary><c>apetest.run.info</c> (DESIGN 14.4): 1 for each run that is being collected; join on it for run and scenario.</summary>
public sealed class CollectorMetrics
{
    /// <summary>Name of the meter.</summary>
    public const string MeterName = "ApeTest.Observability";

    /// <summary>Name of the instrument.</summary>
    public const string RunInfo = "apetest.run.info";

    private readonly ConcurrentDictionary<string, (string Scenario, Task Completion)> _runs = new(StringComparer.Ordinal);

    /// <summary>Creates the instrument on this host's factory.</summary>
    public CollectorMetrics(IMeterFactory meters)
    {
        ArgumentNullException.ThrowIfNull(meters);
        meters.Create(MeterName).CreateObservableGauge(RunInfo, Observe, description: "1 for each run that is being collected.");
    }

    internal void Watch(string run, string scenario, Task completion)
    {
        foreach (var ended in _runs.Where(entry => entry.Value.Completion.IsCompleted))
        {
            _runs.TryRemove(ended);
        }
        _runs[run] = (scenario, completion);
    }

    private IEnumerable<Measurement<int>> Observe() => _runs
        .Where(run => !run.Value.Completion.IsCompleted)
        .Select(run => new Measurement<int>(1,
            new KeyValuePair<string, object?>("run", run.Key), new KeyValuePair<string, object?>("scenario", run.Value.Scenario)));
}
