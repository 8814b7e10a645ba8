using System.Globalization;
using System.Text.RegularExpressions;

namespace ApeTest.LlmProxy.Providers.Builtin.Planner;

/// <summary>
/// Dates as people write them. A goal is read once and sent on many days, so that one which only today tells is kept as it is meant:
/// <c>+3</c> is three days from now, <c>+tuesday</c> the next Tuesday, <c>--03-04</c> the next 4 March. Any other is ISO text.
/// </summary>
internal static class GoalDates
{
    private const string Iso = "yyyy-MM-dd";
    private const string Yearless = "--MM-dd";

    /// <summary>The date that a match of the scanner holds; null when it holds none.</summary>
    public static string? Read(Match match)
    {
        if (match.Groups["spoken"].Success)
        {
            return Ahead(match.Value);
        }

        if (match.Groups["week"].Success)
        {
            return "+" + match.Groups["w"].Value.ToLowerInvariant();
        }

        if (!match.Groups["day"].Success)
        {
            return null;
        }

        var month = match.Groups["m"].Value;
        month = month.Length > 3 && char.IsLetter(month[0]) ? month[..3] : month;
        var year = match.Groups["y"].Value;
        // A leap year takes every day.
        var text = $"{match.Groups["d"].Value} {month} {(year.Length > 0 ? year : "2028")}";
        return DateOnly.TryParseExact(text, ["d MMM yyyy", "d M yyyy"], CultureInfo.InvariantCulture, DateTimeStyles.None, out var day)
            ? day.ToString(year.Length > 0 ? Iso : Yearless, CultureInfo.InvariantCulture) : null;
    }

    /// <summary>"from 3 to 5 March": the first is of the same month.</summary>
    public static void MergeSpans(List<GoalToken> tokens)
    {
        for (var i = 1; i + 2 < tokens.Count; i++)
        {
            if (tokens[i] is { Kind: TokenKind.Number, Number: >= 1 and <= 31 } first && tokens[i + 2] is { Kind: TokenKind.Date, Text: [.., '-', _, _] last }
                && (tokens[i + 1].Is("to") || tokens[i + 1].Is("until") || tokens[i + 1].Is("till") || tokens[i + 1].Is("and") || tokens[i + 1].Is("-") || tokens[i + 1].Is("–"))
                && (tokens[i - 1].Is("from") || tokens[i - 1].Is("between") || tokens[i - 1].Is("for") || tokens[i - 1].Is("on")))
            {
                tokens[i] = new GoalToken(TokenKind.Date, last[..^2] + ((int)first.Number).ToString("00", CultureInfo.InvariantCulture));
                tokens[i + 1] = new GoalToken(TokenKind.Word, "to");
            }
        }
    }

    /// <summary>Whether a token is a date that only today tells.</summary>
    public static bool IsRelative(GoalToken token) => token.Kind == TokenKind.Date && token.Text[0] is ('+' or '-');

    /// <summary>The date as ISO text, as seen from <paramref name="now"/>.</summary>
    public static string Resolve(string date, DateTimeOffset now)
    {
        var today = DateOnly.FromDateTime(now.UtcDateTime);
        if (date.StartsWith('+'))
        {
            return (int.TryParse(date, CultureInfo.InvariantCulture, out var days) ? today.AddDays(days) : Next(date[1..], today)).ToString(Iso, CultureInfo.InvariantCulture);
        }

        if (!date.StartsWith("--", StringComparison.Ordinal))
        {
            return date;
        }

        var (month, day) = (int.Parse(date.AsSpan(2, 2), CultureInfo.InvariantCulture), int.Parse(date.AsSpan(5, 2), CultureInfo.InvariantCulture));
        var year = (month, day).CompareTo((today.Month, today.Day)) < 0 ? today.Year + 1 : today.Year;
        return new DateOnly(year, month, Math.Min(day, DateTime.DaysInMonth(year, month))).ToString(Iso, CultureInfo.InvariantCulture);
    }

    private static DateOnly Next(string weekday, DateOnly today)
    {
        var ahead = ((int)Enum.Parse<DayOfWeek>(weekday, ignoreCase: true) - (int)today.DayOfWeek + 7) % 7;
        return today.AddDays(ahead == 0 ? 7 : ahead);
    }

    private static string Ahead(string text)
    {
        var digits = string.Concat(text.Where(char.IsDigit));
        var count = digits.Length > 0 ? int.Parse(digits, CultureInfo.InvariantCulture)
            : text.StartsWith("tom", StringComparison.OrdinalIgnoreCase) || text.StartsWith("in ", StringComparison.OrdinalIgnoreCase) ? 1 : 0;
        return "+" + (count * (text.Contains("week", StringComparison.OrdinalIgnoreCase) ? 7 : 1)).ToString(CultureInfo.InvariantCulture);
    }
}
