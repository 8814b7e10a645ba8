using ApeTest.Targets.Http;
using ApeTest.Targets.Policy;
using Yarp.ReverseProxy.Forwarder;

namespace ApeTest.Gateway.Forwarding;

/// <summary>What the gateway answers where the target did not.</summary>
internal static class GatewayProblem
{
    /// <summary>Status, bounded error type, and what to tell a person.</summary>
    public static (int Status, string ErrorType, string Detail) Of(ForwarderError error, Exception? exception, TargetEntry? target)
    {
        for (var inner = exception; inner is not null; inner = inner.InnerException)
        {
            if (inner is TargetRefusedException refused)
            {
                return (refused.Verdict.Status, refused.Verdict.ErrorType ?? TargetErrors.Denied, refused.Message);
            }
            if (inner is BadHttpRequestException bad)
            {
                return (bad.StatusCode, TargetErrors.Denied, bad.Message);
            }
        }
        var where = target is null ? "the target" : $"target '{target.Name}' at {target.Url.Authority}";
        if (error is ForwarderError.RequestTimedOut or ForwarderError.UpgradeActivityTimeout)
        {
            return (StatusCodes.Status504GatewayTimeout, TargetErrors.Timeout, $"{where} did not answer within {target?.Timeout.TotalSeconds:0.###} s");
        }
        var failure = (exception is null ? null : TargetFailure.Classify(exception)) ?? new TargetFailure(TargetErrors.Gateway, $"forwarding failed ({error})");
        return (StatusCodes.Status502BadGateway, failure.ErrorType, $"{where}: {failure.Message}");
    }
}
