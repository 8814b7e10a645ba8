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
/// <param name="goesOn">Whether another process began the directory, whose lines are kept. Default false.</param>
public sealed class RunDirectoryWriter(RunDirectory directory, RunDirectoryLimits limits, Action<string, Exception> onFailure, bool goesOn = false) : IDisposable
{
    // A summary is some 20 KB, whatever the run; with many operations and errors it is twice that.
    private const int ReserveBytes = 128 << 10;

    private readonly AppendFile _sessions = new(directory.SessionsFile, limits.SessionsBytes, goesOn);
    private readonly AppendFile _timeseries = new(directory.TimeseriesFile, limits.TimeseriesBytes, goesOn);
    private readonly AppendFile _histograms = new(directory.HistogramsFile, limits.HistogramsBytes, goesOn);
    private readonly ArrayBufferWriter<byte> _buffer = new();
    private long _transcriptsDropped;
    private bool _histogramsBegun = goesOn && File.Exists(directory.HistogramsFile);

    /// <summary>The first write that failed: the file's name and why. Null while all went well.</summary>
    public (string File, string Error)? Failure { get; private set; }

    /// <summary>What was not written so far.</summary>
    public DroppedCounts Dropped => new(_sessions.Dropped, _timeseries.Dropped, _histograms.Dropped) { Transcripts = _transcriptsDropped };

    /// <summary>Writes <c>scenario.resolved.yaml</c>.</summary>
    public void WriteScenario(string yaml) => Try(directory.ScenarioFile, () => File.WriteAllText(directory.ScenarioFile, yaml));

    /// <summary>Replaces <c>run.json</c>.</summary>
    public void WriteRun(RunFile run) => Replace(directory.RunFile, JsonSerializer.SerializeToUtf8Bytes(
        run with { Dropped = Dropped }, RunsJson.Indented.RunFile));

    /// <summary>Puts space aside for the last summary: a run whose disk fills up must still be able to say so. Freed by <see cref="Release"/>.</summary>
    public void Reserve() => Try(directory.ReserveFile, () => File.WriteAllBytes(directory.ReserveFile, new byte[ReserveBytes]));

    /// <summary>Frees what <see cref="Reserve"/> put aside.</summary>
    public void Release() => Try(directory.ReserveFile, () => File.Delete(directory.ReserveFile));

    /// <summary>Replaces <c>summary.json</c>. False where it could not be written.</summary>
    public bool WriteSummary(RunSummary summary) =>
        Replace(directory.SummaryFile, JsonSerializer.SerializeToUtf8Bytes(summary, RunsJson.Indented.RunSummary));

    /// <summary>Appends one line to <c>sessions.jsonl</c>; without what the model was sent and said once the file is large.</summary>
    public void AppendSession(SessionRecord record)
    {
        var kept = _sessions.Length < limits.TranscriptBytes ? record : record.WithoutTranscript();
        _transcriptsDropped += kept.TranscriptDropped ? 1 : 0;
        AppendLine(_sessions, directory.SessionsFile, json => JsonSerializer.Serialize(json, kept, RunsJson.Line.SessionRecord));
    }

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

    private bool Replace(string path, byte[] content)
    {
        var next = path + ".tmp";
        var written = Try(path, () =>
        {
            File.WriteAllBytes(next, content);
            File.Move(next, path, overwrite: true);
        });
        if (!written)
        {
            // Half a file takes the space that the next attempt needs.
            Try(next, () => File.Delete(next));
        }
        return written;
    }

    private bool Try(string path, Action write)
    {
        try
        {
            write();
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException or InvalidOperationException) // the last two: a record that is no JSON
        {
            if (Failure is null)
            {
                Failure = (System.IO.Path.GetFileName(path), e.Message);
                onFailure(path, e);
            }
            return false;
        }
    }
}
