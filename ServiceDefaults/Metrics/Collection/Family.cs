using System.Collections.Concurrent;
using Tags = System.ReadOnlySpan<System.Collections.Generic.KeyValuePair<string, object?>>;

namespace ApeTest.ServiceDefaults.Metrics.Collection;

/// <summary>
/// All series of one Prometheus name. Instruments of one name in several meters share it. At most <see cref="MaxSeries"/> series: a
/// label that takes any value must not fill the memory; measurements beyond it are the caller's to count as dropped.
/// </summary>
internal sealed class Family
{
    public const int MaxSeries = 2000;

    // Instruments may give the same tags in several orders; that must not multiply the memory either.
    private const int MaxTagOrders = 4 * MaxSeries;

    private static readonly TagsComparer Comparer = new();

    private readonly ConcurrentDictionary<KeyValuePair<string, object?>[], Series> _byTags;
    private readonly ConcurrentDictionary<KeyValuePair<string, object?>[], Series>.AlternateLookup<Tags> _lookup;
    private readonly SeriesFactory _create;
    private readonly Dictionary<string, Series> _byLabels = new(StringComparer.Ordinal);
    private readonly Lock _gate = new();
    private int _tagOrders;
    private int _finds;

    // Under load one series gets nearly all measurements of its family: to compare with it is cheaper than to hash.
    private volatile Found? _last;

    public Family(string name, string? help, FamilyType type, Aggregation aggregation, double[]? bounds, string? unit, SeriesFactory create)
    {
        _byTags = new ConcurrentDictionary<KeyValuePair<string, object?>[], Series>(Comparer);
        _lookup = _byTags.GetAlternateLookup<Tags>();
        Name = name;
        Help = help;
        Type = type;
        Aggregation = aggregation;
        Bounds = bounds;
        Unit = unit;
        _create = create;
    }

    public string Name { get; }

    public string? Help { get; }

    /// <summary>Unit as Prometheus writes it (<c>seconds</c>); null for none.</summary>
    public string? Unit { get; }

    public FamilyType Type { get; }

    /// <summary>What a measurement does to its series.</summary>
    public Aggregation Aggregation { get; }

    /// <summary>Upper bounds of a histogram's buckets, rising, without infinity; null for others.</summary>
    public double[]? Bounds { get; }

    /// <summary>The series of these tags; null when there is no room for another one.</summary>
    public Series? Find(Tags tags)
    {
        if (_last is { } last && Comparer.Equals(tags, last.Tags))
        {
            return last.Series;
        }

        if (_lookup.TryGetValue(tags, out var known, out var series))
        {
            // Now and then: with changing tags, to remember each would cost more than to look it up.
            if ((++_finds & 15) == 0)
            {
                _last = new Found(known, series);
            }

            return series;
        }

        return Add(tags);
    }

    /// <summary>All series, in order of their labels.</summary>
    public Series[] Snapshot()
    {
        Series[] all;
        lock (_gate)
        {
            all = [.. _byLabels.Values];
        }

        Array.Sort(all, (x, y) => string.CompareOrdinal(x.Labels.Text, y.Labels.Text));
        return all;
    }

    private Series? Add(Tags tags)
    {
        lock (_gate)
        {
            // A full family answers without working out the labels: overflow must stay cheap.
            if (_tagOrders >= MaxTagOrders)
            {
                return null;
            }

            var labels = LabelSet.Of(tags);
            if (!_byLabels.TryGetValue(labels.Text, out var series))
            {
                if (_byLabels.Count >= MaxSeries)
                {
                    return null;
                }

                series = _create(this, labels);
                _byLabels.Add(labels.Text, series);
            }

            if (_byTags.TryAdd(tags.ToArray(), series))
            {
                _tagOrders++;
            }

            return series;
        }
    }

    private sealed record Found(KeyValuePair<string, object?>[] Tags, Series Series);
}
