using System.Net;
using System.Text;
using ApeTest.Targets.Raw;

namespace ApeTest.Targets.Sessions.Cookies;

/// <summary>
/// The cookies of one session, as a browser keeps them (RFC 6265, sections 5.3 and 5.4; the name prefixes of RFC 6265bis, section 4.1.3).
/// Keyed by URLs of targets. Bounded: at most <see cref="MaxCookies"/> cookies and <see cref="MaxLength"/> characters, <see cref="MaxOfDomain"/>
/// of one domain; the least recently used give way. Not thread-safe.
/// </summary>
/// <param name="time">Clock that cookies expire by.</param>
public sealed class CookieJar(TimeProvider time)
{
    /// <summary>Most cookies of one domain.</summary>
    public const int MaxOfDomain = 50;

    /// <summary>Most cookies in all.</summary>
    public const int MaxCookies = 200;

    /// <summary>Most characters of all names and values together.</summary>
    public const int MaxLength = 64 * 1024;

    // In the order of the Cookie header: the longest path first, then the oldest. A session without cookies costs no list.
    private List<StoredCookie>? _cookies;
    private uint _uses;

    /// <summary>Number of cookies held, expired ones that nobody asked for since included.</summary>
    public int Count => _cookies?.Count ?? 0;

    /// <summary>Names of the cookies that have not expired, in no order; a name may come twice.</summary>
    public IEnumerable<string> Names
    {
        get
        {
            DropExpired();
            return (_cookies ?? []).Select(static cookie => cookie.Name);
        }
    }

    /// <summary>Names and values of what is held, in no order; a name may come twice.</summary>
    internal IEnumerable<(string Name, string Value)> Pairs => (_cookies ?? []).Select(static cookie => (cookie.Name, cookie.Value));

    /// <summary>Takes in one <c>Set-Cookie</c> header. Nothing in it makes this throw.</summary>
    /// <param name="url">URL on the target that answered with it.</param>
    /// <param name="header">Value of the header.</param>
    /// <returns>The cookie's name and value, where it was stored or removed; null where it was ignored.</returns>
    public (string Name, string Value)? Take(Uri url, string header) => Take(new CookieUrl(url), header);

    /// <summary>The same for a URL in parts.</summary>
    internal (string Name, string Value)? Take(in CookieUrl url, ReadOnlySpan<char> header)
    {
        if (!SetCookie.TryRead(header, out var read) || !HasItsPrefix(in read, in url) || !TryScope(in read, url.Host, out var domain, out var isHostOnly))
        {
            return null;
        }
        var now = time.GetUtcNow();
        var cookie = new StoredCookie(read.Name, domain, read.Path ?? url.DefaultPath, isHostOnly, read.IsSecure, read.IsHttpOnly)
        {
            Value = read.Value,
            // Max-Age wins over Expires (RFC 6265, section 5.3, step 3).
            Expires = read.MaxAge is { } age ? After(now, age) : read.Expires?.UtcTicks ?? StoredCookie.Never,
            Used = ++_uses,
        };
        var known = _cookies?.FindIndex(cookie.Replaces) ?? -1;
        if (cookie.Expires <= now.UtcTicks)
        {
            if (known >= 0)
            {
                _cookies!.RemoveAt(known);
            }
            return (cookie.Name, cookie.Value);
        }
        if (known >= 0)
        {
            // Its place, and so its creation time, stays (step 11.3).
            _cookies![known] = cookie;
        }
        else
        {
            _cookies ??= new List<StoredCookie>(2);
            var place = _cookies.FindLastIndex(other => other.Path.Length >= cookie.Path.Length) + 1;
            _cookies.Insert(place, cookie);
        }
        Evict(cookie);
        return (cookie.Name, cookie.Value);
    }

    /// <summary>Value of the <c>Cookie</c> header for a URL on the target; empty for none.</summary>
    public string Header(Uri url)
    {
        if (_cookies is not { Count: > 0 })
        {
            return "";
        }
        StoredCookie? first = null;
        StringBuilder? several = null;
        foreach (var cookie in Matching(url))
        {
            cookie.Used = ++_uses;
            if (first is null)
            {
                first = cookie;
                continue;
            }
            several ??= new StringBuilder(128).Append(first.Name).Append('=').Append(first.Value);
            several.Append("; ").Append(cookie.Name).Append('=').Append(cookie.Value);
        }
        return several?.ToString() ?? (first is null ? "" : $"{first.Name}={first.Value}");
    }

    /// <summary>Writes the value of the <c>Cookie</c> header, as <see cref="Header"/> gives it; false, and nothing, where no cookie goes there.</summary>
    /// <param name="url">Where the request goes.</param>
    /// <param name="own">The request's own pairs, <c>a=1; b=2</c>: a cookie whose name one of them has stays behind. Empty for none.</param>
    /// <param name="to">Takes the bytes.</param>
    internal bool TryWrite(in CookieUrl url, ReadOnlySpan<byte> own, ByteBuffer to)
    {
        if (_cookies is not { Count: > 0 })
        {
            return false;
        }
        DropExpired();
        var isAny = false;
        foreach (var cookie in _cookies)
        {
            if (!GoesTo(cookie, in url) || (!own.IsEmpty && HasPair(own, cookie.Name)))
            {
                continue;
            }
            cookie.Used = ++_uses;
            if (isAny)
            {
                to.Write("; "u8);
            }
            isAny = true;
            // Latin-1 as it was read: what a server sent, it gets back byte by byte.
            Write(cookie.Name, to);
            to.Write((byte)'=');
            Write(cookie.Value, to);
        }
        return isAny;
    }

