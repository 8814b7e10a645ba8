namespace ApeTest.Targets.Sessions.Cookies;

/// <summary>Reads the date of a cookie as RFC 6265, section 5.1.1 does: any order, any of the separators that servers ever used.</summary>
internal static class CookieDate
{
    private static readonly string[] Months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

    /// <summary>Reads it; false where a part is missing or out of range.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out DateTimeOffset date)
    {
        date = default;
        (int Hour, int Minute, int Second)? time = null;
        int? day = null, month = null, year = null;
        while (!text.IsEmpty)
        {
            var length = 0;
            while (length < text.Length && !IsDelimiter(text[length]))
            {
                length++;
            }
            var token = text[..length];
            text = text[Math.Min(length + 1, text.Length)..];
            // The order of the questions is the RFC's: a token answers the first one that is open.
            if (time is null && Time(token) is { } found)
            {
                time = found;
            }
            else if (day is null && Number(token, 1, 2, out _) is { } dayOfMonth)
            {
                day = dayOfMonth;
            }
            else if (month is null && Month(token) is { } monthOfYear)
            {
                month = monthOfYear;
            }
            else if (year is null && Number(token, 2, 4, out _) is { } wanted)
            {
                year = wanted switch { >= 70 and <= 99 => wanted + 1900, >= 0 and <= 69 => wanted + 2000, _ => wanted };
            }
        }
        if (time is not ( <= 23, <= 59, <= 59) || day is null or < 1 || month is null || year is null or < 1601 || day > DateTime.DaysInMonth(year.Value, month.Value))
        {
            return false;
        }
        date = new DateTimeOffset(year.Value, month.Value, day.Value, time.Value.Hour, time.Value.Minute, time.Value.Second, TimeSpan.Zero);
        return true;
    }

    private static bool IsDelimiter(char c) => c is '\t' or (>= ' ' and <= '/') or (>= ';' and <= '@') or (>= '[' and <= '`') or (>= '{' and <= '~');

    private static (int, int, int)? Time(ReadOnlySpan<char> token)
    {
        if (Number(token, 1, 2, out var rest) is not { } hour || rest is not [':', ..]
            || Number(rest[1..], 1, 2, out rest) is not { } minute || rest is not [':', ..]
            || Number(rest[1..], 1, 2, out _) is not { } second)
        {
            return null;
        }
        return (hour, minute, second);
    }

    private static int? Month(ReadOnlySpan<char> token)
    {
        for (var i = 0; i < Months.Length; i++)
        {
            if (token.StartsWith(Months[i], StringComparison.OrdinalIgnoreCase))
            {
                return i + 1;
            }
        }
        return null;
    }

    /// <summary>The number that a token begins with; null where its digits are fewer or more than asked for.</summary>
    private static int? Number(ReadOnlySpan<char> token, int least, int most, out ReadOnlySpan<char> rest)
    {
        var digits = 0;
        var number = 0;
        while (digits < token.Length && char.IsAsciiDigit(token[digits]) && digits <= most)
        {
            number = (number * 10) + token[digits++] - '0';
        }
        rest = token[digits..];
        return digits >= least && digits <= most ? number : null;
    }
}
