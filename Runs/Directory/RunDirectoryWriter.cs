using System.Buffers;
using System.Text.Json;
using ApeTest.Runs.Json;
using ApeTest.Runs.Recording;
using ApeTest.Runs.Records;
using ApeTest.Runs.Summaries;

namespace ApeTest.Runs.Directory;

/// <summary>
/// Writes a run's directory. No write ever fails the run: what could not be written is counted, the first failure is told through
/// <paramref name="onFailure"/>, and later writes go on trying. Whole files are replaced by rename, so that a reader, or whoever finds
/// them after a kill, sees the old or the new one and never a part. Not thread-safe.
/// </summary>
/// <param name="directory">The directory.</param>
/// <param name="limits">Size caps.</param>
/// <param name="onFailure">Told once, with the file and the error.</param>
public sealed class RunDirectoryWriter(RunDirectory directory, RunDirectoryLimits limits, Action<string, Exception> onFailure) : IDisposable
{
    private readonly AppendFile _sessions = new(directory.SessionsFile, limits.SessionsBytes);
    private readonly AppendFile _timeseries = new(directory.TimeseriesFile, limits.TimeseriesBytes);
    private readonly AppendFile _histograms = new(directory.HistogramsFile, limits.HistogramsBytes);
    private readonly ArrayBufferWriter<byte> _buffer = new();
    private bool _failed;
    private bool _histogramsBegun;

    /// <summary>What was not written so far.</summary>
    public DroppedCounts Dropped => new(_sessions.Dropped, _timeseries.Dropped, _histograms.Dropped);

    /// <summary>Writes <c>scenario.resolved.yaml</c>.</summary>
    public void WriteScenario(string yaml) => Try(directory.ScenarioFile, () => File.WriteAllText(directory.ScenarioFile, yaml));

    /// <summary>Replaces <c>run.json</c>.</summary>
    public void WriteRun(RunFile run) => Replace(directory.RunFile, JsonSerializer.SerializeToUtf8Bytes(
        run with { Dropped = Dropped }, RunsJson.Indented.RunFile));

    /// <summary>Replaces <c>summary.json</c>.</summary>
    public void WriteSummary(RunSummary summary) =>
        Replace(directory.SummaryFile, JsonSerializer.SerializeToUtf8Bytes(summary, RunsJson.Indented.RunSummary));

    /// <summary>Appends one line to <c>sessions.jsonl</c>.</summary>
    public void AppendSession(SessionRecord record) => AppendLine(_sessions, directory.SessionsFile,
        json => JsonSerializer.Serialize(json, record, RunsJson.Line.SessionRecord));

    /// <summary>Appends one line to <c>timeseries.jsonl</c>.</summary>
    public void AppendPoint(TimePoint point) => AppendLine(_timeseries, directory.TimeseriesFile,
        json => JsonSerializer.Serialize(json, point, RunsJson.Line.TimePoint));

    /// <summary>Appends the distributions of [<paramref name="from"/>, <paramref name="to"/>), since the run's start, to <c>histograms.bin</c>.</summary>
    public void AppendHistograms(TimeSpan from, TimeSpan to, MetricsDelta metrics) => Try(directory.HistogramsFile, () =>
    {
        _buffer.ResetWrittenCount();
        if (!_histogramsBegun)
        {
            HistogramFile.WriteHeader(_buffer);
        }
        HistogramFile.WriteBlock(_buffer, from, to, metrics);
        _histograms.Append(_buffer.WrittenSpan);
        _histogramsBegun = true;
    });

    /// <inheritdoc/>
    public void Dispose()
    {
        _sessions.Dispose();
        _timeseries.Dispose();
        _histograms.Dispose();
    }

    private void AppendLine(AppendFile file, string path, Action<Utf8JsonWriter> write) => Try(path, () =>
    {
        _buffer.ResetWrittenCount();
        using (var json = new Utf8JsonWriter(_buffer, new JsonWriterOptions { Encoder = RunsJson.Line.Options.Encoder }))
        {
            write(json);
        }
        _buffer.Write("\n"u8);
        file.Append(_buffer.WrittenSpan);
    });

    private void Replace(string path, byte[] content) => Try(path, () =>
    {
        var next = path + ".tmp";
        File.WriteAllBytes(next, content);
        File.Move(next, path, overwrite: true);
    });

    private void Try(string path, Action write)
    {
        try
        {
            write();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            if (!_failed)
            {
                _failed = true;
                onFailure(path, e);
            }
        }
    }
}
