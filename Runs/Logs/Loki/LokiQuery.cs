using System.Text;

namespace ApeTest.Runs.Logs.Loki;

/// <summary>
/// What Loki is asked for: at least what is wanted. It narrows by what it keeps as labels and structured metadata; the rest of a
/// <see cref="LogQuery"/>, and these once more, are judged here, as for files.
/// </summary>
internal static class LokiQuery
{
    private const int TraceDigits = 32;

    // Lines of OTLP have their fields beside them, those of Serilog's sink are JSON. What is no JSON is an error that lets every number through.
    private const string Fields = " | json | drop __error__, __error_details__";

    /// <summary>The LogQL of a run's lines.</summary>
    public static string Of(string run, LogQuery query)
    {
        var text = new StringBuilder("{service_name").Append(query.Service is null ? "=~" : "=").Append(Quote(query.Service ?? ".+")).Append('}').Append(Fields);
        Append(text, "run", run);
        Append(text, "agent", query.Agent);
        Append(text, "session", query.Session);
        Append(text, "event", query.Event);
        AppendLevel(text, query.Level);
        Append(text, "trace_id", query.Grep is { Length: TraceDigits } grep && grep.All(char.IsAsciiHexDigit) ? grep.ToLowerInvariant() : null);
        return text.ToString();
    }

    // What is certainly below it, so that a line whose shipper names levels otherwise, or not at all, comes and is judged here.
    private static void AppendLevel(StringBuilder text, string? level)
    {
        if (level is not null && LogQuery.Levels.IndexOf(level) is > 0 and var least)
        {
            text.Append(" | level!~").Append(Quote(string.Join('|', LogQuery.Levels[..least])));
        }
    }

    private static void Append(StringBuilder text, string name, string? value)
    {
        if (value is not null)
        {
            text.Append(" | ").Append(name).Append('=').Append(Quote(value));
        }
    }

    // As Go writes strings.
    private static string Quote(string value) => $"\"{value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal)}\"";
}
