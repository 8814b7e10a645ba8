using System.Security.Cryptography;
using System.Text;
using ApeTest.LlmProxy.Options;

namespace ApeTest.LlmProxy.Keys;

/// <summary>The keys that clients may present, held as SHA-256. With none configured every caller shares one unlimited entry.</summary>
internal sealed class ProxyKeyRing
{
    private readonly Dictionary<string, ProxyKey> _keys = new(StringComparer.Ordinal);
    private readonly ProxyKey _open = new("open", new KeyBudget(null, null));

    public ProxyKeyRing(LlmProxyOptions options)
    {
        foreach (var key in options.Keys)
        {
            _keys[key.KeySha256?.ToUpperInvariant() ?? Hash(key.Key)] = new ProxyKey(key.Name, new KeyBudget(key.MaxTokens, key.MaxCostUsd));
        }
    }

    /// <summary>The entry of a request, or null when a key is required and the request has none that is known.</summary>
    public ProxyKey? Find(HttpRequest request)
    {
        if (_keys.Count == 0)
        {
            return _open;
        }

        var header = request.Headers.Authorization.ToString();
        return header.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase)
            && _keys.TryGetValue(Hash(header.AsSpan(7).Trim()), out var key) ? key : null;
    }

    // Looking up a hash leaks no timing about the key itself.
    private static string Hash(ReadOnlySpan<char> key)
    {
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(key.ToArray()), digest);
        return Convert.ToHexString(digest);
    }
}

/// <summary>One client of the proxy.</summary>
internal sealed record ProxyKey(string Name, KeyBudget Budget);
