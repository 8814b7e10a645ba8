using System.Collections.Concurrent;
using ApeTest.Runs.Directory;
using ApeTest.Runs.Queue;
using ApeTest.Runs.Summaries;
using ApeTest.Scenarios.Planning;

namespace ApeTest.Observability.Collecting;

/// <summary>Collects runs of the queue. In the container as a singleton.</summary>
public sealed class RunCollector(IRunQueue queue, CollectorOptions options, TimeProvider time, ILoggerFactory loggers)
{
    private readonly ConcurrentDictionary<string, CollectedRun> _runs = new(StringComparer.Ordinal);

    /// <summary>
    /// Submits a run and begins to collect it. A run that there is already: <see cref="ArgumentException"/>; a directory that cannot be made:
    /// <see cref="Scenarios.ApeTestException"/> (exit 3).
    /// </summary>
    /// <param name="plan">The plan.</param>
    /// <param name="resolvedScenario">Text of <c>scenario.resolved.yaml</c>, secrets redacted.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<CollectedRun> SubmitAsync(RunPlan plan, string resolvedScenario, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(plan);
        await queue.SubmitAsync(plan, cancellationToken);
        return Collect(plan, RunDirectory.Create(options.RunsRoot, plan.Run), resolvedScenario, controlUrl: null);
    }

    /// <summary>
    /// Begins to collect a submitted run, to its end. Runs that have ended are let go when the next one begins: their directories hold
    /// the rest. A run that is collected already: <see cref="InvalidOperationException"/>.
    /// </summary>
    /// <param name="plan">The plan, as submitted.</param>
    /// <param name="directory">The run's directory.</param>
    /// <param name="resolvedScenario">Text of <c>scenario.resolved.yaml</c>, secrets redacted.</param>
    /// <param name="controlUrl">Base URL of this collector, for <c>run.json</c>; null for none.</param>
    public CollectedRun Collect(RunPlan plan, RunDirectory directory, string resolvedScenario, Uri? controlUrl)
    {
        ArgumentNullException.ThrowIfNull(plan);
        foreach (var ended in _runs.Where(entry => entry.Value.Completion.IsCompleted))
        {
            _runs.TryRemove(ended);
        }

        var run = new CollectedRun(queue, new RunAggregate(plan, options.Mode, options.Feed), directory, options, controlUrl, time,
            loggers.CreateLogger<CollectedRun>());
        if (!_runs.TryAdd(plan.Run, run))
        {
            throw new InvalidOperationException($"Run {plan.Run} is collected already.");
        }
        run.Begin(resolvedScenario);
        return run;
    }

    /// <summary>A run that was collected here and not let go yet; null for any other.</summary>
    public CollectedRun? Find(string run) => _runs.GetValueOrDefault(run);
}
