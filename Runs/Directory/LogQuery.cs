using System.Collections.Immutable;
using System.Globalization;
using System.Text;

namespace ApeTest.Runs.Directory;

/// <summary>Which log lines are wanted. All conditions must hold; null asks for nothing.</summary>
public sealed record LogQuery
{
    /// <summary>Levels from the least to the most severe.</summary>
    public static ImmutableArray<string> Levels { get; } = ["trace", "debug", "info", "warn", "error"];

    /// <summary>Text or trace id that the line holds, in any case.</summary>
    public string? Grep { get; init; }

    /// <summary>Agent.</summary>
    public string? Agent { get; init; }

    /// <summary>Service: <c>agent</c>, <c>llm-proxy</c>, <c>gateway</c>, <c>collector</c>, <c>shop</c>.</summary>
    public string? Service { get; init; }

    /// <summary>Least severe level, one of <see cref="Levels"/>.</summary>
    public string? Level { get; init; }

    /// <summary>Earliest time.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>Whether <paramref name="line"/> is wanted.</summary>
    public bool Matches(LogLine line) =>
        (Since is null || line.Ts >= Since)
        && (Service is null || line.Service == Service)
        && (Agent is null || line.Agent == Agent)
        && (Level is null || Levels.IndexOf(line.Level ?? "") >= Levels.IndexOf(Level))
        && (Grep is null || line.Text.Contains(Grep, StringComparison.OrdinalIgnoreCase)
            || line.Message?.Contains(Grep, StringComparison.OrdinalIgnoreCase) is true);

    /// <summary>The query string of the control API: <c>?grep=...&amp;level=...</c>, or nothing.</summary>
    public string ToQueryString()
    {
        var query = new StringBuilder();
        foreach (var (name, value) in new[]
        {
            ("grep", Grep), ("agent", Agent), ("service", Service), ("level", Level),
            ("since", Since?.UtcDateTime.ToString("O", CultureInfo.InvariantCulture)),
        })
        {
            if (value is not null)
            {
                query.Append(query.Length == 0 ? '?' : '&').Append(name).Append('=').Append(Uri.EscapeDataString(value));
            }
        }
        return query.ToString();
    }
}
