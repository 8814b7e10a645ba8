using Microsoft.AspNetCore.Http;

namespace ApeTest.ServiceDefaults.Guard;

/// <summary>
/// Endpoint metadata: this endpoint takes the service token as <c>Authorization: Bearer</c> too, because its clients know no other way
/// (a Prometheus server, a Model Context Protocol client). Elsewhere <c>Authorization</c> is the session's own and never taken for the token.
/// </summary>
public sealed class BearerToken
{
    /// <summary>The one value: <c>endpoint.WithMetadata(BearerToken.Instance)</c>.</summary>
    public static readonly BearerToken Instance = new();

    /// <summary>What a request shows as <c>Authorization: Bearer</c>; null for nothing, or another scheme.</summary>
    public static string? Of(HttpRequest request)
    {
        const string scheme = "Bearer ";
        var value = request.Headers.Authorization.ToString();
        return value.StartsWith(scheme, StringComparison.OrdinalIgnoreCase) ? value[scheme.Length..].Trim() : null;
    }

    private BearerToken()
    {
    }
}
