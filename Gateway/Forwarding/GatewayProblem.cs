using ApeTest.Targets.Faults;
using ApeTest.Targets.Http;
using ApeTest.Targets.Policy;
using Yarp.ReverseProxy.Forwarder;

namespace ApeTest.Gateway.Forwarding;

/// <summary>What the gateway answers where the target did not.</summary>
/// <param name="Status">Status.</param>
/// <param name="ErrorType">One of <see cref="TargetErrors"/>.</param>
/// <param name="Detail">What to tell a person.</param>
/// <param name="RetryAfter">When it may be tried again; null: not said.</param>
/// <param name="CutsConnection">Whether a client that is no agent of ours is answered by a cut connection: an injected abort.</param>
internal sealed record GatewayProblem(int Status, string ErrorType, string Detail, TimeSpan? RetryAfter = null, bool CutsConnection = false)
{
    /// <summary>Error type of a request whose client left. Of the log and the metrics only: nobody is there to be answered.</summary>
    public const string ClientGone = "client_gone";

    /// <summary>The request body is over the limit.</summary>
    public static GatewayProblem BodyOver(long limit) =>
        new(StatusCodes.Status413PayloadTooLarge, TargetErrors.Denied, $"the request body is over the limit of {limit} bytes (`limits.bodyBytes`)");

    /// <summary>The problem of a failed forwarding.</summary>
    public static GatewayProblem Of(ForwarderError error, Exception? exception, TargetEntry? target, long bodyBytes)
    {
        for (var inner = exception; inner is not null; inner = inner.InnerException)
        {
            switch (inner)
            {
                case TargetRefusedException { Verdict: var verdict } refused:
                    return new GatewayProblem(verdict.Status, verdict.ErrorType ?? TargetErrors.Denied, refused.Message, verdict.RetryAfter);
                case InjectedAbortException:
                    return new GatewayProblem(StatusCodes.Status502BadGateway, TargetErrors.Reset, inner.Message, CutsConnection: true);
                case BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge }:
                    return BodyOver(bodyBytes);
                // Kestrel tells so of a connection that closed, before the request counts as aborted; its reason is not public.
                case BadHttpRequestException bad when bad.Message.StartsWith("Unexpected end of request content", StringComparison.Ordinal):
                    return new GatewayProblem(bad.StatusCode, ClientGone, bad.Message);
                case BadHttpRequestException bad:
                    return new GatewayProblem(bad.StatusCode, TargetErrors.BadRequest, bad.Message);
            }
        }
        if (error == ForwarderError.RequestBodyClient)
        {
            return new GatewayProblem(StatusCodes.Status400BadRequest, TargetErrors.BadRequest, "the request body is malformed, or ended early");
        }
        var where = target is null ? "the target" : $"target '{target.Name}' at {target.Url.Authority}";
        if (error is ForwarderError.RequestTimedOut or ForwarderError.UpgradeActivityTimeout)
        {
            return new GatewayProblem(StatusCodes.Status504GatewayTimeout, TargetErrors.Timeout, $"{where} did not answer within {target?.Timeout.TotalSeconds:0.###} s");
        }
        if (error == ForwarderError.ResponseHeaders)
        {
            return new GatewayProblem(StatusCodes.Status502BadGateway, TargetErrors.Protocol, $"{where}: its answer's headers cannot be passed on: {exception?.Message}");
        }
        var failure = (exception is null ? null : TargetFailure.Classify(exception)) ?? new TargetFailure(TargetErrors.Gateway, $"forwarding failed ({error})");
        var status = failure.ErrorType == TargetErrors.Timeout ? StatusCodes.Status504GatewayTimeout : StatusCodes.Status502BadGateway;
        return new GatewayProblem(status, failure.ErrorType, $"{where}: {failure.Message}");
    }
}
