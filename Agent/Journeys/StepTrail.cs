using System.Text;
using ApeTest.Targets.Raw;

namespace ApeTest.Agent.Journeys;

/// <summary>
/// The last <see cref="Most"/> requests of a session, kept without allocation until it is known whether anybody wants them: a session that
/// succeeded, is not sampled and not among the slowest leaves nothing. Reused by all sessions of an agent.
/// </summary>
internal sealed class StepTrail
{
    /// <summary>Most requests that are kept.</summary>
    public const int Most = 64;

    private const int First = 8;
    private const int MostPaths = 16 * 1024;
    private const int MostCutPath = 256;

    private readonly ByteBuffer _paths = new();
    private StepEntry[] _entries = [];

    /// <summary>Requests of the session so far.</summary>
    public int Count { get; private set; }

    /// <summary>Forgets everything: another session begins.</summary>
    public void Clear()
    {
        Count = 0;
        _paths.Clear();
    }

    /// <summary>Adds a request as it is sent.</summary>
    /// <param name="path">Path with its query.</param>
    /// <param name="shown">What stands for a path that holds a secret; null where it holds none.</param>
    public ref StepEntry Add(ReadOnlySpan<byte> path, string? shown)
    {
        if (Count == _entries.Length && Count < Most)
        {
            Array.Resize(ref _entries, Math.Max(First, Math.Min(Most, Count * 2)));
        }
        ref var entry = ref _entries[Count++ % Most];
        entry = default;
        entry.Number = Count;
        if (Count <= Most)
        {
            // Of a session with more the later paths are not kept: the buffer is bounded.
            entry.PathStart = _paths.Length;
            Write(path, shown);
            entry.PathLength = _paths.Length - entry.PathStart;
        }
        return ref entry;
    }

    /// <summary>Keeps a path whole: it is cleaned of secrets when it is told, and one that is cut would not be known again. What has no room loses its query.</summary>
    private void Write(ReadOnlySpan<byte> path, string? shown)
    {
        if (_paths.Length + path.Length <= MostPaths - Most)
        {
            _paths.Write(path);
            return;
        }
        var query = path.IndexOf((byte)'?');
        path = shown is not null ? Encoding.ASCII.GetBytes(shown) : query < 0 ? path : path[..query];
        if (path.Length <= MostCutPath && _paths.Length + path.Length <= MostPaths - Most)
        {
            _paths.Write(path);
        }
        else
        {
            // Half a segment may be half a secret.
            _paths.Write("/"u8);
        }
    }

    /// <summary>The request that was added last.</summary>
    public ref StepEntry Last => ref _entries[(Count - 1) % Most];

    /// <summary>What is kept, oldest first.</summary>
    public IEnumerable<StepEntry> Entries()
    {
        for (var i = Math.Max(0, Count - Most); i < Count; i++)
        {
            yield return _entries[i % Most];
        }
    }

    /// <summary>Path of a request, as sent.</summary>
    public string PathOf(in StepEntry entry) => Encoding.UTF8.GetString(_paths.Span.Slice(entry.PathStart, entry.PathLength));
}

/// <summary>One request of a session.</summary>
internal struct StepEntry
{
    /// <summary>Number in the session, from 1.</summary>
    public int Number;

    /// <summary>Step of the journey (<see cref="Targets.Journeys.CompiledStep.Index"/>).</summary>
    public int Step;

    /// <summary>Method: that of the step but where a redirect made another of it.</summary>
    public string Method;

    /// <summary>HTTP status; 0 without an answer.</summary>
    public int Status;

    /// <summary>Bounded type of the error; null for none.</summary>
    public string? Error;

    /// <summary>Whether it was answered by a redirect that is followed: what the step asks for is asked of a later one.</summary>
    public bool IsRedirect;

    /// <summary>What was wrong; null where nothing was.</summary>
    public string? Detail;

    /// <summary>Clock's timestamp of its dispatch.</summary>
    public long Dispatched;

    /// <summary>Span of the request.</summary>
    public ulong Span;

    /// <summary>Dispatch to last byte.</summary>
    public TimeSpan Duration;

    /// <summary>What went before it and into it.</summary>
    public Runs.Records.ActionParts Parts;

    /// <summary>Place of the path among the kept ones.</summary>
    public int PathStart;

    /// <summary>Bytes of the path.</summary>
    public int PathLength;
}
