namespace ApeTest.Runs.Recording;

/// <summary>Dictionaries with a bounded number of names: what is beyond goes to <see cref="MetricsDelta.Other"/>.</summary>
internal static class Bounded
{
    /// <summary>The entry of <paramref name="name"/>, or of <see cref="MetricsDelta.Other"/> when there are <paramref name="most"/> others.</summary>
    public static T GetOrAdd<T>(SortedDictionary<string, T> entries, string name, int most)
        where T : new()
    {
        if (entries.TryGetValue(name, out var entry))
        {
            return entry;
        }
        if (entries.Count >= most)
        {
            name = MetricsDelta.Other;
            if (entries.TryGetValue(name, out entry))
            {
                return entry;
            }
        }
        return entries[name] = new T();
    }

    /// <summary>Adds <paramref name="count"/> to <paramref name="name"/>.</summary>
    public static void Count(SortedDictionary<string, long> counts, string name, long count = 1)
    {
        if (!counts.TryGetValue(name, out var value) && counts.Count >= MetricsDelta.MaxNames)
        {
            name = MetricsDelta.Other;
            counts.TryGetValue(name, out value);
        }
        counts[name] = value + count;
    }
}
