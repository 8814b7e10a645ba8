using System.Security.Cryptography;
using ApeTest.Shop.Storage;
using Microsoft.AspNetCore.Http;

namespace ApeTest.Shop.Accounts;

/// <summary>Who is logged in.</summary>
internal sealed class SessionStore(ShopOptions options)
{
    public const string CookieName = "shop_session";

    private const string Bearer = "Bearer ";

    private readonly BoundedStore<string, ShopSession> _sessions = new(options.MaxSessions, StringComparer.Ordinal);

    public ShopSession Open(User user, DateTimeOffset now)
    {
        Span<byte> random = stackalloc byte[16];
        RandomNumberGenerator.Fill(random);
        var session = new ShopSession(Convert.ToHexStringLower(random), user, now + options.TokenLifetime);
        _sessions.TryAdd(session.Token, session);
        return session;
    }

    public void Close(ShopSession session)
    {
        _sessions.Remove(session.Token);
    }

    /// <summary>The session of the request's bearer token or, without one, of its cookie. Null: not logged in, or no longer.</summary>
    public ShopSession? Of(HttpRequest request, DateTimeOffset now)
    {
        if (Token(request) is not { } token || _sessions.Find(token) is not { } session)
        {
            return null;
        }

        if (session.Expires > now)
        {
            return session;
        }

        Close(session);
        return null;
    }

    private static string? Token(HttpRequest request)
    {
        var authorization = request.Headers.Authorization;
        if (authorization.Count > 0)
        {
            var value = authorization.ToString();
            return value.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase) ? value[Bearer.Length..] : null;
        }

        return request.Headers.Cookie.Count > 0 ? request.Cookies[CookieName] : null;
    }
}
