using System.Runtime.CompilerServices;

namespace ApeTest.Runs.Directory;

/// <summary>
/// Reads <c>logs/*.jsonl</c> of a run as one log in order of time: each file is in order by itself, so that they are merged with one
/// line of each in memory. Rotated files (<c>agent_001.jsonl</c>, <c>agent.jsonl.1</c>) are files like the others. Lines that are no
/// log line, as one cut off by a kill, are left out.
/// </summary>
public static class LogReader
{
    /// <summary>The lines that <paramref name="query"/> asks for.</summary>
    public static async IAsyncEnumerable<LogLine> ReadAsync(string logs, LogQuery query,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var sources = new List<IAsyncEnumerator<LogLine>>();
        // Earliest first; lines of one time in order of the files' names, so that the result is the same each time.
        var heads = new PriorityQueue<int, (DateTimeOffset Ts, int Source)>();
        try
        {
            foreach (var path in Files(logs))
            {
                sources.Add(Lines(path, query, cancellationToken).GetAsyncEnumerator(cancellationToken));
            }
            for (var i = 0; i < sources.Count; i++)
            {
                await Advance(i);
            }
            while (heads.TryDequeue(out var source, out _))
            {
                yield return sources[source].Current;
                await Advance(source);
            }
        }
        finally
        {
            foreach (var source in sources)
            {
                await source.DisposeAsync();
            }
        }

        async ValueTask Advance(int source)
        {
            if (await sources[source].MoveNextAsync())
            {
                heads.Enqueue(source, (sources[source].Current.Ts, source));
            }
        }
    }

    private static async IAsyncEnumerable<LogLine> Lines(string path, LogQuery query,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var line in JsonLines.ReadAsync(path, cancellationToken))
        {
            if (LogLine.Parse(line) is { } parsed && query.Matches(parsed))
            {
                yield return parsed;
            }
        }
    }

    private static string[] Files(string logs)
    {
        if (!System.IO.Directory.Exists(logs))
        {
            return [];
        }
        var files = System.IO.Directory.GetFiles(logs, "*.jsonl*");
        Array.Sort(files, StringComparer.Ordinal);
        return files;
    }
}