    /// <summary>Removes all cookies and takes those of another jar; null for none.</summary>
    internal void Restore(CookieJar? kept)
    {
        _cookies?.Clear();
        if (kept?._cookies is { Count: > 0 } cookies)
        {
            (_cookies ??= new List<StoredCookie>(cookies.Count)).AddRange(cookies);
            _uses = Math.Max(_uses, kept._uses);
        }
    }

    /// <summary>The cookie of that name that was set or sent last; null for none.</summary>
    internal string? Value(string name)
    {
        StoredCookie? found = null;
        foreach (var cookie in _cookies ?? [])
        {
            if (cookie.Name == name && (found is null || cookie.Used > found.Used))
            {
                found = cookie;
            }
        }
        return found?.Value;
    }

    /// <summary>The cookies that go to a URL, in the header's order.</summary>
    internal IEnumerable<StoredCookie> Matching(Uri url)
    {
        if (_cookies is not { Count: > 0 })
        {
            return [];
        }
        DropExpired();
        return _cookies.Where(cookie => GoesTo(cookie, new CookieUrl(url)));
    }

    private static bool GoesTo(StoredCookie cookie, in CookieUrl url) => (url.IsSecure || !cookie.IsSecure)
        && (cookie.IsHostOnly ? cookie.Domain == url.Host : DomainMatches(url.Host, cookie.Domain))
        && PathMatches(url.Path, cookie.Path);

    private static void Write(string text, ByteBuffer to) => to.Advance(Encoding.Latin1.GetBytes(text, to.GetSpan(text.Length)));

    private static bool HasPair(ReadOnlySpan<byte> pairs, string name)
    {
        foreach (var range in pairs.Split((byte)';'))
        {
            var pair = pairs[range].Trim((byte)' ');
            var equals = pair.IndexOf((byte)'=');
            if (Ascii.Equals(equals < 0 ? pair : pair[..equals], name))
            {
                return true;
            }
        }
        return false;
    }

    /// <summary>RFC 6265, section 5.1.3. A suffix of an address is no domain.</summary>
    private static bool DomainMatches(string host, string domain) => host == domain
        || (host.Length > domain.Length && host[host.Length - domain.Length - 1] == '.' && host.EndsWith(domain, StringComparison.Ordinal) && !IPAddress.TryParse(host, out _));

    /// <summary>RFC 6265, section 5.1.4.</summary>
    private static bool PathMatches(ReadOnlySpan<char> path, string cookiePath) => path.StartsWith(cookiePath, StringComparison.Ordinal)
        && (path.Length == cookiePath.Length || cookiePath[^1] == '/' || path[cookiePath.Length] == '/');

    /// <summary>The domain that the cookie is for; false where the host may not set cookies for it.</summary>
    private static bool TryScope(in SetCookie cookie, string host, out string domain, out bool isHostOnly)
    {
        (domain, isHostOnly) = (host, true);
        if (cookie.Domain is not { } wanted)
        {
            return true;
        }
        if (!DomainMatches(host, wanted))
        {
            return false;
        }
        // There is no list of public suffixes here, but a name without a dot is one (step 5): only the host itself may have it, for itself.
        isHostOnly = !wanted.Contains('.');
        domain = wanted;
        return !isHostOnly || wanted == host;
    }

    /// <summary><c>__Secure-</c> and <c>__Host-</c> promise how a cookie was set; one that breaks the promise is none (RFC 6265bis, section 5.7).</summary>
    private static bool HasItsPrefix(in SetCookie cookie, in CookieUrl url)
    {
        var isSecure = cookie.IsSecure && url.IsSecure;
        return cookie.Name.StartsWith("__Secure-", StringComparison.OrdinalIgnoreCase) ? isSecure
            : !cookie.Name.StartsWith("__Host-", StringComparison.OrdinalIgnoreCase) || (isSecure && cookie.Domain is null && cookie.Path == "/");
    }

    private static long After(DateTimeOffset now, long seconds) => seconds <= 0 ? 0
        : seconds >= (StoredCookie.Never - now.UtcTicks) / TimeSpan.TicksPerSecond ? StoredCookie.Never
        : now.UtcTicks + (seconds * TimeSpan.TicksPerSecond);

    private void DropExpired()
    {
        var now = time.GetUtcNow().UtcTicks;
        for (var i = (_cookies?.Count ?? 0) - 1; i >= 0; i--)
        {
            if (_cookies![i].Expires <= now)
            {
                _cookies.RemoveAt(i);
            }
        }
    }

    private void Evict(StoredCookie added)
    {
        if (_cookies!.Count <= MaxOfDomain && Length() <= MaxLength)
        {
            return;
        }
        DropExpired();
        while (_cookies.Count(cookie => cookie.Domain == added.Domain) > MaxOfDomain)
        {
            DropLeastUsed(added.Domain);
        }
        while (_cookies.Count > MaxCookies || Length() > MaxLength)
        {
            DropLeastUsed(domain: null);
        }
    }

    private void DropLeastUsed(string? domain) =>
        _cookies!.Remove(_cookies.Where(cookie => domain is null || cookie.Domain == domain).MinBy(static cookie => cookie.Used)!);

    private int Length()
    {
        var length = 0;
        foreach (var cookie in _cookies!)
        {
            length += cookie.Name.Length + cookie.Value.Length;
        }
        return length;
    }
}
