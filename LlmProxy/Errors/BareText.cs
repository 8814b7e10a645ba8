using System.Buffers;
using System.Globalization;

namespace ApeTest.LlmProxy.Errors;

/// <summary>
/// What is left of a text once escapes (JSON, URL, HTML, <c>\x41</c>) are undone and all but ASCII letters and digits is dropped, in lower case. However a key is
/// split or escaped, it reads the same there.
/// </summary>
internal static class BareText
{
    // An escape of an escape of an escape: an error of an error that a gateway put into one more.
    private const int MostPasses = 3;

    private const int LongestEntity = 10;

    private static readonly SearchValues<char> Escapes = SearchValues.Create("\\%&");
    private static readonly SearchValues<char> Letters = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

    /// <summary>The bare text of a short one.</summary>
    public static string Of(string text)
    {
        var bare = new char[text.Length];
        return new string(bare, 0, Read(text, bare, []));
    }

    /// <summary>Writes it and returns its length.</summary>
    /// <param name="text">The text.</param>
    /// <param name="bare">At least as long as the text.</param>
    /// <param name="places">Where each character stands in the text, as long as <paramref name="bare"/>; empty: nobody asks.</param>
    public static int Read(ReadOnlySpan<char> text, Span<char> bare, Span<(int Start, int End)> places)
    {
        text.CopyTo(bare);
        for (var i = 0; i < text.Length && places.Length > 0; i++)
        {
            places[i] = (i, i + 1);
        }

        bare = bare[..text.Length];
        for (var pass = 0; pass < MostPasses && bare.ContainsAny(Escapes); pass++)
        {
            bare = bare[..Unescape(bare, places)];
        }

        return Strip(bare, places);
    }

    private static int Unescape(Span<char> text, Span<(int Start, int End)> places)
    {
        var written = 0;
        for (var at = 0; at < text.Length;)
        {
            var (character, length) = text[at] switch
            {
                '%' => Hex(text[at..], 1, 2, 1),
                '\\' => Backslash(text[at..]),
                '&' => Entity(text[at..]),
                var other => (other, 1),
            };
            text[written] = character;
            if (places.Length > 0)
            {
                places[written] = (places[at].Start, places[at + length - 1].End);
            }

            written++;
            at += length;
        }

        return written;
    }

    private static (char Character, int Length) Backslash(ReadOnlySpan<char> text)
    {
        var slashes = text.IndexOfAnyExcept('\\');
        return slashes < 0 ? (' ', text.Length) : text[slashes] switch
        {
            'u' or 'U' => Hex(text, slashes + 1, 4, slashes),
            'x' or 'X' => Hex(text, slashes + 1, 2, slashes),
            'n' or 'r' or 't' or 'b' or 'f' => (' ', slashes + 1),
            _ => (' ', slashes),
        };
    }

    private static (char Character, int Length) Entity(ReadOnlySpan<char> text)
    {
        var end = text[..Math.Min(LongestEntity, text.Length)].IndexOf(';');
        if (end < 2)
        {
            return (' ', 1);
        }

        var name = text[1..end];
        if (name[0] != '#')
        {
            return name is "amp" ? ('&', end + 1) : name.ContainsAnyExcept(Letters) ? (' ', 1) : (' ', end + 1);
        }

        var isHex = name.Length > 1 && name[1] is 'x' or 'X'; // the pattern binds first
        return int.TryParse(name[(isHex ? 2 : 1)..], isHex ? NumberStyles.AllowHexSpecifier : NumberStyles.None, CultureInfo.InvariantCulture, out var code)
            ? (code is >= 0 and <= char.MaxValue ? (char)code : ' ', end + 1)
            : (' ', 1);
    }

    // The character whose code stands there in so many digits; where none does, what introduces it is dropped.
    private static (char Character, int Length) Hex(ReadOnlySpan<char> text, int start, int digits, int introduction) =>
        text.Length >= start + digits && ushort.TryParse(text.Slice(start, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code)
            ? ((char)code, start + digits)
            : (' ', introduction);

    private static int Strip(Span<char> text, Span<(int Start, int End)> places)
    {
        var (written, isWithin) = (0, false);
        for (var at = 0; at < text.Length; at++)
        {
            var character = text[at] is >= '\uFF01' and <= '\uFF5E' ? (char)(text[at] - 0xFEE0) : text[at]; // full-width forms of ASCII
            if (!char.IsAsciiLetterOrDigit(character))
            {
                isWithin = false;
            }
            else if (!isWithin && character == '0' && at + 3 < text.Length && text[at + 1] is 'x' or 'X' && char.IsAsciiHexDigit(text[at + 2]) && char.IsAsciiHexDigit(text[at + 3]))
            {
                at++; // 0x63, 0x73: only the digits
            }
            else
            {
                isWithin = true;
                text[written] = char.ToLowerInvariant(character);
                if (places.Length > 0)
                {
                    places[written] = places[at];
                }

                written++;
            }
        }

        return written;
    }
}
