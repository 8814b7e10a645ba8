namespace ApeTest.Targets.Policy;

/// <summary>Requests let through, shared by the policies that follow each other. Thread-safe.</summary>
internal sealed class RequestCounter
{
    private long _value;

    public long Value => Interlocked.Read(ref _value);

    /// <summary>Counts one request; false, and not counted, where that would be more than <paramref name="budget"/>.</summary>
    public bool TryTake(long? budget)
    {
        if (Interlocked.Increment(ref _value) <= (budget ?? long.MaxValue))
        {
            return true;
        }
        Interlocked.Decrement(ref _value);
        return false;
    }
}
