using System.Runtime.CompilerServices;
using ApeTest.Observability.Collecting;
using ApeTest.Runs.Control;
using ApeTest.Runs.Directory;
using ApeTest.Runs.Ids;
using ApeTest.Runs.Summaries;

namespace ApeTest.Observability.ControlApi;

/// <summary>Finds runs for the control API: those collected here, and those whose directories are here.</summary>
internal sealed class Lookup(RunCollector collector, CollectorOptions options, TimeProvider time)
{
    /// <summary>A run that is under way here.</summary>
    public CollectedRun? Live(string id) => collector.Find(id) is { Completion.IsCompleted: false } run ? run : null;

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
