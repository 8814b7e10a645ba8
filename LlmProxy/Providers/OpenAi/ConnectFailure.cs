using ApeTest.LlmProxy.Errors;

namespace ApeTest.LlmProxy.Providers.OpenAi;

/// <summary>Names a transport failure: what, where, what to do.</summary>
internal static class ConnectFailure
{
    public static ProviderException From(HttpRequestException error, string name, string where)
    {
        var (type, what) = error.HttpRequestError switch
        {
            HttpRequestError.NameResolutionError => (ErrorTypes.Dns, "its host name does not resolve"),
            HttpRequestError.SecureConnectionError => (ErrorTypes.Tls, "the TLS handshake failed"),
            HttpRequestError.ConnectionError or HttpRequestError.ProxyTunnelError => (ErrorTypes.Connect, "the connection was refused; is it running?"),
            HttpRequestError.ResponseEnded => (ErrorTypes.Reset, "the connection was closed before an answer"),
            HttpRequestError.InvalidResponse or HttpRequestError.HttpProtocolError => (ErrorTypes.Protocol, "its answer is not valid HTTP"),
            HttpRequestError.ConfigurationLimitExceeded => (ErrorTypes.Protocol, "its response headers are too large"),
            _ => (ErrorTypes.Reset, Describe(error)),
        };
        return new ProviderException(type, $"{name} at {where} is unreachable: {what}", error);
    }

    /// <summary>How a body broke off, in fixed words: the runtime's own quote what was received, and that may hold a key.</summary>
    public static string Describe(Exception error) => error switch
    {
        InvalidDataException => "what it sent cannot be unpacked",
        HttpIOException { HttpRequestError: HttpRequestError.ResponseEnded } or HttpRequestException { HttpRequestError: HttpRequestError.ResponseEnded } => "the connection ended",
        HttpIOException or HttpRequestException => "what it sent is not valid HTTP",
        _ => "the connection was reset",
    };
}
