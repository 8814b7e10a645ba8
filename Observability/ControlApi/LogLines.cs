using System.Text.Json;
using ApeTest.Observability.Collecting;
using ApeTest.Runs.Directory;
using ApeTest.Runs.Ids;
using ApeTest.ServiceDefaults.Metrics;

namespace ApeTest.Observability.ControlApi;

/// <summary>
/// <c>POST /api/v1/log-lines?from=PROCESS</c>: takes the log lines of the stack's services and keeps those of each run in its directory, a file a process. Lines of
/// no run, or of one that is not here, are the shipper's to Loki only. What a file or a run has no room for is counted. In the container as a singleton.
/// </summary>
internal sealed partial class LogLines(CollectorOptions options, RecordsDropped dropped, ILogger<LogLines> logger)
{
    private const long MostBytes = 256 << 20; // a process and run
    private const int MostLineBytes = 1 << 20;
    private const int MostName = 80;
    private const int MostFiles = 1024; // a run; far more than a stack has processes

    // Processes share these by their name's hash: their number is bounded, names are not.
    private readonly SemaphoreSlim[] _gates = [.. Enumerable.Range(0, 32).Select(static _ => new SemaphoreSlim(1, 1))];
    private readonly ILogger _logger = logger;
    private int _isFullTold;

    public async Task<IResult> TakeAsync(HttpRequest request, string? from, CancellationToken cancellationToken)
    {
        var name = new string([.. (from ?? "").Take(MostName).Select(static c => char.IsAsciiLetterOrDigit(c) || c == '-' ? c : '_')]);
        if (name.Length == 0)
        {
            return TypedResults.Problem("Name the process: ?from=agent-w1.", statusCode: 400, title: "Whose lines these are is not said.");
        }
        using var body = new MemoryStream();
        await request.Body.CopyToAsync(body, cancellationToken);
        foreach (var (run, lines) in ByRun(body.GetBuffer().AsMemory(0, (int)body.Length)))
        {
            await AppendAsync(run, name, lines, cancellationToken);
        }
        return TypedResults.NoContent();
    }

    private static Dictionary<string, MemoryStream> ByRun(ReadOnlyMemory<byte> body)
    {
        var runs = new Dictionary<string, MemoryStream>(StringComparer.Ordinal);
        while (body.Span.IndexOf((byte)'\n') is >= 0 and var end)
        {
            var line = body[..(end + 1)];
            body = body[(end + 1)..];
            if (RunOf(line) is not { } run)
            {
                continue;
            }
            if (!runs.TryGetValue(run, out var lines))
            {
                runs[run] = lines = new MemoryStream();
            }
            lines.Write(line.Span);
        }
        return runs;
    }

    private static string? RunOf(ReadOnlyMemory<byte> line)
    {
        if (line.Length > MostLineBytes)
        {
            return null;
        }
        try
        {
            using var json = JsonDocument.Parse(line);
            return json.RootElement.ValueKind is JsonValueKind.Object && json.RootElement.TryGetProperty("run", out var run) && run.ValueKind is JsonValueKind.String
                && run.GetString() is { } id && RunId.IsValid(id) ? id : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private async Task AppendAsync(string run, string name, MemoryStream lines, CancellationToken cancellationToken)
    {
        var directory = new RunDirectory(System.IO.Path.Combine(options.RunsRoot, run));
        var path = System.IO.Path.Combine(directory.Logs, name + ".jsonl");
        if (!System.IO.Directory.Exists(directory.Logs))
        {
            return;
        }
        // One at a time: a process that did not hear the answer may send again beside itself.
        var gate = _gates[(uint)string.GetHashCode(name, StringComparison.Ordinal) % (uint)_gates.Length];
        await gate.WaitAsync(cancellationToken);
        try
        {
            var room = new FileInfo(path) is { Exists: true } known ? MostBytes - known.Length
                : System.IO.Directory.EnumerateFiles(directory.Logs).Take(MostFiles).Count() < MostFiles ? MostBytes : 0;
            if (lines.Length > room)
            {
                Drop(run, name, lines);
                return;
            }
            await using var file = new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete);
            lines.Position = 0;
            await lines.CopyToAsync(file, CancellationToken.None);
        }
        finally
        {
            gate.Release();
        }
    }

    private void Drop(string run, string name, MemoryStream lines)
    {
        dropped.Add(RecordsDropped.Log, lines.GetBuffer().AsSpan(0, (int)lines.Length).Count((byte)'\n'));
        if (Interlocked.Exchange(ref _isFullTold, 1) == 0)
        {
            LogFull(name, run);
        }
    }

    [LoggerMessage(EventId = 21, EventName = "collector.log_full", Level = LogLevel.Warning, Message = "Log lines of {Process} no longer fit the directory of run {Run}; they are counted in apetest.records.dropped.")]
    private partial void LogFull(string process, string run);
}
