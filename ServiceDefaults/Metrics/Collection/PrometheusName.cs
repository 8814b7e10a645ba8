using System.Diagnostics.Metrics;
using System.Text;

namespace ApeTest.ServiceDefaults.Metrics.Collection;

/// <summary>
/// Prometheus names of .NET instruments, by the OpenTelemetry rules: dots become underscores, the unit is appended (<c>s</c> as
/// <c>seconds</c>; annotations in braces and <c>1</c> not at all), counters end in <c>_total</c>.
/// https://opentelemetry.io/docs/specs/otel/compatibility/prometheus_and_openmetrics/
/// </summary>
internal static class PrometheusName
{
    public static string Of(Instrument instrument, FamilyType type)
    {
        var name = new StringBuilder(Sanitize(instrument.Name));
        var unit = Unit(instrument.Unit);
        if (unit is not null && !EndsWith(name, "_" + unit))
        {
            name.Append('_').Append(unit);
        }

        if (type == FamilyType.Counter && !EndsWith(name, "_total"))
        {
            name.Append("_total");
        }

        return name.ToString();
    }

    /// <summary>A valid label name. Two underscores at the start are Prometheus's own, and so is <c>le</c> (https://prometheus.io/docs/concepts/data_model/).</summary>
    public static string Label(string name)
    {
        var clean = Sanitize(name);
        return clean is "le" ? "le_" : clean.StartsWith("__", StringComparison.Ordinal) ? "_" + clean.TrimStart('_') : clean;
    }

    /// <summary>A valid metric or label name: letters, digits and underscores, no digit first.</summary>
    public static string Sanitize(string name)
    {
        var clean = new StringBuilder(name.Length + 1);
        foreach (var c in name)
        {
            clean.Append(char.IsAsciiLetterOrDigit(c) ? c : '_');
        }

        if (clean.Length == 0 || char.IsAsciiDigit(clean[0]))
        {
            clean.Insert(0, '_');
        }

        return clean.ToString();
    }

    /// <summary>The unit as it stands in names; null where it does not.</summary>
    public static string? Unit(string? unit)
    {
        return unit switch
        {
            null or "" or "1" => null,
            "s" => "seconds",
            "ms" => "milliseconds",
            "us" => "microseconds",
            "By" => "bytes",
            "%" => "percent",
            _ when unit[0] == '{' => null,
            _ => Sanitize(unit),
        };
    }

    private static bool EndsWith(StringBuilder name, string suffix)
    {
        return name.Length >= suffix.Length && name.ToString(name.Length - suffix.Length, suffix.Length) == suffix;
    }
}
