using System.Text;
using System.Text.RegularExpressions;

namespace ApeTest.LlmProxy.Providers.Builtin.Planner;

/// <summary>
/// Makes a text that matches a simple pattern: literals, classes such as <c>[A-Z0-9]</c> and <c>\d</c>, groups without alternatives and
/// quantifiers. What it makes is checked; a pattern beyond it gives null.
/// </summary>
internal static class PatternText
{
    private const int Longest = 200;
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(50);

    /// <param name="pattern">A regular expression, as JSON Schema has it.</param>
    /// <param name="digits">Bytes that decide which characters are taken.</param>
    public static string? Make(string pattern, ReadOnlySpan<byte> digits)
    {
        var text = new StringBuilder();
        for (var i = 0; i < pattern.Length && text.Length < Longest;)
        {
            var (choices, next) = Unit(pattern, i);
            if (choices is null)
            {
                return null;
            }

            var (count, after) = Count(pattern, next);
            for (var j = 0; j < count && choices.Length > 0; j++)
            {
                text.Append(choices[digits[text.Length % digits.Length] % choices.Length]);
            }

            i = after;
        }

        return Matches(pattern, text.ToString()) ? text.ToString() : null;
    }

    public static bool Matches(string pattern, string text)
    {
        try
        {
            return Regex.IsMatch(text, pattern, RegexOptions.CultureInvariant, Patience);
        }
        catch (Exception error) when (error is ArgumentException or RegexMatchTimeoutException)
        {
            return false;
        }
    }

    // The characters that may stand here, none for what takes no room; null for what is beyond this.
    private static (string? Choices, int Next) Unit(string pattern, int at)
    {
        switch (pattern[at])
        {
            case '^' or '$':
                return ("", at + 1);
            case '(' when pattern.AsSpan(at).StartsWith("(?:"):
                return ("", at + 3);
            case '(' or ')':
                return ("", at + 1);
            case '|':
                return (null, at);
            case '.':
                return ("abcdefgh", at + 1);
            case '\\' when at + 1 < pattern.Length:
                return (Escaped(pattern[at + 1]), at + 2);
            case '[':
                var end = pattern.IndexOf(']', at + 1);
                return end < 0 || pattern[at + 1] == '^' ? (null, at) : (Class(pattern[(at + 1)..end]), end + 1);
            default:
                return (pattern[at].ToString(), at + 1);
        }
    }

    private static string Escaped(char letter) => letter switch { 'd' => "123456789", 'w' => "abcdefgh", 's' => " ", 'b' => "", _ => letter.ToString() };

    private static string Class(string inside)
    {
        var choices = new StringBuilder();
        for (var i = 0; i < inside.Length; i++)
        {
            if (inside[i] == '\\' && i + 1 < inside.Length)
            {
                choices.Append(Escaped(inside[++i]));
            }
            else if (i + 2 < inside.Length && inside[i + 1] == '-')
            {
                for (var letter = inside[i]; letter <= inside[i + 2]; letter++)
                {
                    choices.Append(letter);
                }

                i += 2;
            }
            else
            {
                choices.Append(inside[i]);
            }
        }

        return choices.ToString();
    }

    private static (int Count, int Next) Count(string pattern, int at)
    {
        if (at >= pattern.Length)
        {
            return (1, at);
        }

        var end = pattern[at] == '{' ? pattern.IndexOf('}', at) : -1;
        if (end > 0 && int.TryParse(pattern[(at + 1)..end].Split(',')[0], out var least))
        {
            var most = pattern[(at + 1)..end].Split(',') is [_, { Length: > 0 } bound] && int.TryParse(bound, out var upper) ? upper : least;
            return (Math.Min(Math.Max(least, Math.Min(most, 3)), 64), end + 1);
        }

        return pattern[at] switch { '?' or '*' => (0, at + 1), '+' => (3, at + 1), _ => (1, at) };
    }
}
