using System.Net.Sockets;
using System.Security.Authentication;
using ApeTest.Scenarios.Model;
using ApeTest.Targets.OpenApi;

namespace ApeTest.Cli.Readiness;

/// <summary>Nothing usable answered; the message says why in a few words.</summary>
internal sealed class ProbeException(string message, string? hint, Exception innerException) : DocumentUnreadableException(message, innerException)
{
    /// <summary>What to do about a target that fails so; null where the caller knows better.</summary>
    public string? Hint { get; } = hint;

    /// <summary>What answers may speak https where http was tried, or the reverse.</summary>
    public bool MayBeOtherScheme { get; private init; }

    /// <summary>TLS answered, with a certificate that is not trusted.</summary>
    public bool IsCertificate { get; private init; }

    /// <summary>Names a failed exchange.</summary>
    /// <param name="exception">What failed.</param>
    /// <param name="http">Version that was asked for.</param>
    public static ProbeException From(HttpRequestException exception, HttpUse http) => exception.HttpRequestError switch
    {
        HttpRequestError.VersionNegotiationError or HttpRequestError.InvalidResponse or HttpRequestError.HttpProtocolError when http is HttpUse.Http2 =>
            new("it does not speak HTTP/2", "Remove `target.http: \"2\"`, or write `1.1`.", exception),
        HttpRequestError.ProxyTunnelError => new($"the proxy refused ({exception.Message})", "Check `target.proxy`, and what it lets through.", exception),
        HttpRequestError.NameResolutionError => new("the name does not resolve", "Check the host in --target, and this machine's name resolution.", exception),
        HttpRequestError.SecureConnectionError => Tls(exception, http),
        HttpRequestError.ConnectionError when exception.InnerException is SocketException { SocketErrorCode: SocketError.ConnectionRefused } =>
            new("connection refused", "Start it, or aim elsewhere with --target URL.", exception),
        HttpRequestError.ConnectionError => new($"no connection ({(exception.InnerException ?? exception).Message})", "Start it, or aim elsewhere with --target URL.", exception),
        HttpRequestError.InvalidResponse or HttpRequestError.HttpProtocolError =>
            new("what answers there does not speak HTTP", "Check the port in --target.", exception) { MayBeOtherScheme = true },
        HttpRequestError.ConfigurationLimitExceeded => new($"the answer is larger than {OpenApiSource.MostBytes >> 20} MB", null, exception) { IsTooLarge = true },
        HttpRequestError.ResponseEnded => new("the connection ended before an answer", "Check the port in --target, and the target's own log.", exception) { MayBeOtherScheme = true },
        // A reset while the answer was awaited says no more than its cause does.
        _ => new($"the connection broke off ({exception.GetBaseException().Message})", "Check the port in --target, and the target's own log.", exception) { MayBeOtherScheme = true },
    };

    private static ProbeException Tls(HttpRequestException exception, HttpUse http)
    {
        // .NET speaks of the certificate where it judged one; anything else failed before that.
        var reason = (exception.InnerException ?? exception).Message;
        return exception.InnerException is AuthenticationException && reason.Contains("certificate", StringComparison.OrdinalIgnoreCase)
            ? new ProbeException($"its TLS certificate is not trusted ({reason})", "Trust its authority on this machine, or accept any certificate with --insecure.", exception) { IsCertificate = true }
            : new ProbeException($"TLS failed ({reason})", http is HttpUse.Http2
                // A server without the version ends the handshake (RFC 7301, section 3.2).
                ? "Does it speak HTTP/2 over https? Check `target.http`, and the scheme and port in --target."
                : "Does it speak https at all? Check the scheme and port in --target.", exception) { MayBeOtherScheme = true };
    }
}
