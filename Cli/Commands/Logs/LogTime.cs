using System.Globalization;
using ApeTest.Runs.Directory;
using ApeTest.Scenarios;
using ApeTest.Scenarios.Loading;

namespace ApeTest.Cli.Commands.Logs;

/// <summary>Times as people give them to <c>logs</c>.</summary>
internal static class LogTime
{
    private static readonly string[] TimesOfDay = ["HH:mm", "HH:mm:ss", "HH:mm:ss.f", "HH:mm:ss.ff", "HH:mm:ss.fff"];

    /// <summary>
    /// A duration (<c>2m</c>) before <paramref name="now"/>, a time of day of the run (<c>13:15:02.114</c>, UTC as the lines show it), or a
    /// date and time (ISO 8601, UTC where it names no offset). Null for none; anything else throws <see cref="ApeTestException"/> (exit 2).
    /// </summary>
    public static DateTimeOffset? Parse(string option, string? text, Func<RunFile?> run, DateTimeOffset now)
    {
        if (text is null)
        {
            return null;
        }
        if (Durations.TryParse(text, out var ago))
        {
            return now - ago;
        }
        if (TimeOnly.TryParseExact(text, TimesOfDay, CultureInfo.InvariantCulture, DateTimeStyles.None, out var time))
        {
            var file = run();
            return OnDayOfRun(time, file?.Started ?? now, file?.Heartbeat ?? now);
        }
        if (text.Length > 4 && char.IsAsciiDigit(text[0]) && text.Contains('-', StringComparison.Ordinal)
            && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var date))
        {
            return date;
        }
        throw new ApeTestException($"{option} '{text}' is not a duration and not a time", "Write for example 30s, 5m, 13:15:02 or 2026-11-21T13:15:02Z.", ExitCodes.Input);
    }

    /// <summary>The day on which the time lies in the run, or nearest to it: runs may pass midnight. Of several the last.</summary>
    private static DateTimeOffset OnDayOfRun(TimeOnly time, DateTimeOffset started, DateTimeOffset ended)
    {
        var nearest = started;
        var least = TimeSpan.MaxValue;
        for (var day = started.UtcDateTime.Date.AddDays(-1); day <= ended.UtcDateTime.Date.AddDays(1); day = day.AddDays(1))
        {
            var candidate = new DateTimeOffset(day + time.ToTimeSpan(), TimeSpan.Zero);
            var distance = candidate < started ? started - candidate : candidate > ended ? candidate - ended : TimeSpan.Zero;
            if (distance <= least)
            {
                (nearest, least) = (candidate, distance);
            }
        }
        return nearest;
    }
}
