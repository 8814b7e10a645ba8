namespace ApeTest.Runs.Queue;

/// <summary>
/// Numbers from 1 that have been seen. They come in order but for repeats, so that all up to a number and a few beyond say which. Not thread-safe.
/// </summary>
internal sealed class SequenceSet
{
    private readonly SortedSet<long> _ahead = [];

    /// <summary>All up to here have been seen.</summary>
    public long UpTo { get; private set; }

    /// <summary>Those beyond <see cref="UpTo"/>.</summary>
    public IReadOnlyCollection<long> Ahead => _ahead;

    /// <summary>False where the number was seen before.</summary>
    public bool Add(long number)
    {
        if (number <= UpTo || !_ahead.Add(number))
        {
            return false;
        }
        while (_ahead.Remove(UpTo + 1))
        {
            UpTo++;
        }
        return true;
    }

    /// <summary>Starts again, with what was seen elsewhere.</summary>
    public void Reset(long upTo = 0, IEnumerable<long>? ahead = null)
    {
        UpTo = upTo;
        _ahead.Clear();
        _ahead.UnionWith(ahead ?? []);
    }
}
