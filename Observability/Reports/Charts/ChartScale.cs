using System.Collections.Immutable;
using System.Globalization;
using ApeTest.Runs.Rendering;

namespace ApeTest.Observability.Reports.Charts;

/// <summary>An axis from 0 to a round number, with round numbers on it.</summary>
/// <param name="Most">Its end.</param>
/// <param name="Ticks">Values that are marked, 0 first, <paramref name="Most"/> last on a value axis.</param>
public readonly record struct ChartScale(double Most, ImmutableArray<double> Ticks)
{
    // Minutes and hours are counted in sixties.
    private static readonly double[] TimeSteps = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400];

    /// <summary>A value axis: at most six steps of 1, 2, 2.5 or 5 times a power of ten.</summary>
    public static ChartScale OfValues(double most)
    {
        if (most is not > 0 || !double.IsFinite(most))
        {
            most = 1;
        }
        var power = Math.Pow(10, Math.Floor(Math.Log10(most / 4)));
        var step = new[] { 1.0, 2, 2.5, 5, 10 }.Select(factor => factor * power).First(step => most / step <= 5.000001);
        var steps = (int)Math.Ceiling((most / step) - 0.000001);
        return new ChartScale(steps * step, [.. Enumerable.Range(0, steps + 1).Select(i => i * step)]);
    }

    /// <summary>The axis of time, whose end is the last point.</summary>
    public static ChartScale OfTime(double end)
    {
        var step = TimeSteps.FirstOrDefault(step => end / step <= 7.5, Math.Ceiling(end / 7 / 86_400) * 86_400);
        return new ChartScale(Math.Max(end, 1), [.. Enumerable.Range(0, (int)(end / step) + 1).Select(i => i * step)]);
    }

    /// <summary>A value of an axis in its unit, all values in one: <c>250 ms</c>, <c>1.5 s</c>, <c>2k</c>.</summary>
    public static string Label(ChartUnit unit, double value, double most) => unit switch
    {
        ChartUnit.Seconds when value == 0 => "0",
        ChartUnit.Seconds when most < 0.001 => $"{Number(value * 1e6)} µs",
        ChartUnit.Seconds when most < 1 => $"{Number(value * 1e3)} ms",
        ChartUnit.Seconds => $"{Number(value)} s",
        _ when most >= 10_000 => value == 0 ? "0" : $"{Number(value / 1000)}k",
        _ => Number(value),
    };

    /// <summary>A time of the run: <c>0:30</c>, <c>1:02:00</c>.</summary>
    public static string TimeLabel(double seconds)
    {
        var time = TimeSpan.FromSeconds(seconds);
        return time.TotalHours >= 1 ? string.Create(CultureInfo.InvariantCulture, $"{(int)time.TotalHours}:{time.Minutes:00}:{time.Seconds:00}")
            : string.Create(CultureInfo.InvariantCulture, $"{time.Minutes}:{time.Seconds:00}");
    }

    /// <summary>A value as people read it.</summary>
    public static string Value(ChartUnit unit, double? value) => (unit, value) switch
    {
        (_, null) => Show.Nothing,
        (ChartUnit.Seconds, _) => Show.Seconds(value),
        (ChartUnit.PerSecond, { } rate) => $"{Show.Rate(rate)}/s",
        (_, { } count) => Number(count),
    };

    private static string Number(double value) => value.ToString("#,0.###", CultureInfo.InvariantCulture);
}
