using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace ApeTest.Runs.Logs;

/// <summary>Which log lines are wanted. All conditions must hold; null asks for nothing.</summary>
public sealed record LogQuery
{
    /// <summary>Most lines of <see cref="Tail"/>, since they are kept in memory: 100,000.</summary>
    public const int MostTail = 100_000;

    /// <summary>Levels from the least to the most severe.</summary>
    public static ImmutableArray<string> Levels { get; } = ["trace", "debug", "info", "warn", "error"];

    /// <summary>Services of ApeTest.</summary>
    public static ImmutableArray<string> Services { get; } = ["agent", "llm-proxy", "gateway", "collector", "shop"];

    /// <summary>Text or trace id that the line holds, in any case: as it is written, or with its JSON escapes resolved.</summary>
    public string? Grep { get; init; }

    /// <summary>Pattern that the line fits, as it is written or with its JSON escapes resolved; see <see cref="LogPattern"/>.</summary>
    public Regex? Pattern { get; init; }

    /// <summary>Agent (slot).</summary>
    public string? Agent { get; init; }

    /// <summary>Session.</summary>
    public string? Session { get; init; }

    /// <summary>Service, one of <see cref="Services"/> or a target's own.</summary>
    public string? Service { get; init; }

    /// <summary>Event name.</summary>
    public string? Event { get; init; }

    /// <summary>Least severe level, one of <see cref="Levels"/>.</summary>
    public string? Level { get; init; }

    /// <summary>Earliest time.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>Latest time.</summary>
    public DateTimeOffset? Until { get; init; }

    /// <summary>Only so many lines, the last ones; at most <see cref="MostTail"/>. Default all.</summary>
    public int? Tail { get; init; }

    /// <summary>The query string of the control API: <c>?grep=...&amp;level=...</c>, or nothing.</summary>
    public string ToQueryString()
    {
        var query = new StringBuilder();
        foreach (var (name, value) in new[]
        {
            ("grep", Grep), ("regex", Pattern?.ToString()), ("agent", Agent), ("session", Session), ("service", Service), ("event", Event),
            ("level", Level), ("since", Text(Since)), ("until", Text(Until)), ("tail", Tail?.ToString(CultureInfo.InvariantCulture)),
        })
        {
            if (value is not null)
            {
                query.Append(query.Length == 0 ? '?' : '&').Append(name).Append('=').Append(Uri.EscapeDataString(value));
            }
        }
        return query.ToString();
    }

    private static string? Text(DateTimeOffset? time) => time?.UtcDateTime.ToString("O", CultureInfo.InvariantCulture);
}
