using System.Diagnostics.Metrics;

namespace ApeTest.ServiceDefaults.Metrics;

/// <summary><c>apetest.records.dropped</c>: what was not recorded so that the load was not held up, by stream. In the container as a singleton.</summary>
public sealed class RecordsDropped
{
    /// <summary>Name of the meter.</summary>
    public const string MeterName = "ApeTest.ServiceDefaults";

    /// <summary>Name of the instrument.</summary>
    public const string InstrumentName = "apetest.records.dropped";

    /// <summary>Stream of log lines.</summary>
    public const string Log = "log";

    /// <summary>Stream of metric series beyond an instrument's bound.</summary>
    public const string Metrics = "metrics";

    private readonly Counter<long> _dropped;
    private long _total;

    /// <summary>Creates the instrument on this host's factory.</summary>
    public RecordsDropped(IMeterFactory meters)
    {
        ArgumentNullException.ThrowIfNull(meters);
        _dropped = meters.Create(MeterName).CreateCounter<long>(InstrumentName, "{record}", "Records dropped so that recording never blocks the load.");
    }

    /// <summary>All that was dropped by this host so far.</summary>
    public long Total => Interlocked.Read(ref _total);

    /// <summary>
    /// Shows every stream, with 0: Prometheus takes a series that comes with a value for one that has not risen, so that the first loss, often the only one, would be no increase. Once
    /// somebody listens to the instrument.
    /// </summary>
    public void ShowStreams()
    {
        Add(Log, 0);
        Add(Metrics, 0);
    }

    /// <summary>Counts <paramref name="count"/> records of <paramref name="stream"/> (a few fixed names) as dropped.</summary>
    public void Add(string stream, long count = 1)
    {
        Interlocked.Add(ref _total, count);
        _dropped.Add(count, new KeyValuePair<string, object?>("stream", stream));
    }
}
