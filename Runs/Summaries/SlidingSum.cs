using ApeTest.Runs.Recording;

namespace ApeTest.Runs.Summaries;

/// <summary>
/// The sum of the intervals of the last while. Histograms cannot be subtracted without losing their exact extremes, so that what leaves
/// is never taken off: the intervals wait on two stacks, the older with sums up to their end, which makes each step two additions
/// whatever the window's length. Holds one delta for each interval of the window. Not thread-safe.
/// </summary>
internal sealed class SlidingSum
{
    private readonly Stack<(TimeSpan From, MetricsDelta Sum)> _older = new();
    private readonly List<(TimeSpan From, MetricsDelta Delta)> _newer = [];
    private MetricsDelta _newerSum = new();

    /// <summary>Intervals held.</summary>
    public int Count => _older.Count + _newer.Count;

    /// <summary>Begin of the oldest interval held; zero for none.</summary>
    public TimeSpan From => _older.TryPeek(out var older) ? older.From : _newer.Count > 0 ? _newer[0].From : TimeSpan.Zero;

    /// <summary>Adds the latest interval, which began at <paramref name="from"/>.</summary>
    public void Add(TimeSpan from, MetricsDelta delta)
    {
        _newer.Add((from, delta));
        _newerSum.Add(delta);
    }

    /// <summary>Takes off the intervals that began before <paramref name="from"/>.</summary>
    public void DropBefore(TimeSpan from)
    {
        while (Oldest() is { } oldest && oldest < from)
        {
            _older.Pop();
        }
    }

    /// <summary>The sum of all intervals held.</summary>
    public MetricsDelta Sum()
    {
        var sum = new MetricsDelta();
        if (_older.TryPeek(out var older))
        {
            sum.Add(older.Sum);
        }
        sum.Add(_newerSum);
        return sum;
    }

    private TimeSpan? Oldest()
    {
        if (_older.Count == 0)
        {
            Turn();
        }
        return _older.TryPeek(out var oldest) ? oldest.From : null;
    }

    private void Turn()
    {
        MetricsDelta? later = null;
        for (var i = _newer.Count - 1; i >= 0; i--)
        {
            var sum = new MetricsDelta();
            sum.Add(_newer[i].Delta);
            if (later is not null)
            {
                sum.Add(later);
            }
            _older.Push((_newer[i].From, sum));
            later = sum;
        }
        _newer.Clear();
        _newerSum = new MetricsDelta();
    }
}
