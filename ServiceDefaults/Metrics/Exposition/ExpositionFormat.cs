using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace ApeTest.ServiceDefaults.Metrics.Exposition;

/// <summary>How <c>/metrics</c> is written.</summary>
internal enum ExpositionFormat
{
    /// <summary>Prometheus text 0.0.4: for whoever asks for nothing else. Has no exemplars.</summary>
    Text,

    /// <summary>OpenMetrics 1.0: for who asks for it, as Prometheus does.</summary>
    OpenMetrics,
}

/// <summary>The formats' media types, and the choice among them by a request's <c>Accept</c> (RFC 9110, 12.5.1).</summary>
internal static class ExpositionFormats
{
    private const string OpenMetrics = "application/openmetrics-text";
    private const string Text = "text/plain";

    /// <summary>Media type of an answer.</summary>
    public static string ContentType(this ExpositionFormat format) => format is ExpositionFormat.OpenMetrics
        ? OpenMetrics + "; version=1.0.0; charset=utf-8"
        : Text + "; version=0.0.4; charset=utf-8";

    /// <summary>
    /// The format that a client likes best. OpenMetrics only where it is named, and not less liked than text; a client that accepts neither gets
    /// text all the same, since one that scrapes with a wrong header is better served than refused.
    /// </summary>
    public static ExpositionFormat Choose(StringValues accept)
    {
        if (!MediaTypeHeaderValue.TryParseList(accept, out var wanted))
        {
            return ExpositionFormat.Text;
        }

        double? text = null, any = null, open = null;
        foreach (var type in wanted)
        {
            var quality = type.Quality ?? 1;
            if (Is(type, OpenMetrics) && Version(type) is (null or "1.0.0"))
            {
                open = Math.Max(open ?? 0, quality);
            }
            else if (Is(type, Text) && Version(type) is (null or "0.0.4"))
            {
                text = Math.Max(text ?? 0, quality);
            }
            else if (type.MatchesAllSubTypes && type.Type.Value is ("*" or "text"))
            {
                any = Math.Max(any ?? 0, quality);
            }
        }

        return open > 0 && open >= (text ?? any ?? 0) ? ExpositionFormat.OpenMetrics : ExpositionFormat.Text;
    }

    private static bool Is(MediaTypeHeaderValue type, string name) => type.MediaType.Equals(name, StringComparison.OrdinalIgnoreCase);

    private static string? Version(MediaTypeHeaderValue type)
    {
        foreach (var parameter in type.Parameters)
        {
            if (parameter.Name.Equals("version", StringComparison.OrdinalIgnoreCase))
            {
                return HeaderUtilities.RemoveQuotes(parameter.Value).Value;
            }
        }

        return null;
    }
}
