using System.Buffers;

namespace ApeTest.Targets.Policy;

/// <summary>What may stand in an HTTP header (RFC 9110, section 5.6.2 and 5.5): what does not, could smuggle a second header or request.</summary>
internal static class HttpText
{
    private static readonly SearchValues<char> TokenCharacters =
        SearchValues.Create("!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ");

    /// <summary>Whether it is a header name.</summary>
    public static bool IsToken(ReadOnlySpan<char> text) => !text.IsEmpty && !text.ContainsAnyExcept(TokenCharacters);

    /// <summary>Whether it is a header value: no line break, no control character but a tab, nothing beyond Latin-1.</summary>
    public static bool IsFieldValue(ReadOnlySpan<char> text)
    {
        foreach (var c in text)
        {
            if ((c < ' ' && c != '\t') || c == '\x7f' || c > '\xff')
            {
                return false;
            }
        }
        return true;
    }
}
