using System.Diagnostics.Metrics;
using System.Globalization;
using Microsoft.Extensions.Options;
using Tags = System.ReadOnlySpan<System.Collections.Generic.KeyValuePair<string, object?>>;

namespace ApeTest.ServiceDefaults.Metrics.Exposition;

/// <summary>
/// Adds up the measurements of one host's meters: those whose <c>Meter.Scope</c> is the host's <c>IMeterFactory</c>, so that several
/// services in one process keep their figures apart.
/// </summary>
internal sealed class MetricsRegistry : IDisposable
{
    private readonly IMeterFactory _scope;
    private readonly RecordsDropped _dropped;
    private readonly ISet<string> _unasked;
    private readonly TimeProvider _time;
    private readonly MeterListener _listener = new();
    private readonly Dictionary<string, Family> _families = new(StringComparer.Ordinal);
    private readonly Lock _gate = new();
    private readonly Lock _scrapeGate = new();
    private long _scrape;

    public MetricsRegistry(IMeterFactory scope, RecordsDropped dropped, IOptions<UnaskedMeters> unasked, TimeProvider time)
    {
        _scope = scope;
        _dropped = dropped;
        _unasked = unasked.Value.Names;
        _time = time;
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

    /// <summary>Asks the observable instruments and returns every family, in order of name, with the series to show.</summary>
    public List<(Family Family, Series[] Series)> Collect()
    {
        lock (_scrapeGate)
        {
            _scrape++;
            _listener.RecordObservableInstruments();
            Family[] families;
            lock (_gate)
            {
                families = [.. _families.Values];
            }

            Array.Sort(families, (x, y) => string.CompareOrdinal(x.Name, y.Name));
            var collected = new List<(Family, Series[])>(families.Length);
            foreach (var family in families)
            {
                // What an observable instrument no longer reports is gone, not frozen.
                var series = family.Snapshot();
                collected.Add((family, family.Aggregation == Aggregation.Observed ? Array.FindAll(series, one => one.Scrape == _scrape) : series));
            }

            return collected;
        }
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
                family = new Family(name, instrument.Description, type, aggregation, type == FamilyType.Histogram ? Bounds(instrument) : null, PrometheusName.Unit(instrument.Unit));
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
        if (family.Find(tags) is not { } series)
        {
            _dropped.Add(RecordsDropped.Metrics);
            return;
        }

        switch (family.Aggregation)
        {
            case Aggregation.Sum:
                series.Add(value);
                if (family.Type is FamilyType.Counter)
                {
                    series.Exemplify(0, value, _time);
                }

                break;
            case Aggregation.Histogram:
                series.Exemplify(series.Record(value, MeasurementWeight.Current), value, _time);
                break;
            default:
                series.Set(value, _scrape);
                break;
        }
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
