using System.Collections;
using System.Text.Json.Serialization;
using ApeTest.Runs.Json;

namespace ApeTest.Runs.Recording;

/// <summary>
/// Exchanges by HTTP status, lowest status first; 0 stands for no response. An operation answers with two or three statuses, so that a
/// short array serves a count in a few nanoseconds. Not thread-safe.
/// </summary>
[JsonConverter(typeof(StatusCountsConverter))]
public sealed class StatusCounts : IReadOnlyCollection<KeyValuePair<int, long>>
{
    private KeyValuePair<int, long>[] _counts = [];

    /// <inheritdoc/>
    public int Count { get; private set; }

    /// <summary>Exchanges with <paramref name="status"/>; 0 for one that did not occur.</summary>
    public long this[int status] => Find(status) is >= 0 and var at ? _counts[at].Value : 0;

    /// <summary>Adds <paramref name="count"/> exchanges with <paramref name="status"/>; what is no status of HTTP (100 to 999) counts as 0.</summary>
    public void Add(int status, long count = 1)
    {
        status = status is >= 100 and < 1000 ? status : 0;
        var at = Find(status);
        if (at < 0)
        {
            Insert(at = ~at, status);
        }
        _counts[at] = new(status, _counts[at].Value + count);
    }

    /// <summary>Adds those of <paramref name="other"/>.</summary>
    public void Add(StatusCounts other)
    {
        for (var i = 0; i < other.Count; i++)
        {
            Add(other._counts[i].Key, other._counts[i].Value);
        }
    }

    /// <summary>Exchanges with a status of [<paramref name="from"/>, <paramref name="to"/>).</summary>
    public long Between(int from, int to)
    {
        var sum = 0L;
        for (var i = 0; i < Count; i++)
        {
            sum += _counts[i].Key >= from && _counts[i].Key < to ? _counts[i].Value : 0;
        }
        return sum;
    }

    /// <inheritdoc/>
    public IEnumerator<KeyValuePair<int, long>> GetEnumerator()
    {
        for (var i = 0; i < Count; i++)
        {
            yield return _counts[i];
        }
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private int Find(int status)
    {
        var at = 0;
        while (at < Count && _counts[at].Key < status)
        {
            at++;
        }
        return at < Count && _counts[at].Key == status ? at : ~at;
    }

    private void Insert(int at, int status)
    {
        if (Count == _counts.Length)
        {
            Array.Resize(ref _counts, Math.Max(2, Count * 2));
        }
        Array.Copy(_counts, at, _counts, at + 1, Count - at);
        _counts[at] = new(status, 0);
        Count++;
    }
}
