using ApeTest.Runs.Directory;
using ApeTest.Runs.Rendering;
using ApeTest.Runs.Summaries;
using ApeTest.Scenarios;

namespace ApeTest.Runs.Comparison;

/// <summary>Two runs on disk.</summary>
public static class RunPair
{
    /// <summary>Compares <paramref name="second"/> with <paramref name="first"/>. A run without a readable summary or histograms: <see cref="ApeTestException"/> (exit 2).</summary>
    /// <param name="first">The base run.</param>
    /// <param name="second">The run that is judged.</param>
    /// <param name="minimumEffect">Smallest relative change that counts, 0..1; null: 0.05.</param>
    /// <param name="time">Clock, by which a run is found to be running.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static async Task<RunComparison> CompareAsync(RunDirectory first, RunDirectory second, double? minimumEffect, TimeProvider time, CancellationToken cancellationToken)
    {
        var (before, after) = (Summary(first, time), Summary(second, time));
        var (baseBlocks, blocks) = (await BlocksAsync(first, cancellationToken), await BlocksAsync(second, cancellationToken));
        var least = minimumEffect ?? RunComparer.DefaultMinimumEffect;
        var metrics = RunComparer.Compare(baseBlocks, blocks, least, before.IsOpen || after.IsOpen);
        return new RunComparison
        {
            Base = Of(before, baseBlocks),
            Run = Of(after, blocks),
            Verdict = RunComparer.Overall(metrics),
            MinimumEffect = least,
            Warnings =
            [
                // Once, where a run is compared with itself.
                .. RunDifferences.Of(before, KeptScenario.Read(first), after, KeptScenario.Read(second))
                    .Concat(Missing(before, baseBlocks)).Concat(Missing(after, blocks)).Concat(TooShort(before, baseBlocks)).Concat(TooShort(after, blocks)).Distinct(),
            ],
            Metrics = metrics,
        };
    }

    private static RunSummary Summary(RunDirectory directory, TimeProvider time) => RunDirectoryReader.ReadSummary(directory, time)
        ?? throw new ApeTestException($"run {directory.Run} has no summary that can be read", "Compare runs that have begun, and whose files are whole.", ExitCodes.Input);

    private static async Task<RunBlocks> BlocksAsync(RunDirectory directory, CancellationToken cancellationToken)
    {
        try
        {
            var histograms = File.Exists(directory.HistogramsFile) ? HistogramFile.Read(directory.HistogramsFile) : [];
            var points = new List<TimePoint>();
            await foreach (var point in TimeLog.ReadAsync(directory, cancellationToken))
            {
                points.Add(point with { Operations = [] });
            }
            return RunBlocks.Of(histograms, points);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            throw new ApeTestException($"the distributions of run {directory.Run} cannot be read: {e.Message}",
                $"Its histograms.bin is damaged. Its other figures: `ape-test report {directory.Run}`. To compare, make the run again: `ape-test rerun {directory.Run}`.", ExitCodes.Input, e);
        }
    }

    private static ComparedRun Of(RunSummary summary, RunBlocks blocks) => new(summary.Run.Id, summary.Run.Scenario, blocks.All.Count, summary.Run.DurationS);

    // A file that was cut off ends with a whole block too.
    private static IEnumerable<string> Missing(RunSummary summary, RunBlocks blocks)
    {
        if (blocks.All is [.., var last] && summary.Run.DurationS - last.To > 2 * RunBlocks.BlockSeconds)
        {
            yield return $"The histograms.bin of {summary.Run.Id} ends at {Show.Seconds(last.To)} of {Show.Seconds(summary.Run.DurationS)}: what came later is not compared.";
        }
    }

    private static IEnumerable<string> TooShort(RunSummary summary, RunBlocks blocks)
    {
        if (blocks.All.Count < RunBlocks.Fewest)
        {
            yield return $"{summary.Run.Id} has {blocks.All.Count} {(blocks.All.Count == 1 ? "block" : "blocks")} of 10 s; {RunBlocks.Fewest} are needed to tell a change from chance: run for a minute or longer.";
        }
    }
}
