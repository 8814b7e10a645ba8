using System.Text.Json;
using ApeTest.Runs.Json;

namespace ApeTest.Runs.Directory;

/// <summary>Follows <c>timeseries.jsonl</c> while it is written: each call reads what came since the last. Not thread-safe.</summary>
public sealed class TimeTail(RunDirectory directory) : IDisposable
{
    private LineReader? _lines;

    /// <summary>Hands the points that came to <paramref name="take"/>; none where there is no file yet.</summary>
    public async Task ReadAsync(Action<TimePoint> take, CancellationToken cancellationToken)
    {
        _lines ??= LineReader.Open(directory.TimeseriesFile, JsonLines.MostBytes);
        if (_lines is not { } lines)
        {
            return;
        }
        do
        {
            while (lines.TryRead(out var line))
            {
                if (Parse(line) is { } point)
                {
                    take(point);
                }
            }
        }
        while (await lines.FillAsync(cancellationToken));
    }

    /// <inheritdoc/>
    public void Dispose() => _lines?.Dispose();

    private static TimePoint? Parse(ReadOnlySpan<byte> line)
    {
        try
        {
            return JsonSerializer.Deserialize(line, RunsJson.Line.TimePoint);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
