using System.Net.Sockets;
using System.Security.Authentication;
using ApeTest.Targets.Faults;
using Polly.Timeout;

namespace ApeTest.Targets.Http;

/// <summary>Classifies what a handler throws.</summary>
/// <param name="ErrorType">One of <see cref="TargetErrors"/>.</param>
/// <param name="Message">What to tell a person.</param>
public readonly record struct TargetFailure(string ErrorType, string Message)
{
    /// <summary>
    /// Classifies an exception of a handler chain; null where it is none of a network's or a policy's (a bug). Cancellation is the
    /// caller's to name and is classified as <see cref="TargetErrors.Timeout"/>.
    /// </summary>
    public static TargetFailure? Classify(Exception exception)
    {
        for (var inner = exception; inner is not null; inner = inner.InnerException)
        {
            switch (inner)
            {
                case TargetRefusedException refused:
                    return new TargetFailure(refused.Verdict.ErrorType ?? TargetErrors.Denied, refused.Message);
                case HiddenRetryException ended:
                    return new TargetFailure(TargetErrors.Reset, ended.Message);
                case InjectedAbortException injected:
                    return new TargetFailure(TargetErrors.Reset, injected.Message);
                case TimeoutRejectedException limited:
                    return new TargetFailure(TargetErrors.Timeout, $"no answer within {limited.Timeout.TotalSeconds:0.###} s");
                case SocketException { SocketErrorCode: SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain or SocketError.NoRecovery }:
                    return new TargetFailure(TargetErrors.Dns, "the host name does not resolve");
                case SocketException { SocketErrorCode: SocketError.ConnectionReset or SocketError.ConnectionAborted or SocketError.Shutdown }:
                    return new TargetFailure(TargetErrors.Reset, "the connection was reset");
                case AuthenticationException:
                    return new TargetFailure(TargetErrors.Tls, $"TLS failed: {inner.Message}");
            }
        }
        return exception switch
        {
            HttpIOException io => FromError(io.HttpRequestError, io),
            HttpRequestException request => FromError(request.HttpRequestError, request),
            OperationCanceledException or TimeoutException => new TargetFailure(TargetErrors.Timeout, "no answer in time"),
            SocketException socket => new TargetFailure(TargetErrors.Connect, socket.Message),
            InvalidDataException => new TargetFailure(TargetErrors.Protocol, "the compressed body is malformed"),
            IOException => new TargetFailure(TargetErrors.Reset, "the connection ended early"),
            _ => null,
        };
    }

    private static TargetFailure FromError(HttpRequestError error, Exception exception) => error switch
    {
        HttpRequestError.NameResolutionError => new TargetFailure(TargetErrors.Dns, "the host name does not resolve"),
        HttpRequestError.ConnectionError => IsTimeout(exception)
            ? new TargetFailure(TargetErrors.Connect, "the connection was not made in time")
            : new TargetFailure(TargetErrors.Connect, $"no connection: {exception.Message}"),
        HttpRequestError.SecureConnectionError => new TargetFailure(TargetErrors.Tls, $"TLS failed: {exception.Message}"),
        HttpRequestError.ResponseEnded => new TargetFailure(TargetErrors.Reset, "the connection ended before the response did"),
        HttpRequestError.InvalidResponse or HttpRequestError.HttpProtocolError or HttpRequestError.VersionNegotiationError
            or HttpRequestError.ConfigurationLimitExceeded or HttpRequestError.ExtendedConnectNotSupported
            => new TargetFailure(TargetErrors.Protocol, $"the answer is not HTTP: {exception.Message}"),
        _ => exception.InnerException is InvalidDataException
            ? new TargetFailure(TargetErrors.Protocol, "the compressed body is malformed")
            : new TargetFailure(TargetErrors.Reset, "the connection was reset"),
    };

    private static bool IsTimeout(Exception exception) => exception.InnerException is OperationCanceledException or TimeoutException;
}
