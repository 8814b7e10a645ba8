namespace ApeTest.Targets.Auth;

/// <summary>One cookie among a request's own (RFC 6265, section 4.2).</summary>
internal static class LoginCookie
{
    /// <summary>Value of the request's <c>Cookie</c>; null for none.</summary>
    public static string? Of(HttpRequestMessage message) =>
        message.Headers.NonValidated.TryGetValues("Cookie", out var values) ? string.Join("; ", values) : null;

    /// <summary>Whether there is a cookie of that name.</summary>
    public static bool Has(string? cookies, string name)
    {
        foreach (var range in cookies.AsSpan().Split(';'))
        {
            if (IsNamed(cookies.AsSpan()[range], name))
            {
                return true;
            }
        }
        return false;
    }

    /// <summary>The other cookies as they are, then this one.</summary>
    public static string Merge(string? cookies, string name, string value)
    {
        var own = $"{name}={value}";
        if (string.IsNullOrWhiteSpace(cookies))
        {
            return own;
        }
        var others = cookies.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Where(pair => !IsNamed(pair, name));
        return string.Join("; ", others.Append(own));
    }

    private static bool IsNamed(ReadOnlySpan<char> pair, string name)
    {
        pair = pair.Trim();
        var equals = pair.IndexOf('=');
        return equals >= 0 && pair[..equals].TrimEnd().SequenceEqual(name);
    }
}
