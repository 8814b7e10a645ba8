using System.Buffers.Text;
using System.Text;

namespace ApeTest.Runs.Logs;

/// <summary>JSON text with its escapes resolved, so that what a person types is found: <c>say \"hi\"</c> as <c>say "hi"</c>.</summary>
internal static class JsonText
{
    private const int UnicodeEscapeBytes = 6;

    /// <summary>
    /// Resolves all escapes of <paramref name="json"/> into <paramref name="text"/>, which is as long at least, and returns the length.
    /// What is no escape stays as it is.
    /// </summary>
    public static int Unescape(ReadOnlySpan<byte> json, Span<byte> text)
    {
        var written = 0;
        while (true)
        {
            var plain = json.IndexOf((byte)'\\');
            if (plain < 0 || plain == json.Length - 1)
            {
                json.CopyTo(text[written..]);
                return written + json.Length;
            }
            json[..plain].CopyTo(text[written..]);
            written += plain;
            json = json[plain..];
            json = json[One(json, text, ref written)..];
        }
    }

    /// <summary>Resolves the escape that <paramref name="json"/> begins with and returns its length.</summary>
    private static int One(ReadOnlySpan<byte> json, Span<byte> text, ref int written)
    {
        if (json[1] is not (byte)'u')
        {
            text[written++] = json[1] switch
            {
                (byte)'n' => (byte)'\n',
                (byte)'r' => (byte)'\r',
                (byte)'t' => (byte)'\t',
                (byte)'b' => (byte)'\b',
                (byte)'f' => (byte)'\f',
                var same => same,
            };
            return 2;
        }
        var length = UnicodeEscapeBytes;
        Span<char> characters = [Unit(json), Unit(json[Math.Min(UnicodeEscapeBytes, json.Length)..])];
        if (char.IsSurrogatePair(characters[0], characters[1]))
        {
            length *= 2;
        }
        else if (characters[0] == char.MinValue)
        {
            text[written++] = json[0];
            return 1;
        }
        else
        {
            characters = characters[..1];
        }
        // Half a pair becomes U+FFFD: three bytes, as any character of one \u at most.
        written += Encoding.UTF8.GetBytes(characters, text[written..]);
        return length;
    }

    /// <summary>The UTF-16 unit of a <c>\uXXXX</c> at the beginning; zero where there is none.</summary>
    private static char Unit(ReadOnlySpan<byte> json) =>
        json.Length >= UnicodeEscapeBytes && json[0] is (byte)'\\' && json[1] is (byte)'u'
        && Utf8Parser.TryParse(json[2..UnicodeEscapeBytes], out ushort unit, out var used, 'x') && used == UnicodeEscapeBytes - 2
            ? (char)unit : char.MinValue;
}
