namespace ApeTest.Targets.Sessions.Csrf;

/// <summary>
/// The values against forgery that a session holds: the last one that a response gave, and those in cookies that a page's script may read
/// (double submit). What carries them takes the value from here, so that it is the present one.
/// </summary>
internal static class CsrfState
{
    /// <summary>The session's values for a URL, the one given by a response first: a cookie beside it may be its secret half (csurf's <c>_csrf</c>).</summary>
    public static IEnumerable<CsrfToken> For(SessionState state, Uri url)
    {
        var origin = CsrfToken.OriginOf(url);
        if (state.Csrf is { } given && given.Origin == origin)
        {
            yield return given;
        }
        foreach (var cookie in state.Cookies.Matching(url))
        {
            var name = CsrfNames.OfCookie(cookie.Name);
            if (!cookie.IsHttpOnly && CsrfNames.IsValue(name) && cookie.Value.Length > 0)
            {
                // As Angular's and axios' scripts do: Laravel's value is percent-encoded in the cookie and not in the header.
                yield return new CsrfToken(Uri.UnescapeDataString(cookie.Value), CsrfNames.HeaderOf(name), $"cookie {cookie.Name}", origin);
            }
        }
    }
}
