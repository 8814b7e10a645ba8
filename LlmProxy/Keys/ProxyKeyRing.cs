using System.Buffers;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using ApeTest.LlmProxy.Options;

namespace ApeTest.LlmProxy.Keys;

/// <summary>The keys that clients may present, held as SHA-256 only. With none configured every caller shares one unlimited entry.</summary>
internal sealed class ProxyKeyRing
{
    private const string Scheme = "Bearer ";

    private readonly Dictionary<(UInt128 High, UInt128 Low), ProxyKey> _keys = [];
    private readonly ProxyKey _open = new("open");

    /// <summary>
    /// Takes the keys over: a key given as text is replaced in <paramref name="options"/> by its hash, so that the process holds no copy. Throws
    /// <see cref="LlmProxyConfigException"/> where two entries have the same key.
    /// </summary>
    public ProxyKeyRing(LlmProxyOptions options)
    {
        for (var i = 0; i < options.Keys.Count; i++)
        {
            var key = options.Keys[i];
            key.KeySha256 = string.IsNullOrWhiteSpace(key.KeySha256) ? Hash(key.Key) : key.KeySha256;
            key.Key = null;
            var digest = Digest(Convert.FromHexString(key.KeySha256));
            if (!_keys.TryAdd(digest, new ProxyKey(key.Name)))
            {
                throw new LlmProxyConfigException([$"keys[{i}].key: \"{key.Name}\" has the same key as \"{_keys[digest].Name}\"; give each its own"]);
            }
        }
    }

    /// <summary>The entry of a request, or null when a key is required and the request has none that is known.</summary>
    public ProxyKey? Find(HttpRequest request)
    {
        if (_keys.Count == 0)
        {
            return _open;
        }

        var header = request.Headers.Authorization;
        if (header.Count != 1 || header[0] is not { } value || !value.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }

        // Looking up a hash leaks no timing about the key itself.
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        Hash(value.AsSpan(Scheme.Length).Trim(), digest);
        return _keys.GetValueOrDefault(Digest(digest));
    }

    /// <summary>SHA-256 of a key as hexadecimal digits.</summary>
    internal static string Hash(ReadOnlySpan<char> key)
    {
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        Hash(key, digest);
        return Convert.ToHexString(digest);
    }

    private static void Hash(ReadOnlySpan<char> key, Span<byte> digest)
    {
        byte[]? rented = null;
        var most = Encoding.UTF8.GetMaxByteCount(key.Length);
        var bytes = most <= 512 ? stackalloc byte[512] : rented = ArrayPool<byte>.Shared.Rent(most);
        SHA256.HashData(bytes[..Encoding.UTF8.GetBytes(key, bytes)], digest);
        if (rented is not null)
        {
            ArrayPool<byte>.Shared.Return(rented, clearArray: true);
        }
    }

    private static (UInt128 High, UInt128 Low) Digest(ReadOnlySpan<byte> digest) =>
        (MemoryMarshal.Read<UInt128>(digest), MemoryMarshal.Read<UInt128>(digest[16..]));
}
