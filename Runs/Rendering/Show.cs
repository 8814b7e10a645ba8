using System.Globalization;

namespace ApeTest.Runs.Rendering;

/// <summary>Numbers as people read them; independent of the culture.</summary>
public static class Show
{
    /// <summary>What stands where nothing was measured.</summary>
    public const string Nothing = "-";

    /// <summary>Seconds as <c>0.41 ms</c>, <c>212 ms</c>, <c>1.23 s</c>, <c>2m05s</c> or <c>1h02m</c>.</summary>
    public static string Seconds(double? seconds)
    {
        if (seconds is not { } value)
        {
            return Nothing;
        }
        return value switch
        {
            0 => "0 ms",
            < 0.01 => Number(value * 1000, "0.00") + " ms",
            < 0.1 => Number(value * 1000, "0.0") + " ms",
            < 0.9995 => Number(value * 1000, "0") + " ms",
            < 10 => Number(value, "0.00") + " s",
            < 60 => Number(value, "0.0") + " s",
            < 3600 => $"{(int)value / 60}m{(int)value % 60:00}s",
            _ => $"{(int)value / 3600}h{(int)value % 3600 / 60:00}m",
        };
    }

    /// <summary>A duration, see <see cref="Seconds"/>.</summary>
    public static string Duration(TimeSpan? value) => Seconds(value?.TotalSeconds);

    /// <summary>A share as <c>98.0 %</c>.</summary>
    public static string Share(double? share) => share is { } value ? Number(value * 100, "0.0") + " %" : Nothing;

    /// <summary>A count as <c>12,345</c>.</summary>
    public static string Count(long value) => value.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>A rate, without its unit, as <c>0.25</c>, <c>19.8</c>, <c>613</c> or <c>9,800</c>.</summary>
    public static string Rate(double perSecond) => perSecond switch
    {
        < 0.995 => Number(perSecond, "0.##"),
        < 99.95 => Number(perSecond, "0.0"),
        _ => Number(perSecond, "#,0"),
    };

    /// <summary>Dollars as <c>$0.0012</c>, <c>$1.20</c>.</summary>
    public static string Dollars(decimal value) => "$" + value.ToString(value is > 0 and < 0.1m ? "0.0000" : "0.00", CultureInfo.InvariantCulture);

    /// <summary>Bytes as <c>210 MB</c>.</summary>
    public static string Bytes(long bytes) => bytes switch
    {
        < 10_000 => $"{bytes} B",
        < 10_000_000 => Number(bytes / 1e3, "0") + " KB",
        < 10_000_000_000 => Number(bytes / 1e6, "0") + " MB",
        _ => Number(bytes / 1e9, "0.0") + " GB",
    };

    /// <summary>A time as <c>2026-11-21 13:15:02</c>, UTC.</summary>
    public static string Time(DateTimeOffset? time) =>
        time?.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture) ?? Nothing;

    /// <summary>The text cut to <paramref name="width"/> columns, with an ellipsis.</summary>
    public static string Cut(string text, int width) =>
        text.Length <= width ? text : width <= 1 ? text[..width] : text[..(width - 1)] + "…";

    /// <summary>
    /// Characters that a terminal would obey as spaces: control characters, and those that turn the direction of text (UAX #9), which can
    /// make it read as something else. What a target or a model says is data.
    /// </summary>
    public static string Safe(string text)
    {
        foreach (var character in text)
        {
            if (IsObeyed(character))
            {
                return string.Create(text.Length, text, static (span, source) =>
                {
                    for (var i = 0; i < span.Length; i++)
                    {
                        span[i] = IsObeyed(source[i]) ? ' ' : source[i];
                    }
                });
            }
        }
        return text;
    }

    private static bool IsObeyed(char character) => char.IsControl(character)
        || character is '\u061c' or '\u200e' or '\u200f' or (>= '\u202a' and <= '\u202e') or (>= '\u2066' and <= '\u2069');

    private static string Number(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);
}
