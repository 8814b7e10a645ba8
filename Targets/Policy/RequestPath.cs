using System.Buffers;

namespace ApeTest.Targets.Policy;

/// <summary>
/// A path as the most lenient server reads it: decoded (twice, where a proxy stands before it), <c>\</c> as <c>/</c>, without path
/// parameters (<c>;x=1</c>), empty segments, dots, blanks and control characters at a segment's end, and the last slash. Rules compare with this form, so that another
/// spelling of a denied path is denied too.
/// </summary>
internal static class RequestPath
{
    /// <summary>Rounds of decoding; what is still encoded then no server reads otherwise.</summary>
    private const int MaxRounds = 3;

    private static readonly SearchValues<char> Suspicious = SearchValues.Create("%;\\ ");

    /// <summary>
    /// The form; false where it would climb (<c>..%2f</c>, <c>..;/</c>, <c>%252e%252e</c>): a URL's own dot segments were resolved when it
    /// was parsed, so these are there to deceive.
    /// </summary>
    public static bool TryRead(string path, out string canonical)
    {
        canonical = path;
        if (IsPlain(path))
        {
            return true;
        }
        var segments = new List<string>();
        foreach (var part in Decode(path).Replace('\\', '/').Split('/'))
        {
            var segment = part.AsSpan();
            var end = segment.IndexOfAny(';', '\0');
            segment = end < 0 ? segment : segment[..end];
            var start = 0;
            while (start < segment.Length && IsBlank(segment[start]))
            {
                start++;
            }
            var length = segment.Length;
            while (length > 0 && IsBlank(segment[length - 1]))
            {
                length--;
            }
            if (start < length && (segment[start..length] is "." or ".."))
            {
                return false;
            }
            while (length > 0 && (segment[length - 1] == '.' || IsBlank(segment[length - 1])))
            {
                length--;
            }
            segment = segment[..length];
            if (!segment.IsEmpty)
            {
                segments.Add(segment.ToString());
            }
        }
        canonical = "/" + string.Join('/', segments);
        return true;
    }

    private static bool IsBlank(char character) => char.IsWhiteSpace(character) || char.IsControl(character);

    /// <summary>Whether it is its own form. Most paths are: they cost no allocation.</summary>
    internal static bool IsPlain(ReadOnlySpan<char> path) => path.Length <= 1
        || (path[^1] is not ('/' or '.')
            && !path.ContainsAny(Suspicious)
            && !path.Contains("//", StringComparison.Ordinal)
            && !path.Contains("./", StringComparison.Ordinal));

    private static string Decode(string path)
    {
        for (var round = 0; round < MaxRounds && path.Contains('%', StringComparison.Ordinal); round++)
        {
            // Overlong UTF-8 of '.', '/' and '\' (RFC 3629, section 10) is no text to us, but was to servers once.
            var decoded = Uri.UnescapeDataString(path
                .Replace("%c0%ae", ".", StringComparison.OrdinalIgnoreCase)
                .Replace("%c0%af", "/", StringComparison.OrdinalIgnoreCase)
                .Replace("%c1%9c", "\\", StringComparison.OrdinalIgnoreCase));
            if (decoded == path)
            {
                break;
            }
            path = decoded;
        }
        return path;
    }
}
