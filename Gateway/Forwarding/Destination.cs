using ApeTest.Targets.Http;
using ApeTest.Targets.Policy;
using Microsoft.AspNetCore.Http.Features;

namespace ApeTest.Gateway.Forwarding;

/// <summary>Where a request of the gateway goes.</summary>
internal static class Destination
{
    /// <summary>For a request that goes nowhere: the policy refuses it by its target's name.</summary>
    public static readonly Uri Nowhere = new("http://target.invalid/");

    /// <summary>
    /// The URL on the target: <c>X-Ape-Origin</c> plus the path where that header is given, the target's URL plus the path otherwise. Null
    /// where the path is not valid or climbs out of the target's base path.
    /// </summary>
    public static Uri? Of(HttpContext context, string name, TargetEntry? target)
    {
        if (target is null)
        {
            return Nowhere;
        }
        var rest = Rest(context, name);
        if (rest is null)
        {
            return null;
        }
        if (context.Request.Headers[ApeHeaders.Origin].FirstOrDefault() is { Length: > 0 } origin)
        {
            return Uri.TryCreate(origin, UriKind.Absolute, out var foreign) && foreign.Scheme is "http" or "https" && foreign.PathAndQuery == "/" && foreign.UserInfo.Length == 0
                && Uri.TryCreate(foreign.GetLeftPart(UriPartial.Authority) + rest, UriKind.Absolute, out var onOrigin) ? onOrigin : null;
        }
        var below = target.Url.AbsoluteUri.TrimEnd('/');
        if (!Uri.TryCreate(below + rest, UriKind.Absolute, out var url))
        {
            return null;
        }
        var basePath = target.Url.AbsolutePath.TrimEnd('/');
        return url.AbsolutePath == basePath || url.AbsolutePath.StartsWith(basePath + "/", StringComparison.Ordinal) ? url : null;
    }

    /// <summary>Path and query behind <c>/{target}</c> as they came, so that escapes in them stay what they are.</summary>
    private static string? Rest(HttpContext context, string name)
    {
        var raw = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        var end = raw.IndexOfAny(['/', '?'], 1);
        if (!raw.StartsWith('/') || !string.Equals(Uri.UnescapeDataString(end < 0 ? raw[1..] : raw[1..end]), name, StringComparison.OrdinalIgnoreCase))
        {
            // Absolute form, or a path that was normalised: what was routed is what counts.
            return "/" + ((string?)context.Request.RouteValues["path"] is { } path ? Uri.EscapeDataString(path).Replace("%2F", "/", StringComparison.Ordinal) : "") + context.Request.QueryString;
        }
        var rest = end < 0 ? "/" : raw[end] == '?' ? "/" + raw[end..] : raw[end..];
        return rest.AsSpan().ContainsAnyInRange('\0', ' ') || rest.Contains('\\', StringComparison.Ordinal) ? null : rest;
    }
}
