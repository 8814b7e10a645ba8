using System.Globalization;
using System.Net;
using System.Text;

namespace ApeTest.Agent.Sessions;

/// <summary>
/// Finds a secret in a text whatever habits it was escaped by, mixed ones too: each of its characters may stand as itself, behind backslashes (JSON in JSON has more
/// than one), as <c>\uXXXX</c>, as <c>%XX</c>, as <c>+</c> for a space, or as an entity of HTML.
/// </summary>
internal static class SpelledSecret
{
    private const int LongestEntity = 10;

    /// <summary>The text with each occurrence of <paramref name="secret"/> replaced; the same instance where there is none.</summary>
    public static string Replace(string text, string secret, string replacement)
    {
        if (secret.Length == 0)
        {
            return text;
        }
        StringBuilder? clean = null;
        var kept = 0;
        // Its first character, or the sign that an escape begins with.
        ReadOnlySpan<char> starts = [secret[0], '%', '&', '\\', secret[0] == ' ' ? '+' : '%'];
        for (var at = 0; at < text.Length; at++)
        {
            var next = text.AsSpan(at).IndexOfAny(starts);
            if (next < 0)
            {
                break;
            }
            at += next;
            if (Match(text.AsSpan(at), secret) is > 0 and var length)
            {
                (clean ??= new StringBuilder(text.Length)).Append(text, kept, at - kept).Append(replacement);
                kept = at + length;
                at = kept - 1;
            }
        }
        return clean is null ? text : clean.Append(text, kept, text.Length - kept).ToString();
    }

    /// <summary>How many characters the secret takes at the start of <paramref name="text"/>; 0 where it does not stand there.</summary>
    private static int Match(ReadOnlySpan<char> text, string secret)
    {
        var at = 0;
        var isBehindBackslashes = false;
        for (var i = 0; i < secret.Length;)
        {
            if (!Rune.TryGetRuneAt(secret, i, out var rune))
            {
                rune = Rune.ReplacementChar;
            }
            var length = One(text[at..], rune);
            // How many of the backslashes were the secret's own, and which begin the escape behind them, cannot be told.
            if (length == 0 && isBehindBackslashes && rune.Value != '\\')
            {
                length = Escape(text[at..], rune);
            }
            if (length == 0 && !(isBehindBackslashes && rune.Value == '\\'))
            {
                return 0;
            }
            isBehindBackslashes = rune.Value == '\\';
            at += length;
            i += rune.Utf16SequenceLength;
        }
        return at;
    }

    // What is escaped comes first: the sign that begins an escape may be a character of the secret itself.
    private static int One(ReadOnlySpan<char> text, Rune rune)
    {
        if (text.IsEmpty)
        {
            return 0;
        }
        var escaped = text[0] switch
        {
            '%' => Percent(text, rune),
            '&' => Entity(text, rune),
            '\\' => Backslash(text, rune),
            '+' when rune.Value == ' ' => 1,
            _ => 0,
        };
        return escaped > 0 ? escaped : Plain(text, rune);
    }

    private static int Plain(ReadOnlySpan<char> text, Rune rune)
    {
        Span<char> units = stackalloc char[2];
        var count = rune.EncodeToUtf16(units);
        return text.StartsWith(units[..count]) ? count : 0;
    }

    private static int Percent(ReadOnlySpan<char> text, Rune rune)
    {
        Span<byte> bytes = stackalloc byte[4];
        var count = rune.EncodeToUtf8(bytes);
        for (var i = 0; i < count; i++)
        {
            if (text.Length < (i + 1) * 3 || text[i * 3] != '%'
                || !byte.TryParse(text.Slice((i * 3) + 1, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value) || value != bytes[i])
            {
                return 0;
            }
        }
        return count * 3;
    }

    private static int Entity(ReadOnlySpan<char> text, Rune rune)
    {
        var end = text[..Math.Min(text.Length, LongestEntity)].IndexOf(';');
        return end > 0 && WebUtility.HtmlDecode(text[..(end + 1)].ToString()) == rune.ToString() ? end + 1 : 0;
    }

    /// <summary>Any number of backslashes, and behind them the character as it is or escaped; for a backslash all of them.</summary>
    private static int Backslash(ReadOnlySpan<char> text, Rune rune)
    {
        var slashes = text.IndexOfAnyExcept('\\');
        if (slashes < 0)
        {
            slashes = text.Length;
        }
        if (rune.Value == '\\')
        {
            return slashes;
        }
        var rest = text[slashes..];
        var length = Plain(rest, rune) is > 0 and var plain ? plain : Escape(rest, rune);
        return length > 0 ? slashes + length : 0;
    }

    /// <summary>What stands behind the backslashes of an escape: the character's letter (<c>n</c>) or its number.</summary>
    private static int Escape(ReadOnlySpan<char> text, Rune rune)
    {
        var letter = rune.Value switch { '\n' => 'n', '\r' => 'r', '\t' => 't', '\b' => 'b', '\f' => 'f', _ => '\0' };
        return letter != '\0' && !text.IsEmpty && text[0] == letter ? 1 : Numbers(text, rune);
    }

    /// <summary><c>u00f6</c>; of a character beyond the first plane two, the second behind backslashes of its own.</summary>
    private static int Numbers(ReadOnlySpan<char> text, Rune rune)
    {
        Span<char> units = stackalloc char[2];
        var count = rune.EncodeToUtf16(units);
        var at = 0;
        for (var i = 0; i < count; i++)
        {
            at += i == 0 ? 0 : Math.Max(0, text[at..].IndexOfAnyExcept('\\'));
            if (text.Length < at + 5 || text[at] != 'u'
                || !ushort.TryParse(text.Slice(at + 1, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var unit) || unit != units[i])
            {
                return 0;
            }
            at += 5;
        }
        return at;
    }
}
