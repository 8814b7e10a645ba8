using System.Net;
using ApeTest.ServiceDefaults.Hosting;
using Microsoft.AspNetCore.Http;

namespace ApeTest.ServiceDefaults.Guard;

/// <summary>
/// Lets in only our own kind. On a loopback connection <c>Host</c> must be a loopback name and <c>Origin</c>, if sent, a loopback
/// origin: a web page in the user's browser (DNS rebinding, cross-site request) is not one of us; who shows the token may use another
/// <c>Host</c>. Where a token is configured it must be shown, and off loopback there always is one. Refusals are problem documents (RFC 9457).
/// </summary>
internal sealed class GuardMiddleware(RequestDelegate next, ServiceToken token)
{
    /// <summary>The last <c>Host</c> that was let in: clients of a service share one, which need not be parsed again.</summary>
    private volatile string? _known;

    public Task InvokeAsync(HttpContext context)
    {
        // No address: an in-memory server, which is nearer than loopback.
        var local = context.Connection.LocalIpAddress is not { } address || IPAddress.IsLoopback(address);
        var metadata = context.GetEndpoint()?.Metadata;
        if (local && Foreign(context.Request, metadata) is { } foreign)
        {
            return RefuseAsync(context, foreign.Status, foreign.Detail);
        }

        if (metadata?.GetMetadata<TokenExempt>() is not null)
        {
            return next(context);
        }

        if (token.Required && !HasToken(context.Request, metadata))
        {
            return RefuseAsync(context, StatusCodes.Status401Unauthorized, $"This service asks for its token in the header {ServiceToken.HeaderName}.");
        }

        // The start check refuses such a binding already; this holds for one that it could not see.
        return local || token.Required
            ? next(context)
            : RefuseAsync(context, StatusCodes.Status403Forbidden, $"Reached off loopback without a service token configured; set {EnvironmentNames.TokenFile}.");
    }

    private (int Status, string Detail)? Foreign(HttpRequest request, EndpointMetadataCollection? metadata)
    {
        var host = request.Host;
        if (!host.HasValue)
        {
            return (StatusCodes.Status400BadRequest, "The Host header is missing.");
        }

        if (host.Value != _known)
        {
            if (ServiceUrls.IsLoopbackHost(host.Host))
            {
                _known = host.Value;
            }
            else if (!token.Required || !HasToken(request, metadata))
            {
                // Whoever shows the token is no page that was led here by a name: a container that comes through a forwarder of this machine calls us by its name.
                return (StatusCodes.Status403Forbidden, "The Host header does not name this machine's loopback (localhost, 127.0.0.1, [::1]).");
            }
        }

        foreach (var origin in request.Headers.Origin)
        {
            if (!Uri.TryCreate(origin, UriKind.Absolute, out var uri) || !ServiceUrls.IsLoopbackHost(uri.Host))
            {
                return (StatusCodes.Status403Forbidden, "The Origin header names a site that is not on loopback.");
            }
        }

        return null;
    }

    private bool HasToken(HttpRequest request, EndpointMetadataCollection? metadata)
    {
        return token.Matches(request.Headers[ServiceToken.HeaderName])
            || (metadata?.GetMetadata<BearerToken>() is not null && token.Matches(BearerToken.Of(request)));
    }

    private static Task RefuseAsync(HttpContext context, int status, string detail)
    {
        return TypedResults.Problem(detail, statusCode: status).ExecuteAsync(context);
    }
}
