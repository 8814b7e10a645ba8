using System.Security.Cryptography;
using System.Text.Json;
using ApeTest.LlmProxy.Keys;
using ApeTest.LlmProxy.Options;

namespace ApeTest.LlmProxy.Hosting;

/// <summary>A fresh proxy key for the file. Shown once; nothing keeps it.</summary>
/// <param name="Key">What the client presents.</param>
/// <param name="Entry">The entry of <c>keys</c> in the file: name and SHA-256, never the key.</param>
public sealed record NewProxyKey(string Key, string Entry)
{
    /// <summary>Both as lines.</summary>
    public string Text => $"""
        key   {Key}
        file  {Entry}
        """;

    /// <summary>Draws one. Throws <see cref="LlmProxyConfigException"/> for a name that the file could not have.</summary>
    /// <param name="name">Its name in errors, logs and the budget file.</param>
    public static NewProxyKey Draw(string name)
    {
        if (string.IsNullOrWhiteSpace(name))
        {
            throw new LlmProxyConfigException(["--new-key: the name is empty, and errors and the budget file name the key by it; write for example --new-key ci, or leave the name out for \"default\""]);
        }

        var key = "ape-" + RandomNumberGenerator.GetHexString(48, lowercase: true);
        var sha256 = ProxyKeyRing.Hash(key).ToLowerInvariant();
        return new NewProxyKey(key, $$"""{ "name": "{{JsonEncodedText.Encode(name)}}", "keySha256": "{{sha256}}" }""");
    }
}
