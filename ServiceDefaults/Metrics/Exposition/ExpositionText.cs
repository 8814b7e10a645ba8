using System.Globalization;
using System.Text;
using ApeTest.ServiceDefaults.Metrics.Collection;

namespace ApeTest.ServiceDefaults.Metrics.Exposition;

/// <summary>
/// Writes metric families in one of two formats: Prometheus text 0.0.4 (https://prometheus.io/docs/instrumenting/exposition_formats/) and
/// OpenMetrics 1.0 (https://github.com/prometheus/OpenMetrics/blob/v1.0.0/specification/OpenMetrics.md), which differs in the name of
/// counters' families, units, bounds as floats, exemplars and a last line.
/// </summary>
internal sealed class ExpositionText
{
    private const string Total = "_total";

    private readonly StringBuilder _text = new(4096);
    private readonly bool _openMetrics;

    private ExpositionText(ExpositionFormat format) => _openMetrics = format is ExpositionFormat.OpenMetrics;

    /// <summary>Writes what the registry has collected, after its observable instruments were asked.</summary>
    public static string Write(MetricsRegistry registry, ExpositionFormat format = ExpositionFormat.Text)
    {
        registry.Observe();
        var writer = new ExpositionText(format);
        foreach (var family in registry.Families())
        {
            // In this build all series are of this kind. A family that was never measured has no line, as with the official clients' labelled metrics.
            var series = family.Snapshot().Cast<TextSeries>().Where(static one => !one.IsHidden).ToArray();
            if (series.Length > 0)
            {
                writer.Write(family, series);
            }
        }

        return writer._text.Append(writer._openMetrics ? "# EOF\n" : null).ToString();
    }

    private void Write(Family family, TextSeries[] series)
    {
        // In OpenMetrics "_total" belongs to the sample, not to the family.
        var name = _openMetrics && family.Type is FamilyType.Counter ? family.Name[..^Total.Length] : family.Name;
        if (family.Help is { Length: > 0 } help)
        {
            _text.Append("# HELP ").Append(name).Append(' ').Append(Escape(help)).Append('\n');
        }

        _text.Append("# TYPE ").Append(name).Append(' ').Append(TypeName(family.Type)).Append('\n');
        if (_openMetrics && family.Unit is { } unit && name.EndsWith("_" + unit, StringComparison.Ordinal))
        {
            _text.Append("# UNIT ").Append(name).Append(' ').Append(unit).Append('\n');
        }

        foreach (var one in series)
        {
            if (family.Bounds is { } bounds)
            {
                Histogram(family.Name, one, bounds);
            }
            else
            {
                Sample(family.Name, null, one.Labels.Text, null, one.Value, one.Exemplar(0));
            }
        }
    }

    private void Histogram(string name, TextSeries series, double[] bounds)
    {
        long cumulative = 0;
        for (var i = 0; i < bounds.Length; i++)
        {
            cumulative += series.Bucket(i);
            Sample(name, "_bucket", series.Labels.Text, Bound(bounds[i]), cumulative, series.Exemplar(i));
        }

        cumulative += series.Bucket(bounds.Length);
        Sample(name, "_bucket", series.Labels.Text, "+Inf", cumulative, series.Exemplar(bounds.Length));
        Sample(name, "_sum", series.Labels.Text, null, series.Value);
        // The count is the last bucket by definition, even while measurements go on.
        Sample(name, "_count", series.Labels.Text, null, cumulative);
    }

    private void Sample(string name, string? suffix, string labels, string? le, double value, Exemplar? exemplar = null)
    {
        _text.Append(name).Append(suffix);
        if (labels.Length > 0 || le is not null)
        {
            _text.Append('{').Append(labels);
            if (le is not null)
            {
                _text.Append(labels.Length > 0 ? "," : null).Append("le=\"").Append(le).Append('"');
            }

            _text.Append('}');
        }

        _text.Append(' ').Append(Number(value));
        if (_openMetrics && exemplar is not null)
        {
            _text.Append(" # {trace_id=\"").Append(exemplar.TraceId).Append("\",span_id=\"").Append(exemplar.SpanId).Append("\"} ").Append(Number(exemplar.Value))
                .Append(' ').Append(CultureInfo.InvariantCulture, $"{exemplar.Taken.ToUnixTimeMilliseconds() / 1000.0:F3}");
        }

        _text.Append('\n');
    }

    private string Escape(string help)
    {
        var escaped = help.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);
        return _openMetrics ? escaped.Replace("\"", "\\\"", StringComparison.Ordinal) : escaped;
    }

    // Bounds are floats in OpenMetrics and "should" show it, as Prometheus 3 stores them whatever it reads.
    private string Bound(double bound)
    {
        var text = Number(bound);
        return _openMetrics && text.AsSpan().IndexOfAny(".eEN") < 0 ? text + ".0" : text;
    }

    private static string Number(double value)
    {
        return value switch
        {
            double.PositiveInfinity => "+Inf",
            double.NegativeInfinity => "-Inf",
            double.NaN => "NaN",
            _ => value.ToString("R", CultureInfo.InvariantCulture),
        };
    }

    private static string TypeName(FamilyType type)
    {
        return type switch
        {
            FamilyType.Counter => "counter",
            FamilyType.Gauge => "gauge",
            _ => "histogram",
        };
    }
}
