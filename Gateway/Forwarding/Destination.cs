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
        if (rest is null || context.Request.Headers[ApeHeaders.Origin].Count > 1)
        {
            return null;
        }
        if (context.Request.Headers[ApeHeaders.Origin] is [{ Length: > 0 } origin, ..] && (origin != target.Origin || target.BasePath.Length > 0))
        {
            return Uri.TryCreate(origin, UriKind.Absolute, out var foreign) && foreign.Scheme is "http" or "https" && foreign.PathAndQuery == "/" && foreign.UserInfo.Length == 0 && foreign.Fragment.Length == 0
                && Uri.TryCreate(foreign.GetLeftPart(UriPartial.Authority) + rest, UriKind.Absolute, out var onOrigin) ? onOrigin : null;
        }
        if (!Uri.TryCreate(target.Below + rest, UriKind.Absolute, out var url))
        {
            return null;
        }
        var (path, basePath) = (url.AbsolutePath, target.BasePath);
        return path.StartsWith(basePath, StringComparison.Ordinal) && (path.Length == basePath.Length || path[basePath.Length] == '/') ? url : null;
    }

    private static bool IsSegment(ReadOnlySpan<char> raw, string name) =>
        raw.SequenceEqual(name) || Uri.UnescapeDataString(raw).Equals(name, StringComparison.OrdinalIgnoreCase);

    /// <summary>Path and query behind <c>/{target}</c> as they came, so that escapes in them stay what they are.</summary>
    private static string? Rest(HttpContext context, string name)
    {
        var raw = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        if (raw.IndexOf("://", StringComparison.Ordinal) is > 0 and < 6 and var scheme && raw.IndexOf('/', scheme + 3) is > 0 and var path)
        {
            // Absolute form (RFC 9112, 3.2.2); the server has compared its authority with Host.
            raw = raw[path..];
        }
        var end = raw.IndexOfAny(['/', '?'], 1);
        if (!raw.StartsWith('/') || !IsSegment(end < 0 ? raw.AsSpan(1) : raw.AsSpan(1..end), name))
        {
            // A path that was normalised: what was routed is what counts.
            return "/" + ((string?)context.Request.RouteValues["path"] is { } routed ? Uri.EscapeDataString(routed).Replace("%2F", "/", StringComparison.Ordinal) : "") + context.Request.QueryString;
        }
        var rest = end < 0 ? "/" : raw[end] == '?' ? "/" + raw[end..] : raw[end..];
        return rest.AsSpan().ContainsAnyInRange('\0', ' ') || rest.Contains('\\', StringComparison.Ordinal) ? null : rest;
    }
}
