using System.Collections.Immutable;
using System.Globalization;
using System.Text;

namespace ApeTest.Observability.Reports.Charts;

/// <summary>The geometry of a chart: where its axes are, and its series as SVG paths. Numbers to a tenth of a unit.</summary>
public sealed class ChartPaths
{
    /// <summary>Width of the drawing.</summary>
    public const int Width = 640;

    /// <summary>Height of the drawing.</summary>
    public const int Height = 240;

    private const int Left = 56;
    private const int Right = 12;
    private const int Top = 12;
    private const int Bottom = 30;

    private readonly Chart _chart;
    private readonly ImmutableArray<double[]> _tops;

    /// <summary>Lays a chart out.</summary>
    public ChartPaths(Chart chart)
    {
        _chart = chart;
        _tops = chart.IsStacked ? Stacked(chart) : [.. chart.Series.Select(static series => series.Values.Select(static value => value ?? double.NaN).ToArray())];
        Values = ChartScale.OfValues(_tops.SelectMany(static top => top).Where(double.IsFinite).DefaultIfEmpty(0).Max());
        Times = ChartScale.OfTime(chart.Times.IsEmpty ? 1 : chart.Times[^1]);
    }

    /// <summary>The axis of values.</summary>
    public ChartScale Values { get; }

    /// <summary>The axis of time.</summary>
    public ChartScale Times { get; }

    /// <summary>Left end of the drawn area.</summary>
    public static int AreaLeft => Left;

    /// <summary>Right end of the drawn area.</summary>
    public static int AreaRight => Width - Right;

    /// <summary>Upper end of the drawn area.</summary>
    public static int AreaTop => Top;

    /// <summary>Lower end of the drawn area.</summary>
    public static int AreaBottom => Height - Bottom;

    /// <summary>Place of a time.</summary>
    public double X(double seconds) => Left + ((AreaRight - Left) * Math.Clamp(seconds / Times.Most, 0, 1));

    /// <summary>Place of a value.</summary>
    public double Y(double value) => AreaBottom - ((AreaBottom - Top) * Math.Clamp(value / Values.Most, 0, 1));

    /// <summary>A number of SVG.</summary>
    public static string N(double value) => value.ToString("0.#", CultureInfo.InvariantCulture);

    /// <summary>A series as a line, with a gap where nothing was measured. A value stands for the time of its bin, so that a line begins where its first bin does.</summary>
    public string Line(int series)
    {
        var path = new StringBuilder();
        var pen = false;
        for (var i = 0; i < _chart.Times.Length; i++)
        {
            var value = _tops[series][i];
            if (double.IsFinite(value))
            {
                if (!pen)
                {
                    Append(path, 'M', Start(i), value);
                }
                Append(path, 'L', _chart.Times[i], value);
            }
            pen = double.IsFinite(value);
        }
        return path.ToString();
    }

    /// <summary>A layer of a stack: its upper edge forward, the edge of the layer below back; a gap where nothing was measured.</summary>
    public string Area(int series)
    {
        var path = new StringBuilder();
        for (var (i, first) = (0, -1); i <= _chart.Times.Length; i++)
        {
            var isMeasured = i < _chart.Times.Length && double.IsFinite(_tops[series][i]);
            if (isMeasured && first < 0)
            {
                first = i;
            }
            else if (!isMeasured && first >= 0)
            {
                AppendArea(path, series, first, i - 1);
                first = -1;
            }
        }
        return path.ToString();
    }

    /// <summary>What is told of a bin where a pointer rests on it.</summary>
    public string Told(int bin) => $"{ChartScale.TimeLabel(_chart.Times[bin])}: {string.Join(", ", _chart.Series.Select(series => $"{series.Name} {ChartScale.Value(_chart.Unit, series.Values[bin])}"))}";

    private double Start(int bin) => bin == 0 ? 0 : _chart.Times[bin - 1];

    private void AppendArea(StringBuilder path, int series, int first, int last)
    {
        Append(path, 'M', Start(first), _tops[series][first]);
        for (var i = first; i <= last; i++)
        {
            Append(path, 'L', _chart.Times[i], _tops[series][i]);
        }
        for (var i = last; i >= first; i--)
        {
            Append(path, 'L', _chart.Times[i], Below(series, i));
        }
        Append(path, 'L', Start(first), Below(series, first));
        path.Append('Z');
    }

    private double Below(int series, int bin) => series == 0 ? 0 : _tops[series - 1][bin];

    private void Append(StringBuilder path, char command, double seconds, double value) =>
        path.Append(command).Append(N(X(seconds))).Append(' ').Append(N(Y(value)));

    private static ImmutableArray<double[]> Stacked(Chart chart)
    {
        var tops = ImmutableArray.CreateBuilder<double[]>();
        // A bin of which no part is known is a gap, not a time of 0.
        double[] below = [.. Enumerable.Range(0, chart.Times.Length).Select(i => chart.Series.Any(series => series.Values[i] is not null) ? 0 : double.NaN)];
        foreach (var series in chart.Series)
        {
            below = [.. below.Select((bottom, i) => bottom + (series.Values[i] ?? 0))];
            tops.Add(below);
        }
        return tops.ToImmutable();
    }
}
