using System.Text;

namespace ApeTest.Scenarios.Loading;

/// <summary>Quotes what a user wrote for a message: short, and without control characters that could drive a terminal.</summary>
public static class Quote
{
    private const int MaxLength = 60;

    /// <summary>The text in back-ticks.</summary>
    public static string Text(string text) => $"`{Plain(text)}`";

    /// <summary>The text without quotes.</summary>
    public static string Plain(string text, int maxLength = MaxLength)
    {
        var result = new StringBuilder(Math.Min(text.Length, maxLength) + 4);
        foreach (var rune in text.EnumerateRunes())
        {
            if (result.Length >= maxLength)
            {
                return result.Append("...").ToString();
            }
            switch (rune.Value)
            {
                case '\n': result.Append("\\n"); break;
                case '\r': result.Append("\\r"); break;
                case '\t': result.Append("\\t"); break;
                default:
                    _ = Rune.IsControl(rune) || Rune.GetUnicodeCategory(rune) is System.Globalization.UnicodeCategory.Format
                        ? result.Append(System.Globalization.CultureInfo.InvariantCulture, $"\\u{rune.Value:x4}")
                        : result.Append(rune.ToString());
                    break;
            }
        }
        return result.ToString();
    }
}
