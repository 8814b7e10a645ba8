using ApeTest.Runs.Json;

namespace ApeTest.Runs.Directory;

/// <summary>Reads <c>timeseries.jsonl</c>, while it is written too, at constant memory. Lines that are no point are left out.</summary>
public static class TimeLog
{
    /// <summary>The points in the order in which they were written; none where there is no file.</summary>
    public static IAsyncEnumerable<TimePoint> ReadAsync(RunDirectory directory, CancellationToken cancellationToken) =>
        JsonLines.ReadAsync(directory.TimeseriesFile, RunsJson.Line.TimePoint, cancellationToken);
}
