using System.Globalization;
using System.Text;
using ApeTest.Scenarios.Model;

namespace ApeTest.Scenarios.Loading;

/// <summary>
/// Durations as people write them: <c>500ms</c>, <c>30s</c>, <c>2m</c>, <c>1h30m</c>, <c>1.5s</c>. Units: us, ms, s, m, h, d, each at most
/// once and from large to small; <c>0</c> needs none. At most 366 days.
/// </summary>
public static class Durations
{
    private const string Lognormal = "lognormal";

    /// <summary>Longest duration that can be written.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromDays(366);

    // "ms" stands before "m" and "s", so that it is found first.
    private static readonly (string Name, double Ticks)[] Units =
    [
        ("us", TimeSpan.TicksPerMicrosecond), ("ms", TimeSpan.TicksPerMillisecond), ("s", TimeSpan.TicksPerSecond),
        ("m", TimeSpan.TicksPerMinute), ("h", TimeSpan.TicksPerHour), ("d", TimeSpan.TicksPerDay),
    ];

    /// <summary>Reads a duration. A sign, a missing unit, units out of order and values above 366 days are refused.</summary>
    public static bool TryParse(string text, out TimeSpan duration)
    {
        duration = TimeSpan.Zero;
        var rest = text.AsSpan().Trim();
        if (rest is "0")
        {
            return true;
        }
        double ticks = 0;
        var previous = double.MaxValue;
        while (rest.Length > 0)
        {
            var digits = rest.IndexOfAnyExcept("0123456789.");
            if (digits <= 0
                || !double.TryParse(rest[..digits], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number))
            {
                return false;
            }
            rest = rest[digits..].TrimStart();
            var unit = UnitAt(rest);
            if (unit.Name is null || unit.Ticks >= previous)
            {
                return false;
            }
            previous = unit.Ticks;
            ticks += number * unit.Ticks;
            rest = rest[unit.Name.Length..].TrimStart();
        }
        if (previous == double.MaxValue || ticks > Longest.Ticks)
        {
            return false;
        }
        duration = TimeSpan.FromTicks((long)Math.Round(ticks));
        return true;
    }

    /// <summary>Writes a duration so that <see cref="TryParse"/> reads the same value: <c>1h30m</c>, <c>500ms</c>, <c>0</c>.</summary>
    public static string Format(TimeSpan duration)
    {
        if (duration <= TimeSpan.Zero)
        {
            return "0";
        }
        var text = new StringBuilder();
        var ticks = duration.Ticks;
        Span<(string Name, long Ticks)> units =
        [
            ("d", TimeSpan.TicksPerDay), ("h", TimeSpan.TicksPerHour), ("m", TimeSpan.TicksPerMinute), ("s", TimeSpan.TicksPerSecond),
            ("ms", TimeSpan.TicksPerMillisecond),
        ];
        foreach (var (name, size) in units)
        {
            if (ticks >= size)
            {
                text.Append(CultureInfo.InvariantCulture, $"{ticks / size}{name}");
                ticks %= size;
            }
        }
        if (ticks > 0)
        {
            text.Append(CultureInfo.InvariantCulture, $"{ticks / (double)TimeSpan.TicksPerMicrosecond}us");
        }
        return text.ToString();
    }

    /// <summary>Reads a think time: <c>500ms</c>, <c>200ms..800ms</c> or <c>lognormal(1s, 500ms)</c>, mean and standard deviation.</summary>
    public static bool TryParseThink(string text, out ThinkTime think)
    {
        think = ThinkTime.None;
        if (text.AsSpan().Trim().StartsWith(Lognormal, StringComparison.Ordinal))
        {
            return TryParseLognormal(text.Trim()[Lognormal.Length..].Trim(), out think);
        }
        var dots = text.IndexOf("..", StringComparison.Ordinal);
        if (!TryParse(dots < 0 ? text : text[..dots], out var min))
        {
            return false;
        }
        var max = min;
        if (dots >= 0 && !TryParse(text[(dots + 2)..], out max))
        {
            return false;
        }
        think = new ThinkTime(min, max);
        return max >= min;
    }

    /// <summary>Writes a think time.</summary>
    public static string Format(ThinkTime think) =>
        think.Deviation > TimeSpan.Zero ? $"{Lognormal}({Format(think.Mean)}, {Format(think.Deviation)})"
        : think.Min == think.Max ? Format(think.Min) : $"{Format(think.Min)}..{Format(think.Max)}";

    private static bool TryParseLognormal(string text, out ThinkTime think)
    {
        think = ThinkTime.None;
        if (text is not ['(', .., ')'] || text[1..^1].Split(',') is not [var meanText, var deviationText]
            || !TryParse(meanText, out var mean) || !TryParse(deviationText, out var deviation) || mean == TimeSpan.Zero || deviation > mean * ThinkTime.MostDeviation)
        {
            return false;
        }
        think = ThinkTime.Lognormal(mean, deviation);
        return true;
    }

    private static (string Name, double Ticks) UnitAt(ReadOnlySpan<char> text)
    {
        foreach (var unit in Units)
        {
            if (text.StartsWith(unit.Name))
            {
                return unit;
            }
        }
        return default;
    }
}
