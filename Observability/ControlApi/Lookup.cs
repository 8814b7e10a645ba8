using System.Runtime.CompilerServices;
using ApeTest.Observability.Collecting;
using ApeTest.Runs.Control;
using ApeTest.Runs.Directory;
using ApeTest.Runs.Ids;
using ApeTest.Runs.Queue.Postgres;
using ApeTest.Runs.Summaries;

namespace ApeTest.Observability.ControlApi;

/// <summary>Finds runs for the control API: those collected here, and those whose directories are here.</summary>
/// <param name="collector">What is under way.</param>
/// <param name="options">Where the directories are.</param>
/// <param name="time">Clock.</param>
/// <param name="queue">The database, whose history knows runs of which the directory is gone. Default: there is none.</param>
internal sealed class Lookup(RunCollector collector, CollectorOptions options, TimeProvider time, PostgresRunQueue? queue = null)
{
    private const int MostListed = 1000;

    /// <summary>A run that is under way here.</summary>
    public CollectedRun? Live(string id) => collector.Find(id) is { Completion.IsCompleted: false } run ? run : null;

    /// <summary>All runs, newest first.</summary>
    public async Task<RunListEntry[]> ListAsync(CancellationToken cancellationToken)
    {
        var known = new SortedDictionary<string, RunListEntry>(StringComparer.Ordinal);
        foreach (var entry in queue is null ? [] : await queue.History.ListAsync(MostListed, cancellationToken))
        {
            known[entry.Run] = new RunListEntry(entry.Run, entry.Scenario, entry.Status, entry.Started, entry.Agents, null) { DurationS = entry.DurationS };
        }
        foreach (var entry in RunDirectoryReader.Entries(options.RunsRoot, time))
        {
            var summary = RunDirectoryReader.ReadSummary(new RunDirectory(Path.Combine(options.RunsRoot, entry.Run)));
            var told = entry with { DurationS = summary?.Run.DurationS, SuccessRate = summary?.Sessions.SuccessRate, Target = Live(entry.Run)?.Target };
            // A run that goes on, but not here, the database knows better.
            known[entry.Run] = entry.Status is "interrupted" && known.TryGetValue(entry.Run, out var row) ? told with { Status = row.Status } : told;
        }
        return [.. known.Values.Reverse()];
    }

    /// <summary>The final summary of a run that is in the database's history; null where it is not.</summary>
    public async Task<RunSummary?> PastAsync(string id, CancellationToken cancellationToken) =>
        queue is not null && RunId.IsValid(id) ? await queue.History.SummaryAsync(id, cancellationToken) : null;

    /// <summary>A run, live or past.</summary>
    public KnownRun? Run(string id)
    {
        // Checked before it becomes part of a path.
        if (!RunId.IsValid(id))
        {
            return null;
        }
        if (collector.Find(id) is { } live)
        {
            return new KnownRun(live.Directory, live, time);
        }
        var directory = new RunDirectory(Path.Combine(options.RunsRoot, id));
        return System.IO.Directory.Exists(directory.Path) ? new KnownRun(directory, null, time) : null;
    }
}

/// <summary>A run that is known here.</summary>
internal sealed record KnownRun(RunDirectory Directory, CollectedRun? Collected, TimeProvider Time)
{
    public RunSummary? Summary() => Collected?.Summarize() ?? RunDirectoryReader.ReadSummary(Directory, Time);

    /// <summary>Whether it has ended, or its process has.</summary>
    public bool IsOver => Collected is { } collected ? collected.Completion.IsCompleted : RunDirectoryReader.StatusOf(Directory, Time).Ended;

    public RunProgress Progress() => Collected?.Progress ?? RunDirectoryReader.ReadProgress(Directory, Time);

    public async IAsyncEnumerable<RunProgress> WatchAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (Collected is null)
        {
            yield return Progress();
            yield break;
        }
        await foreach (var progress in Collected.WatchAsync(cancellationToken))
        {
            yield return progress;
        }
    }
}
