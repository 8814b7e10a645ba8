using System.Globalization;
using ApeTest.Targets.Http;

namespace ApeTest.Targets.Oracles;

/// <summary>
/// Answers that send elsewhere. Where they lead is often a page to log in, which answers 200 to everybody: it is no evidence of what was asked
/// for, except where the same path is meant, with or without a slash at its end.
/// </summary>
internal static class Redirection
{
    /// <summary>Whether the status is 3xx.</summary>
    public static bool Is(in TargetExchange exchange) => exchange is { ErrorType: null, Status: >= 300 and < 400 };

    /// <summary>The same path of the same origin, with or without a slash at its end; null where an answer leads elsewhere or nowhere.</summary>
    public static Uri? SlashOf(in TargetExchange exchange) =>
        exchange is { ErrorType: null, Status: 301 or 302 or 307 or 308, Url: { } url } && Target(in exchange) is { } next
            && next.Scheme == url.Scheme && next.Authority == url.Authority && next.Query == url.Query
            && next.AbsolutePath != url.AbsolutePath && next.AbsolutePath.TrimEnd('/') == url.AbsolutePath.TrimEnd('/')
            ? next
            : null;

    /// <summary>An answer as evidence shows it: <c>302 to /login</c>.</summary>
    public static string Told(in TargetExchange exchange, Func<string, string> show)
    {
        var status = exchange.ErrorType ?? exchange.Status.ToString(CultureInfo.InvariantCulture);
        return Is(in exchange) && Target(in exchange) is { } next ? $"{status} to {show(Place(next, exchange.Url))}" : status;
    }

    /// <summary>A URL without its origin, where that is the one that was asked.</summary>
    public static string Place(Uri url, Uri? asked) => url.Authority == asked?.Authority ? url.PathAndQuery : url.AbsoluteUri;

    private static Uri? Target(in TargetExchange exchange) =>
        exchange.Header("Location") is { Length: > 0 } location && exchange.Url is { } url && Uri.TryCreate(url, location, out var next) ? next : null;
}
