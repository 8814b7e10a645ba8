using System.Globalization;
using System.Text;

namespace ApeTest.Observability.Reports;

/// <summary>
/// What a target or a model said, as a page may show it: characters that nobody sees, or that turn the direction of text (UAX #9) so that it reads as something else,
/// are spelled out (<c>\u202e</c>). Markup is the renderer's to escape.
/// </summary>
public static class VisibleText
{
    /// <summary>The text with hidden characters spelled out, cut to <paramref name="most"/> characters with a note of how many there were.</summary>
    public static string Of(string? text, int most = int.MaxValue)
    {
        if (string.IsNullOrEmpty(text))
        {
            return string.Empty;
        }
        var cut = text.Length > most;
        if (!cut && !text.Any(IsHidden))
        {
            return text;
        }
        var shown = new StringBuilder();
        var end = cut && char.IsHighSurrogate(text[most - 1]) ? most - 1 : Math.Min(most, text.Length);
        foreach (var character in text.AsSpan(0, end))
        {
            _ = IsHidden(character) ? shown.Append(CultureInfo.InvariantCulture, $"\\u{(int)character:x4}") : shown.Append(character);
        }
        return cut ? shown.Append(CultureInfo.InvariantCulture, $"… ({text.Length:#,0} characters in all)").ToString() : shown.ToString();
    }

    /// <summary>Whether a character is not seen, or moves others. Line breaks and tabs are layout.</summary>
    public static bool IsHidden(char character) => character is not ('\n' or '\t') && (char.IsControl(character)
        || character is '\u061c' or '\ufeff' or '\u00ad' or (>= '\u200b' and <= '\u200f') or (>= '\u202a' and <= '\u202e') or (>= '\u2060' and <= '\u206f'));
}
