using System.Runtime.CompilerServices;
using ApeTest.Runs.Directory;
using ApeTest.Scenarios;

namespace ApeTest.Runs.Logs;

/// <summary>
/// Reads <c>logs/*.jsonl</c> of a run as one log in the order in which things happened, at constant memory: the files, each nearly in
/// order by itself, are merged with one line of each in memory, and a window of 1 MB of lines puts right what is not. Rotated files
/// (<c>agent_001.jsonl</c>, <c>agent.jsonl.1</c>) are files like the others. What is no log line is left out and counted. A file that
/// cannot be read throws <see cref="ApeTestException"/> (exit 3).
/// </summary>
/// <param name="logs">The directory; one that is not there yet is empty.</param>
/// <param name="query">Which lines.</param>
public sealed class LogReader(string logs, LogQuery query) : IDisposable
{
    /// <summary>Most bytes of a line; the services write some 100 KB at most.</summary>
    internal const int MostLineBytes = 1 << 20;

    private readonly SortedDictionary<string, LogFile> _files = new(StringComparer.Ordinal);
    private LogLosses _closed;
    private long _closedBytes;

    /// <summary>What was left out so far.</summary>
    public LogLosses Losses => _files.Values.Aggregate(_closed, (sum, file) => sum.Plus(file));

    /// <summary>Whether only the last lines of what is there are wanted.</summary>
    internal bool HasTail => query.Tail is not null;

    /// <summary>Bytes of all files read so far.</summary>
    internal long Position => _files.Values.Sum(file => file.Position) + _closedBytes;

    /// <summary>The wanted lines that are there now.</summary>
    public IAsyncEnumerable<LogLine> ReadAsync(CancellationToken cancellationToken) => ReadAsync(last: true, cancellationToken);

    /// <inheritdoc cref="ReadAsync(CancellationToken)"/>
    internal IAsyncEnumerable<LogLine> ReadAsync(bool last, CancellationToken cancellationToken) =>
        query.Tail is { } count ? LogWindow.LastAsync(count, OrderAsync(last, cancellationToken)) : OrderAsync(last, cancellationToken);

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var file in _files.Values)
        {
            file.Dispose();
        }
        _files.Clear();
    }

    /// <summary>
    /// What came since the last call, in the order in which it was written; files that are new are opened, and those that are gone and
    /// read to their end closed.
    /// </summary>
    /// <param name="last">See <see cref="LogFile.NextAsync"/>.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    internal async IAsyncEnumerable<LogLine> MergeAsync(bool last, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        Open();
        var files = _files.Values.ToArray();
        // Where few lines are wanted, this is where the whole files are searched, on all cores.
        await Parallel.ForEachAsync(files, cancellationToken, (file, cancel) => file.NextAsync(last, cancel));
        // Earliest first; lines of one time in order of the files' names, so that the result is the same each time.
        var heads = new PriorityQueue<LogFile, (DateTimeOffset Written, int File)>();
        for (var i = 0; i < files.Length; i++)
        {
            if (files[i].Current is { } line)
            {
                heads.Enqueue(files[i], (line.Place.Written, i));
            }
        }
        while (heads.TryPeek(out var file, out var at))
        {
            yield return file.Current!;
            await file.NextAsync(last, cancellationToken);
            if (file.Current is { } next)
            {
                heads.DequeueEnqueue(file, (next.Place.Written, at.File));
            }
            else
            {
                heads.Dequeue();
            }
        }
        CloseGone();
    }

    private IAsyncEnumerable<LogLine> OrderAsync(bool last, CancellationToken cancellationToken) =>
        LogWindow.OrderAsync(MergeAsync(last, cancellationToken), cancellationToken);

    private void Open()
    {
        if (!System.IO.Directory.Exists(logs))
        {
            return;
        }
        foreach (var path in System.IO.Directory.EnumerateFiles(logs, "*.jsonl*"))
        {
            try
            {
                if (!_files.ContainsKey(path) && LineReader.Open(path, MostLineBytes) is { } lines)
                {
                    _files.Add(path, new LogFile(lines, new LogFilter(query)));
                }
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw new ApeTestException($"{path} cannot be read: {e.Message}", "Logs belong to the user who started the run.",
                    ExitCodes.Environment, e);
            }
        }
    }

    /// <summary>Of the files of one service only the latest are kept; the oldest is deleted when a new one is begun.</summary>
    private void CloseGone()
    {
        foreach (var path in _files.Keys.Where(path => !File.Exists(path)).ToList())
        {
            var file = _files[path];
            _closed = _closed.Plus(file);
            _closedBytes += file.Position;
            _files.Remove(path);
            file.Dispose();
        }
    }
}

/// <summary>Lines that a reader of logs left out.</summary>
/// <param name="NoLogLines">Lines that are no JSON object with a time.</param>
/// <param name="TooLong">Lines above 1 MB.</param>
public readonly record struct LogLosses(long NoLogLines, long TooLong)
{
    internal LogLosses Plus(LogFile file) => new(NoLogLines + file.NoLogLines, TooLong + file.TooLong);
}
