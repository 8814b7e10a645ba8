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
    internal static TargetFailure WasReset { get; } = new(TargetErrors.Reset, "the connection was reset");

    internal static TargetFailure EndedEarly { get; } = new(TargetErrors.Reset, "the connection ended before the response did");

    internal static TargetFailure NeverBegan { get; } = new(TargetErrors.Reset, new HiddenRetryException().Message);

    internal static TargetFailure WasStale { get; } = new(TargetErrors.Reset, "the server had closed the kept connection, or closed it unanswered; the request was not sent again");

    internal static TargetFailure Unresolved { get; } = new(TargetErrors.Dns, "the host name does not resolve");

    internal static TargetFailure SlowConnect { get; } = new(TargetErrors.Connect, "the connection was not made in time");

    internal static TargetFailure Corrupt { get; } = new(TargetErrors.Protocol, "the compressed body is malformed");

    internal static TargetFailure NoConnection(string why) => new(TargetErrors.Connect, $"no connection: {why}");

    internal static TargetFailure NoHttp(string why) => new(TargetErrors.Protocol, $"the answer is not HTTP: {why}");

    internal static TargetFailure Late(TimeSpan limit) => Late(limit, TimeSpan.Zero);

    internal static TargetFailure Late(TimeSpan limit, TimeSpan queued) => new(TargetErrors.Timeout, queued == TimeSpan.Zero
        ? $"no complete answer within {limit.TotalSeconds:0.###} s"
        : $"no complete answer within {limit.TotalSeconds:0.###} s, of which it waited {queued.TotalSeconds:0.###} s for a connection of the shared pool (`target.maxConnections`)");

    internal static TargetFailure NeverServed(TimeSpan limit) =>
        new(TargetErrors.Timeout, $"no connection of the shared pool was free within {limit.TotalSeconds:0.###} s, and nothing was sent: raise `target.maxConnections`");

    internal static TargetFailure TooMuch(long most) =>
        new(TargetErrors.Memory, $"the bodies that arrive at once take more than the {most >> 20} MiB that a loop of the generator keeps: fewer agents, or fewer steps that read large bodies");

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
                    return Unresolved;
                case SocketException { SocketErrorCode: SocketError.ConnectionReset or SocketError.ConnectionAborted or SocketError.Shutdown }:
                    return WasReset;
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
            InvalidDataException => Corrupt,
            IOException => new TargetFailure(TargetErrors.Reset, "the connection ended early"),
            _ => null,
        };
    }

    private static TargetFailure FromError(HttpRequestError error, Exception exception) => error switch
    {
        HttpRequestError.NameResolutionError => Unresolved,
        HttpRequestError.ConnectionError => IsTimeout(exception)
            ? SlowConnect
            : NoConnection(exception.Message),
        HttpRequestError.SecureConnectionError => new TargetFailure(TargetErrors.Tls, $"TLS failed: {exception.Message}"),
        HttpRequestError.ResponseEnded => EndedEarly,
        HttpRequestError.InvalidResponse or HttpRequestError.HttpProtocolError or HttpRequestError.VersionNegotiationError
            or HttpRequestError.ConfigurationLimitExceeded or HttpRequestError.ExtendedConnectNotSupported
            => NoHttp(exception.Message),
        _ => exception.InnerException is InvalidDataException
            ? Corrupt
            : WasReset,
    };

    private static bool IsTimeout(Exception exception) => exception.InnerException is OperationCanceledException or TimeoutException;
}
