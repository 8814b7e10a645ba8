using System.Diagnostics.Metrics;
using System.Globalization;
using Microsoft.Extensions.Options;
using Tags = System.ReadOnlySpan<System.Collections.Generic.KeyValuePair<string, object?>>;

namespace ApeTest.ServiceDefaults.Metrics.Collection;

/// <summary>
/// Adds up the measurements of one host's meters: those whose <c>Meter.Scope</c> is the host's <c>IMeterFactory</c>, so that several
/// services in one process keep their figures apart.
/// </summary>
internal sealed class MetricsRegistry : IDisposable
{
    private readonly IMeterFactory _scope;
    private readonly RecordsDropped _dropped;
    private readonly ISet<string> _unasked;
    private readonly SeriesFactory _create;
    private readonly MeterListener _listener = new();
    private readonly Dictionary<string, Family> _families = new(StringComparer.Ordinal);
    private readonly Lock _gate = new();
    private readonly Lock _scrapeGate = new();
    private long _scrape;

    public MetricsRegistry(IMeterFactory scope, RecordsDropped dropped, IOptions<UnaskedMeters> unasked, SeriesFactory create)
    {
        _scope = scope;
        _dropped = dropped;
        _unasked = unasked.Value.Names;
        _create = create;
        _listener.InstrumentPublished = Publish;
        _listener.SetMeasurementEventCallback<double>((_, value, tags, state) => Measure(state, value, tags));
        _listener.SetMeasurementEventCallback<float>((_, value, tags, state) => Measure(state, value, tags));
        _listener.SetMeasurementEventCallback<decimal>((_, value, tags, state) => Measure(state, (double)value, tags));
        _listener.SetMeasurementEventCallback<long>((_, value, tags, state) => Measure(state, value, tags));
        _listener.SetMeasurementEventCallback<int>((_, value, tags, state) => Measure(state, value, tags));
        _listener.SetMeasurementEventCallback<short>((_, value, tags, state) => Measure(state, value, tags));
        _listener.SetMeasurementEventCallback<byte>((_, value, tags, state) => Measure(state, value, tags));
        _listener.Start();
    }

    /// <summary>Asks the observable instruments. Called before each scrape.</summary>
    public void Observe()
    {
        lock (_scrapeGate)
        {
            _scrape++;
            _listener.RecordObservableInstruments();
            // What an observable instrument no longer reports is gone, not frozen.
            foreach (var series in Families().Where(static family => family.Aggregation is Aggregation.Observed).SelectMany(static family => family.Snapshot()))
            {
                if (series.Scrape != _scrape)
                {
                    series.Hide();
                }
            }
        }
    }

    /// <summary>Every family, in order of name.</summary>
    public Family[] Families()
    {
        Family[] families;
        lock (_gate)
        {
            families = [.. _families.Values];
        }

        Array.Sort(families, (x, y) => string.CompareOrdinal(x.Name, y.Name));
        return families;
    }

    public void Dispose()
    {
        _listener.Dispose();
    }

    private void Publish(Instrument instrument, MeterListener listener)
    {
        if (!ReferenceEquals(instrument.Meter.Scope, _scope) || _unasked.Contains(instrument.Meter.Name) || KindOf(instrument) is not var (type, aggregation))
        {
            return;
        }

        var name = PrometheusName.Of(instrument, type);
        Family? family;
        lock (_gate)
        {
            if (!_families.TryGetValue(name, out family))
            {
                family = new Family(name, instrument.Description, type, aggregation, type == FamilyType.Histogram ? Bounds(instrument) : null, PrometheusName.Unit(instrument.Unit), _create);
                _families.Add(name, family);
            }
        }

        // One name cannot be of two kinds: the first stays.
        if (family.Type == type && family.Aggregation == aggregation)
        {
            listener.EnableMeasurementEvents(instrument, family);
        }
    }

    private void Measure(object? state, double value, Tags tags)
    {
        var family = (Family)state!;
        // A counter only rises, and what is no number falls into no bucket: prometheus-net throws, or says nothing. Here both count it.
        if ((family.Type is FamilyType.Counter && value < 0) || (family.Type is FamilyType.Histogram && double.IsNaN(value)) || family.Find(tags) is not { } series)
        {
            _dropped.Add(RecordsDropped.Metrics);
            return;
        }

        if (family.Aggregation is Aggregation.Observed)
        {
            series.Scrape = _scrape;
        }

        series.Measure(value);
    }

    private static (FamilyType Type, Aggregation Aggregation)? KindOf(Instrument instrument)
    {
        var kind = instrument.GetType();
        var generic = kind.IsGenericType ? kind.GetGenericTypeDefinition() : null;
        return generic switch
        {
            _ when generic == typeof(Counter<>) => (FamilyType.Counter, Aggregation.Sum),
            _ when generic == typeof(UpDownCounter<>) => (FamilyType.Gauge, Aggregation.Sum),
            _ when generic == typeof(Gauge<>) => (FamilyType.Gauge, Aggregation.Last),
            _ when generic == typeof(Histogram<>) => (FamilyType.Histogram, Aggregation.Histogram),
            _ when generic == typeof(ObservableCounter<>) => (FamilyType.Counter, Aggregation.Observed),
            _ when generic == typeof(ObservableUpDownCounter<>) => (FamilyType.Gauge, Aggregation.Observed),
            _ when generic == typeof(ObservableGauge<>) => (FamilyType.Gauge, Aggregation.Observed),
            _ => null,
        };
    }

    private static double[] Bounds(Instrument instrument)
    {
        double[]? advised = instrument switch
        {
            Instrument<double> typed => Doubles(typed.Advice?.HistogramBucketBoundaries),
            Instrument<float> typed => Doubles(typed.Advice?.HistogramBucketBoundaries),
            Instrument<long> typed => Doubles(typed.Advice?.HistogramBucketBoundaries),
            Instrument<int> typed => Doubles(typed.Advice?.HistogramBucketBoundaries),
            _ => null,
        };
        return advised ?? [.. Buckets.Fast];
    }

    private static double[]? Doubles<T>(IReadOnlyList<T>? bounds)
        where T : struct, IConvertible
    {
        return bounds is { Count: > 0 } ? [.. bounds.Select(bound => bound.ToDouble(CultureInfo.InvariantCulture))] : null;
    }
}
