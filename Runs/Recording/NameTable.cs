namespace ApeTest.Runs.Recording;

/// <summary>
/// Numbers names in the order of their coming and keeps the current metrics of each, so that what is recorded thousands of times a
/// second looks nothing up. Number 0 is <see cref="MetricsDelta.Other"/>, which takes what comes beyond the bound. Not thread-safe.
/// </summary>
/// <param name="other">The name of number 0.</param>
/// <param name="most">Most names beside <see cref="MetricsDelta.Other"/>.</param>
/// <param name="metrics">The metrics of a name in the delta that is being recorded.</param>
internal sealed class NameTable<TName, TMetrics>(TName other, int most, Func<TName, TMetrics> metrics)
    where TName : notnull
    where TMetrics : class
{
    private readonly Dictionary<TName, int> _indexes = [];
    private readonly List<TName> _names = [other];
    private TMetrics?[] _current = new TMetrics?[8];

    /// <summary>The number of <paramref name="name"/>.</summary>
    public int Index(TName name)
    {
        if (_indexes.TryGetValue(name, out var index))
        {
            return index;
        }
        if (_indexes.Count >= most)
        {
            return 0;
        }
        index = _names.Count;
        _names.Add(name);
        _indexes[name] = index;
        if (index >= _current.Length)
        {
            Array.Resize(ref _current, _current.Length * 2);
        }
        return index;
    }

    /// <summary>The name of number <paramref name="index"/>.</summary>
    public TName Name(int index) => _names[index];

    /// <summary>The metrics of number <paramref name="index"/>.</summary>
    public TMetrics Current(int index) => _current[index] ??= metrics(_names[index]);

    /// <summary>A new delta has begun.</summary>
    public void Reset() => Array.Clear(_current);
}
