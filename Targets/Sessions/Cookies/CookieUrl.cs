using ApeTest.Targets.Policy;

namespace ApeTest.Targets.Sessions.Cookies;

/// <summary>What of a URL decides about cookies.</summary>
/// <param name="host">Host, lower case, IPv6 without brackets (<see cref="HostRule.HostOf"/>).</param>
/// <param name="path">Path without query.</param>
/// <param name="isSecure">Whether the scheme is https.</param>
internal readonly ref struct CookieUrl(string host, ReadOnlySpan<char> path, bool isSecure)
{
    /// <summary>Of a URL.</summary>
    public CookieUrl(Uri url)
        : this(HostRule.HostOf(url), url.AbsolutePath, url.Scheme == Uri.UriSchemeHttps)
    {
    }

    public string Host { get; } = host;

    public ReadOnlySpan<char> Path { get; } = path;

    public bool IsSecure { get; } = isSecure;

    /// <summary>The path of a cookie that names none (RFC 6265, section 5.1.4).</summary>
    public string DefaultPath => Path.LastIndexOf('/') is var slash and > 0 ? Path[..slash].ToString() : "/";
}
