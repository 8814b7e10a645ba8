using System.Text;
using ApeTest.Targets.Policy;
using ApeTest.Targets.Raw;
using ApeTest.Targets.Sessions.Cookies;

namespace ApeTest.Targets.Journeys.Rendering;

/// <summary>Cookies of a step: taken from its answer, written into its request.</summary>
internal static class StepCookies
{
    private const int MostOnStack = 512;

    /// <summary>Takes what the answer to the request that was sent last sets. Without <c>Set-Cookie</c> it costs nothing.</summary>
    public static void Take(RawExchange exchange, JourneyValues values)
    {
        for (var i = 0; i < exchange.Headers.Count; i++)
        {
            if (exchange.Headers.Name(i) is { Length: 10 } name && Ascii.EqualsIgnoreCase(name, "set-cookie"u8) && values.Sent is { } request)
            {
                Take(exchange.Headers.Value(i), values.Cookies, request);
            }
        }
    }

    /// <summary>Writes the <c>Cookie</c> line, where there is one.</summary>
    public static void Write(Origin origin, ReadOnlySpan<byte> own, JourneyValues values, RawRequest request)
    {
        var path = PathOf(request);
        Span<char> characters = path.Length <= MostOnStack ? stackalloc char[MostOnStack] : new char[path.Length];
        Encoding.ASCII.GetChars(path, characters);
        var start = request.Headers.Length;
        request.Headers.Write("Cookie: "u8);
        var isAny = values.Cookies.TryWrite(new CookieUrl(origin.Host, characters[..path.Length], origin.IsSecure), own, request.Headers);
        if (!own.IsEmpty)
        {
            request.Headers.Write(isAny ? "; "u8 : default);
            request.Headers.Write(own);
        }
        else if (!isAny)
        {
            request.Headers.Advance(start - request.Headers.Length);
            return;
        }
        request.Headers.Write("\r\n"u8);
    }

    /// <summary>The value of a cookie after an answer: what that sets, of several the last, whether the jar took it or not; else the session's. Null for none.</summary>
    public static string? Find(RawExchange exchange, JourneyValues values, string name)
    {
        string? value = null;
        for (var i = 0; i < exchange.Headers.Count; i++)
        {
            if (Ascii.EqualsIgnoreCase(exchange.Headers.Name(i), "set-cookie"u8)
                && SetCookie.TryRead(Encoding.Latin1.GetString(exchange.Headers.Value(i)), out var cookie) && cookie.Name == name)
            {
                value = cookie.Value;
            }
        }
        return value ?? values.Cookies.Value(name);
    }

    private static void Take(ReadOnlySpan<byte> header, CookieJar cookies, RawRequest request)
    {
        var path = PathOf(request);
        Span<char> characters = path.Length <= MostOnStack ? stackalloc char[MostOnStack] : new char[path.Length];
        Encoding.ASCII.GetChars(path, characters);
        var server = request.Route.Server;
        var url = new CookieUrl(HostRule.HostOf(server), characters[..path.Length], server.Scheme == Uri.UriSchemeHttps);
        cookies.Take(in url, Encoding.Latin1.GetString(header));
    }

    private static ReadOnlySpan<byte> PathOf(RawRequest request)
    {
        var target = request.Target.Span;
        var query = target.IndexOf((byte)'?');
        return query < 0 ? target : target[..query];
    }
}
