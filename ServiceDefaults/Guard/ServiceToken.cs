using System.Security.Cryptography;
using System.Text;
using ApeTest.ServiceDefaults.Hosting;

namespace ApeTest.ServiceDefaults.Guard;

/// <summary>The token by which services know each other, from <see cref="ServiceOptions.Token"/> or the file named by <c>APETEST_TOKEN_FILE</c>. In the container as a singleton.</summary>
public sealed class ServiceToken
{
    /// <summary>The header that carries it.</summary>
    public const string HeaderName = "X-Ape-Token";

    private readonly byte[]? _hash;

    internal ServiceToken(string? value)
    {
        Value = value;
        _hash = value is null ? null : SHA256.HashData(Encoding.UTF8.GetBytes(value));
    }

    /// <summary>The token to send to other services; null if none is configured. Never log it.</summary>
    public string? Value { get; }

    /// <summary>Whether a token is configured, hence asked for.</summary>
    public bool Required => _hash is not null;

    /// <summary>Compares in constant time. False if no token is configured.</summary>
    public bool Matches(string? candidate)
    {
        // Hashes have one length, so that the comparison's time tells nothing about the token's.
        return _hash is not null && candidate is not null
            && CryptographicOperations.FixedTimeEquals(_hash, SHA256.HashData(Encoding.UTF8.GetBytes(candidate)));
    }

    internal static ServiceToken Load(ServiceOptions options, string? tokenFile)
    {
        if (options.Token is { } token)
        {
            return new ServiceToken(Checked(token, "ServiceOptions.Token"));
        }

        if (string.IsNullOrEmpty(tokenFile))
        {
            return new ServiceToken(null);
        }

        try
        {
            return new ServiceToken(Checked(File.ReadAllText(tokenFile).Trim(), $"the file '{tokenFile}' ({EnvironmentNames.TokenFile})"));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ServiceStartException(
                $"The token file '{tokenFile}' cannot be read: {e.Message} Create it, or unset {EnvironmentNames.TokenFile} to run on loopback without a token.");
        }
    }

    private static string Checked(string token, string where)
    {
        return token.Length >= 16
            ? token
            : throw new ServiceStartException(
                $"The service token from {where} has {token.Length} characters; at least 16 are needed. Create one with: openssl rand -hex 32");
    }
}
