using System.Text;

namespace ApeTest.Runs.Logs.Loki;

/// <summary>
/// What Loki is asked for: at least what is wanted; the rest of a <see cref="LogQuery"/>, and these once more, are judged here, as for files. Services of a
/// build with the partial feed send OTLP records, of which Loki keeps the fields as structured metadata; those of a full build push whole log lines
/// (docs/design/018-full-feed.md), in which the fields are JSON. A line that is none keeps its place with an error label, which is left out.
/// </summary>
internal static class LokiQuery
{
    /// <summary>Begins the names under which fields of pushed lines are known to the query.</summary>
    public const string OfLine = "line_";

    private const int TraceDigits = 32;

    /// <summary>The LogQL of a run's lines.</summary>
    public static string Of(string run, LogQuery query)
    {
        List<(string Name, string Value)> wanted = [("run", run)];
        Add("agent", query.Agent);
        Add("session", query.Session);
        Add("event", query.Event);
        Add("trace_id", query.Grep is { Length: TraceDigits } grep && grep.All(char.IsAsciiHexDigit) ? grep.ToLowerInvariant() : null);

        var text = new StringBuilder("{service_name").Append(query.Service is null ? "=~" : "=").Append(Quote(query.Service ?? ".+")).Append("} | json ");
        text.AppendJoin(", ", wanted.Select(static field => $"{OfLine}{field.Name}=\"{field.Name}\""));
        foreach (var (name, value) in wanted)
        {
            text.Append(" | ").Append(name).Append('=').Append(Quote(value)).Append(" or ").Append(OfLine).Append(name).Append('=').Append(Quote(value));
        }
        return text.ToString();

        void Add(string name, string? value)
        {
            if (value is not null)
            {
                wanted.Add((name, value));
            }
        }
    }

    // As Go writes strings.
    private static string Quote(string value) => $"\"{value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal)}\"";
}
