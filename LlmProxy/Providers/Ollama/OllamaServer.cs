using ApeTest.LlmProxy.Providers.OpenAi;

namespace ApeTest.LlmProxy.Providers.Ollama;

/// <summary>Ollama's OpenAI-compatible side (/v1) at <c>OLLAMA_HOST</c>, by default 127.0.0.1:11434. Costs nothing, needs no key.</summary>
internal static class OllamaServer
{
    public const string Name = "ollama";
    private const int DefaultPort = 11434;

    public static OpenAiServer Create(string? host) => new()
    {
        Name = Name,
        BaseUrl = BaseUrl(host),
        KeyVariable = "OLLAMA_API_KEY",
        Free = true,
    };

    // OLLAMA_HOST is "host", "host:port", ":port" or a URL; servers set it to 0.0.0.0 to listen everywhere.
    private static Uri BaseUrl(string? host)
    {
        host = host?.Trim().TrimEnd('/');
        if (string.IsNullOrEmpty(host))
        {
            host = "127.0.0.1";
        }

        var hasScheme = host.Contains("://", StringComparison.Ordinal);
        var text = hasScheme ? host : "http://" + (host.StartsWith(':') ? "127.0.0.1" + host : host);
        if (!Uri.TryCreate(text, UriKind.Absolute, out var uri))
        {
            throw new Options.LlmProxyConfigException([$"OLLAMA_HOST: \"{host}\" is not a host, host:port or URL"]);
        }

        var builder = new UriBuilder(uri);
        if (builder.Host == "0.0.0.0")
        {
            builder.Host = "127.0.0.1";
        }

        if (!hasScheme && uri.IsDefaultPort)
        {
            builder.Port = DefaultPort;
        }

        builder.Path = builder.Path.TrimEnd('/') is "" ? "/v1" : builder.Path;
        return builder.Uri;
    }
}
