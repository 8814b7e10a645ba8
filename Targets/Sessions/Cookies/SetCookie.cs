using ApeTest.Targets.Policy;

namespace ApeTest.Targets.Sessions.Cookies;

/// <summary>A <c>Set-Cookie</c> header as user agents read it (RFC 6265, section 5.2).</summary>
internal readonly record struct SetCookie(string Name, string Value)
{
    /// <summary>Longest name and value together, and longest attribute (RFC 6265, section 6.1, and RFC 6265bis, section 5.6).</summary>
    public const int MaxLength = 4096;

    private const int MaxAttribute = 1024;

    /// <summary>The <c>Expires</c> attribute; null for none that can be read.</summary>
    public DateTimeOffset? Expires { get; init; }

    /// <summary>The <c>Max-Age</c> attribute in seconds; null for none that can be read.</summary>
    public long? MaxAge { get; init; }

    /// <summary>The <c>Domain</c> attribute in lower case, without its leading dot; null for none.</summary>
    public string? Domain { get; init; }

    /// <summary>The <c>Path</c> attribute; null for the default path.</summary>
    public string? Path { get; init; }

    public bool IsSecure { get; init; }

    public bool IsHttpOnly { get; init; }

    /// <summary>Reads it; false where it is to be ignored: no name, too long, or a character that could not be sent back.</summary>
    public static bool TryRead(ReadOnlySpan<char> header, out SetCookie cookie)
    {
        cookie = default;
        var pair = Next(ref header);
        var equals = pair.IndexOf('=');
        if (equals < 0)
        {
            return false;
        }
        var name = Trim(pair[..equals]);
        var value = Trim(pair[(equals + 1)..]);
        if (name.IsEmpty || name.Length + value.Length > MaxLength || !HttpText.IsFieldValue(name) || !HttpText.IsFieldValue(value))
        {
            return false;
        }
        cookie = new SetCookie(name.ToString(), value.ToString());
        while (!header.IsEmpty)
        {
            var attribute = Next(ref header);
            var at = attribute.IndexOf('=');
            var text = at < 0 ? default : Trim(attribute[(at + 1)..]);
            if (text.Length <= MaxAttribute)
            {
                cookie = cookie.With(Trim(at < 0 ? attribute : attribute[..at]), text);
            }
        }
        return true;
    }

    /// <summary>Of an attribute that comes twice the last holds; one that is unknown or malformed is as if it were not there.</summary>
    private SetCookie With(ReadOnlySpan<char> name, ReadOnlySpan<char> value) =>
        Is(name, "Expires") ? CookieDate.TryParse(value, out var date) ? this with { Expires = date } : this
        : Is(name, "Max-Age") ? Seconds(value) is { } seconds ? this with { MaxAge = seconds } : this
        : Is(name, "Domain") ? value.TrimStart('.').IsEmpty ? this : this with { Domain = (value[0] == '.' ? value[1..] : value).ToString().ToLowerInvariant() }
        : Is(name, "Path") ? this with { Path = value is ['/', ..] ? value is "/" ? "/" : value.ToString() : null }
        : Is(name, "Secure") ? this with { IsSecure = true }
        : Is(name, "HttpOnly") ? this with { IsHttpOnly = true }
        : this;

    /// <summary>Digits, perhaps after a minus (section 5.2.2); more of them than a number holds are forever.</summary>
    private static long? Seconds(ReadOnlySpan<char> text)
    {
        var isNegative = text is ['-', ..];
        var digits = isNegative ? text[1..] : text;
        // A lone minus is a number by the letter of the RFC, and by none of the browsers.
        return digits.IsEmpty || digits.ContainsAnyExceptInRange('0', '9') ? null
            : isNegative ? 0
            : long.TryParse(digits, out var seconds) ? seconds : long.MaxValue;
    }

    private static bool Is(ReadOnlySpan<char> name, string known) => name.Equals(known, StringComparison.OrdinalIgnoreCase);

    private static ReadOnlySpan<char> Next(ref ReadOnlySpan<char> header)
    {
        var end = header.IndexOf(';');
        var part = end < 0 ? header : header[..end];
        header = end < 0 ? default : header[(end + 1)..];
        return part;
    }

    private static ReadOnlySpan<char> Trim(ReadOnlySpan<char> text) => text.Trim(" \t");
}
