using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using ApeTest.LlmProxy.Errors;
using ApeTest.LlmProxy.Providers;

namespace ApeTest.LlmProxy.Cassettes;

/// <summary>A request as cassettes compare it: members in order of name, placeholders for what changes from run to run, keys masked, limits of tokens left out (<see cref="CanonicalJson"/>).</summary>
/// <param name="Key">SHA-256 over provider, kind and <paramref name="Json"/>.</param>
/// <param name="Json">The canonical JSON.</param>
/// <param name="Values">What the placeholders stand for in this request. Never written.</param>
internal sealed record CanonicalRequest(string Key, byte[] Json, IReadOnlyList<VolatileValue> Values)
{
    /// <summary>Of a live request, whose body is a JSON object (ChatRequest has parsed it). Null: a text in it is half a surrogate pair, which no cassette can hold.</summary>
    public static CanonicalRequest? Create(string provider, ProviderRequest request, Redactor redactor)
    {
        try
        {
            var values = new VolatileValues();
            using var document = JsonDocument.Parse(request.Body);
            var json = CanonicalJson.Write(document.RootElement, values, redactor);
            return new CanonicalRequest(KeyOf(provider, request.Kind, json), json, values.Values);
        }
        catch (Exception error) when (error is InvalidOperationException or JsonException)
        {
            return null;
        }
    }

    /// <summary>The key of a recorded request: computed again at each start, so that a cassette may be edited by hand.</summary>
    public static string KeyOf(string provider, RequestKind kind, byte[] json)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes($"{provider}\n{kind}\n"));
        hash.AppendData(json);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
