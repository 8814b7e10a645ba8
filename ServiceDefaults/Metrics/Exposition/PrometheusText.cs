using System.Globalization;
using System.Text;

namespace ApeTest.ServiceDefaults.Metrics.Exposition;

/// <summary>The text format 0.0.4 of Prometheus: https://prometheus.io/docs/instrumenting/exposition_formats/.</summary>
internal static class PrometheusText
{
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    public static string Write(IEnumerable<(Family Family, Series[] Series)> families)
    {
        var text = new StringBuilder(4096);
        foreach (var (family, series) in families)
        {
            // A family that was never measured has no line, as with the official clients' labelled metrics.
            if (series.Length == 0)
            {
                continue;
            }

            if (family.Help is { Length: > 0 } help)
            {
                text.Append("# HELP ").Append(family.Name).Append(' ')
                    .Append(help.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal)).Append('\n');
            }

            text.Append("# TYPE ").Append(family.Name).Append(' ').Append(TypeName(family.Type)).Append('\n');
            foreach (var one in series)
            {
                if (family.Bounds is { } bounds)
                {
                    Histogram(text, family.Name, one, bounds);
                }
                else
                {
                    Sample(text, family.Name, null, one.Labels, null, one.Value);
                }
            }
        }

        return text.ToString();
    }

    private static void Histogram(StringBuilder text, string name, Series series, double[] bounds)
    {
        long cumulative = 0;
        for (var i = 0; i < bounds.Length; i++)
        {
            cumulative += series.Bucket(i);
            Sample(text, name, "_bucket", series.Labels, Number(bounds[i]), cumulative);
        }

        cumulative += series.Bucket(bounds.Length);
        Sample(text, name, "_bucket", series.Labels, "+Inf", cumulative);
        Sample(text, name, "_sum", series.Labels, null, series.Value);
        // The count is the last bucket by definition, even while measurements go on.
        Sample(text, name, "_count", series.Labels, null, cumulative);
    }

    private static void Sample(StringBuilder text, string name, string? suffix, string labels, string? le, double value)
    {
        text.Append(name).Append(suffix);
        if (labels.Length > 0 || le is not null)
        {
            text.Append('{').Append(labels);
            if (le is not null)
            {
                text.Append(labels.Length > 0 ? "," : null).Append("le=\"").Append(le).Append('"');
            }

            text.Append('}');
        }

        text.Append(' ').Append(Number(value)).Append('\n');
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
