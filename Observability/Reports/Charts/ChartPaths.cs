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

    /// <summary>A series as a line, with a gap where nothing was measured.</summary>
    public string Line(int series)
    {
        var path = new StringBuilder();
        var pen = false;
        for (var i = 0; i < _chart.Times.Length; i++)
        {
            var value = _tops[series][i];
            if (double.IsFinite(value))
            {
                path.Append(pen ? 'L' : 'M').Append(N(X(_chart.Times[i]))).Append(' ').Append(N(Y(value)));
                // A point alone is no line: a dot is drawn by its round cap.
                if (!pen && (i + 1 == _chart.Times.Length || !double.IsFinite(_tops[series][i + 1])))
                {
                    path.Append("h0.1");
                }
            }
            pen = double.IsFinite(value);
        }
        return path.ToString();
    }

    /// <summary>A layer of a stack: its upper edge forward, the edge of the layer below back.</summary>
    public string Area(int series)
    {
        var path = new StringBuilder();
        for (var i = 0; i < _chart.Times.Length; i++)
        {
            path.Append(i == 0 ? 'M' : 'L').Append(N(X(_chart.Times[i]))).Append(' ').Append(N(Y(_tops[series][i])));
        }
        for (var i = _chart.Times.Length - 1; i >= 0; i--)
        {
            path.Append('L').Append(N(X(_chart.Times[i]))).Append(' ').Append(N(Y(series == 0 ? 0 : _tops[series - 1][i])));
        }
        return path.Append('Z').ToString();
    }

    /// <summary>What is told of a bin where a pointer rests on it.</summary>
    public string Told(int bin) => $"{ChartScale.TimeLabel(_chart.Times[bin])}: {string.Join(", ", _chart.Series.Select(series => $"{series.Name} {ChartScale.Value(_chart.Unit, series.Values[bin])}"))}";

    private static ImmutableArray<double[]> Stacked(Chart chart)
    {
        var tops = ImmutableArray.CreateBuilder<double[]>();
        var below = new double[chart.Times.Length];
        foreach (var series in chart.Series)
        {
            below = [.. below.Select((bottom, i) => bottom + (series.Values[i] ?? 0))];
            tops.Add(below);
        }
        return tops.ToImmutable();
    }
}
