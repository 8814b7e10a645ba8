using System.Security.Cryptography;
using System.Text;
using ApeTest.ServiceDefaults.Guard;

namespace ApeTest.Gateway;

/// <summary>
/// The credential of the <c>/admin</c> endpoints, which are guarded even on loopback: the service token where one is configured, otherwise a random one
/// that lives as long as the process. In the container as a singleton.
/// </summary>
public sealed class AdminToken
{
    private readonly byte[] _hash;

    internal AdminToken(ServiceToken service)
    {
        IsGenerated = service.Value is null;
        Value = service.Value ?? RandomNumberGenerator.GetHexString(32, lowercase: true);
        _hash = SHA256.HashData(Encoding.UTF8.GetBytes(Value));
    }

    /// <summary>The token to send in <c>X-Ape-Token</c>. Never log it.</summary>
    public string Value { get; }

    /// <summary>Whether it was made here because no service token is configured: somebody has to be told.</summary>
    public bool IsGenerated { get; }

    /// <summary>Whether the request shows it, in <c>X-Ape-Token</c> or as <c>Authorization: Bearer</c>.</summary>
    public bool Matches(HttpContext context) =>
        Matches(context.Request.Headers[ServiceToken.HeaderName]) || Matches(BearerToken.Of(context.Request));

    /// <summary>Compares in constant time. False for null.</summary>
    public bool Matches(string? candidate)
    {
        // Hashes have one length, so that the comparison's time tells nothing about the token's.
        return candidate is not null && CryptographicOperations.FixedTimeEquals(_hash, SHA256.HashData(Encoding.UTF8.GetBytes(candidate)));
    }
}
