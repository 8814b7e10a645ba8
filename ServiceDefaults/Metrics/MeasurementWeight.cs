using System.Diagnostics.Metrics;

namespace ApeTest.ServiceDefaults.Metrics;

/// <summary>
/// Records many equal measurements at once. An instrument takes one value at a time, at about 100 ns each; whoever measures 100,000 things a
/// second adds them up by bucket and tells the instrument now and then. <c>/metrics</c> counts a weighted measurement as often as it weighs; where
/// something else listens too, which knows no weights, the measurement is repeated.
/// </summary>
public static class MeasurementWeight
{
    [ThreadStatic]
    private static long _current;

    /// <summary>Whether something listens that knows no weights: an exporter, for as long as it lives.</summary>
    internal static volatile bool IsRepeated;

    /// <summary>How often the measurement that is being told on this thread counts.</summary>
    internal static long Current => _current == 0 ? 1 : _current;

    /// <summary>Records <paramref name="value"/>, <paramref name="count"/> times.</summary>
    /// <param name="histogram">The instrument.</param>
    /// <param name="value">The value, in its unit.</param>
    /// <param name="count">How often; 0: nothing is told.</param>
    /// <param name="tag">Its tag.</param>
    public static void Record(this Histogram<double> histogram, double value, long count, in KeyValuePair<string, object?> tag)
    {
        if (IsRepeated)
        {
            for (var i = 0L; i < count; i++)
            {
                histogram.Record(value, tag);
            }
            return;
        }
        if (count == 0)
        {
            return;
        }
        // Listeners are called before Record returns, on this thread.
        _current = count;
        try
        {
            histogram.Record(value, tag);
        }
        finally
        {
            _current = 0;
        }
    }
}
