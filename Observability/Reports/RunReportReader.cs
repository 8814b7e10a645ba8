using System.Collections.Immutable;
using ApeTest.Runs.Directory;
using ApeTest.Runs.Summaries;

namespace ApeTest.Observability.Reports;

/// <summary>Reads a run's directory into a <see cref="RunReport"/>. Whatever is missing or damaged becomes a sentence of the report; nothing throws for it.</summary>
public static class RunReportReader
{
    // A point without its operations takes some 300 bytes: half a day of seconds.
    private const int MostPoints = 50_000;

    /// <summary>Reads the run.</summary>
    public static async Task<RunReport> ReadAsync(RunDirectory directory, TimeProvider time, CancellationToken cancellationToken)
    {
        var (problems, damaged) = (new List<string>(), false);
        var status = RunDirectoryReader.StatusOf(directory, time);
        var summary = RunDirectoryReader.ReadSummary(directory, time);
        if (summary is null)
        {
            problems.Add(File.Exists(directory.SummaryFile)
                ? "summary.json is damaged: figures of the whole run are missing."
                : "There is no summary.json: figures of the whole run are missing.");
        }
        damaged |= summary is null;
        Add(problems, status, summary);

        var points = ImmutableArray.CreateBuilder<TimePoint>();
        damaged |= !await ReadAsync(TimeLog.ReadAsync(directory, cancellationToken), "timeseries.jsonl", problems, point =>
        {
            if (points.Count < MostPoints)
            {
                points.Add(point with { Operations = [] });
            }
        });
        var (choice, reasons) = (new SessionChoice(), new OutcomeReasons());
        damaged |= !await ReadAsync(SessionLog.ReadAsync(directory, outcome: null, cancellationToken), "sessions.jsonl", problems, session =>
        {
            choice.Add(session);
            reasons.Add(session);
        });
        var scenario = KeptScenario.Read(directory);
        return new RunReport
        {
            Summary = summary ?? EmptySummary.Of(directory, status),
            Problems = [.. problems],
            IsDamaged = damaged,
            Points = points.ToImmutable(),
            Sessions = choice.Chosen(),
            TranscriptsLeftOut = status.File?.Dropped?.Transcripts ?? 0,
            Reasons = reasons.All,
            Scenario = scenario.Scenario,
            Target = scenario["target.url"],
            Model = scenario.Values.Keys.Any(static path => path.StartsWith("goals[", StringComparison.Ordinal)) ? scenario["llm.model"] : null,
        };
    }

    private static void Add(List<string> problems, RunStatus status, RunSummary? summary)
    {
        if (status.File is null)
        {
            problems.Add("There is no run.json that can be read: how the run ended is not known.");
        }
        else if (!status.Ended)
        {
            problems.Add("The run is still running: these are the figures so far.");
        }
        else if (status.Status == "interrupted" && status.File.Status is "queued" or "running")
        {
            problems.Add("The run's process ended before the run did: these are the figures of its last second.");
        }
        if (status.File?.Dropped is { Total: > 0 } dropped)
        {
            problems.Add($"Not everything was kept: {dropped.Sessions} sessions, {dropped.Timeseries} seconds and {dropped.Histograms} blocks of distributions did not fit or could not be written.");
        }
        if (summary?.Generator.RecordsDropped is > 0 and var records && status.File?.Dropped.Total != records)
        {
            problems.Add($"{records} records of sessions were dropped while the run went on.");
        }
    }

    private static async Task<bool> ReadAsync<T>(IAsyncEnumerable<T> records, string file, List<string> problems, Action<T> take)
    {
        try
        {
            await foreach (var record in records)
            {
                take(record);
            }
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            problems.Add($"{file} cannot be read: {e.Message}");
            return false;
        }
    }
}
