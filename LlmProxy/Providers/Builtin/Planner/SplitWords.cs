using System.Collections.Concurrent;

namespace ApeTest.LlmProxy.Providers.Builtin.Planner;

/// <summary>
/// Names that were split before. An API's property names and its short texts come again in every answer of every session, and to split
/// them was the planner's largest cost. Bounded; what comes when it is full is split anew each time. Thread-safe.
/// </summary>
internal sealed class SplitWords(Func<string, string[]> split)
{
    private const int MostNames = 8192;
    private const int LongestName = 64;

    private readonly ConcurrentDictionary<string, string[]> _known = new(StringComparer.Ordinal);
    private int _count;

    /// <summary>The parts of <paramref name="name"/>. The array is shared: it must not be changed.</summary>
    public string[] Of(string name)
    {
        if (name.Length > LongestName)
        {
            return split(name);
        }
        if (_known.TryGetValue(name, out var known))
        {
            return known;
        }
        var parts = split(name);
        // Counted apart: ConcurrentDictionary.Count takes all its locks.
        if (Volatile.Read(ref _count) < MostNames && _known.TryAdd(name, parts))
        {
            Interlocked.Increment(ref _count);
        }
        return parts;
    }
}
