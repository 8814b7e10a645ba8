using System.Collections.Concurrent;

namespace ApeTest.Shop.Storage;

/// <summary>A concurrent dictionary of bounded size: when it is full, the oldest key makes room. No global lock on reading or writing.</summary>
internal sealed class BoundedStore<TKey, TValue>(int capacity, IEqualityComparer<TKey> comparer)
    where TKey : notnull
    where TValue : class
{
    private readonly ConcurrentDictionary<TKey, TValue> _values = new(comparer);

    // Keys in order of arrival. A removed key stays until its turn; so the queue, not the dictionary, is what is bounded.
    private readonly ConcurrentQueue<TKey> _arrivals = new();
    private int _queued;

    public TValue? Find(TKey key)
    {
        return _values.GetValueOrDefault(key);
    }

    public bool TryAdd(TKey key, TValue value)
    {
        if (!_values.TryAdd(key, value))
        {
            return false;
        }

        _arrivals.Enqueue(key);
        if (Interlocked.Increment(ref _queued) > capacity && _arrivals.TryDequeue(out var oldest))
        {
            Interlocked.Decrement(ref _queued);
            _values.TryRemove(oldest, out _);
        }

        return true;
    }

    public void Remove(TKey key)
    {
        _values.TryRemove(key, out _);
    }
}
