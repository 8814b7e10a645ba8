using System.Globalization;
using System.Text;
using Tags = System.ReadOnlySpan<System.Collections.Generic.KeyValuePair<string, object?>>;

namespace ApeTest.ServiceDefaults.Metrics.Collection;

/// <summary>Labels of a series, made of a measurement's tags by the rules of Prometheus: valid names, each once, in order of names, none without a value.</summary>
internal sealed class LabelSet
{
    private LabelSet(string[] names, string[] values)
    {
        (Names, Values) = (names, values);
        var text = new StringBuilder();
        for (var i = 0; i < names.Length; i++)
        {
            text.Append(i > 0 ? "," : null).Append(names[i]).Append("=\"");
            text.Append(values[i].Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal));
            text.Append('"');
        }

        Text = text.ToString();
    }

    /// <summary>Names, rising.</summary>
    public string[] Names { get; }

    /// <summary>Values, in order of <see cref="Names"/>; never empty ones.</summary>
    public string[] Values { get; }

    /// <summary>As exposed, without braces: <c>goal="buy",outcome="failed"</c>; empty if there are none.</summary>
    public string Text { get; }

    /// <summary>The labels of these tags.</summary>
    public static LabelSet Of(Tags tags)
    {
        var pairs = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (key, value) in tags)
        {
            // An absent value is an absent label (an empty label means the same to Prometheus).
            if (Convert.ToString(value, CultureInfo.InvariantCulture) is { Length: > 0 } text)
            {
                pairs[PrometheusName.Label(key)] = value is bool ? text.ToLowerInvariant() : text;
            }
        }

        return new LabelSet([.. pairs.Keys], [.. pairs.Values]);
    }
}
