using System.Collections.Concurrent;
using ApeTest.Runs.Control;
using ApeTest.Runs.Directory;
using ApeTest.Runs.Queue;
using ApeTest.Runs.Summaries;
using ApeTest.Scenarios.Planning;

namespace ApeTest.Observability.Collecting;

/// <summary>Collects runs of the queue. In the container as a singleton.</summary>
public sealed class RunCollector(IRunQueue queue, CollectorOptions options, TimeProvider time, ILoggerFactory loggers)
{
    private readonly ConcurrentDictionary<string, CollectedRun> _runs = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, string> _entering = new(StringComparer.Ordinal); // target server -> run that is being submitted in its turn

    /// <summary>Runs that are under way here.</summary>
    public IEnumerable<CollectedRun> Live => _runs.Values.Where(static run => !run.Completion.IsCompleted);

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
        if (System.IO.Directory.Exists(Path.Combine(options.RunsRoot, plan.Run)))
        {
            throw new ArgumentException($"There is a directory of run {plan.Run} already.", nameof(plan));
        }
        // What cannot be collected shall not lie in the queue.
        _ = new RunAggregate(plan, options.Mode, options.Feed);
        // First: what cannot be written here shall not begin. The queue then says whether there is such a run.
        var directory = RunDirectory.Create(options.RunsRoot, plan.Run);
        try
        {
            await File.WriteAllTextAsync(directory.ScenarioFile, resolvedScenario, cancellationToken);
            await queue.SubmitAsync(plan, cancellationToken);
        }
        catch
        {
            System.IO.Directory.Delete(directory.Path, recursive: true);
            throw;
        }
        return Begin(plan, directory, resolvedScenario, controlUrl: null, kept: null);
    }

    /// <summary>
    /// Submits a run as <see cref="SubmitAsync"/> does, but only while none that is under way here is on its target. Of several that are submitted so at once, one is taken.
    /// </summary>
    /// <returns>Null: it was submitted. Else it was not, and this run is on the target.</returns>
    public async Task<string?> SubmitInTurnAsync(RunPlan plan, string resolvedScenario, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(plan);
        var server = TargetServer.Of(plan.Scenario.Target.Url);
        // First the claim, then the look: between the two nobody else can enter.
        while (!_entering.TryAdd(server, plan.Run))
        {
            if (_entering.TryGetValue(server, out var entering))
            {
                // Which may be turned away itself.
                return HolderOf(server) ?? entering;
            }
        }
        try
        {
            if (HolderOf(server) is { } holder)
            {
                return holder;
            }
            await SubmitAsync(plan, resolvedScenario, cancellationToken);
            return null;
        }
        finally
        {
            _entering.TryRemove(server, out _);
        }
    }

    private string? HolderOf(string server) => Live.FirstOrDefault(run => TargetServer.Of(run.Target) == server)?.Run;

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
        return TryBegin(plan, directory, resolvedScenario, controlUrl, kept: null) ?? throw new InvalidOperationException($"Run {plan.Run} is collected already.");
    }

    /// <summary>Goes on with a run that another process began to collect, or that nobody has collected yet. Null where it is collected here already.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<CollectedRun?> TakeUpAsync(RunPlan plan, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(plan);
        if (_runs.ContainsKey(plan.Run))
        {
            return null;
        }
        var directory = RunDirectory.Create(options.RunsRoot, plan.Run);
        var kept = new HashSet<string>(StringComparer.Ordinal);
        await foreach (var session in SessionLog.ReadAsync(directory, outcome: null, cancellationToken))
        {
            kept.Add(session.Session);
        }
        return TryBegin(plan, directory, resolvedScenario: null, controlUrl: null, kept);
    }

    /// <summary>Lets a run go that has ended: its directory holds the rest.</summary>
    public void LetGo(CollectedRun run)
    {
        ArgumentNullException.ThrowIfNull(run);
        _runs.TryRemove(KeyValuePair.Create(run.Run, run));
    }

    /// <summary>A run that was collected here and not let go yet; null for any other.</summary>
    public CollectedRun? Find(string run) => _runs.GetValueOrDefault(run);

    private CollectedRun Begin(RunPlan plan, RunDirectory directory, string resolvedScenario, Uri? controlUrl, IReadOnlyCollection<string>? kept) =>
        // A moment earlier whoever looks through the queue may have found it.
        TryBegin(plan, directory, resolvedScenario, controlUrl, kept) ?? _runs[plan.Run];

    private CollectedRun? TryBegin(RunPlan plan, RunDirectory directory, string? resolvedScenario, Uri? controlUrl, IReadOnlyCollection<string>? kept)
    {
        var run = new CollectedRun(queue, new RunAggregate(plan, options.Mode, options.Feed), directory, options, controlUrl, time,
            loggers.CreateLogger<CollectedRun>(), kept);
        if (!_runs.TryAdd(plan.Run, run))
        {
            return null;
        }
        run.Begin(resolvedScenario);
        return run;
    }
}
