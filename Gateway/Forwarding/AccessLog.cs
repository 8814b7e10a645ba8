using System.Diagnostics;
using ApeTest.Targets.Http;

namespace ApeTest.Gateway.Forwarding;

/// <summary>The gateway's access log: one line for each request that is sampled, failed or was hit by a fault (DESIGN 5, "Sampling").</summary>
internal sealed partial class AccessLog(ILogger<AccessLog> logger)
{
    /// <summary>Writes the line of a request, if it gets one.</summary>
    /// <param name="request">The request after the policy.</param>
    /// <param name="exchange">What came of it.</param>
    /// <param name="status">Status that the client was answered.</param>
    public void Write(in TargetRequest request, in TargetExchange exchange, int status)
    {
        var sampled = (request.Trace.TraceFlags & ActivityTraceFlags.Recorded) != 0;
        if (sampled || status >= 400 || exchange.ErrorType is not null || exchange.Timing.Fault is not (null or "none"))
        {
            LogRequest(
                logger,
                request.Method.Method,
                request.Target,
                request.ShownPath ?? request.Url.AbsolutePath,
                status,
                exchange.Timing.Gateway.TotalSeconds,
                exchange.Timing.Target.TotalSeconds,
                exchange.Timing.Retries,
                exchange.Timing.Fault ?? "none",
                exchange.ErrorType ?? "none",
                request.Trace.TraceId.ToHexString(),
                request.Trace.SpanId.ToHexString());
        }
    }

#pragma warning disable SYSLIB1015 // The ids are fields of the line (trace_id, span_id), not words of its message.
    [LoggerMessage(1, LogLevel.Information, "{Method} {Target} {Path} {Status}: gateway {GatewayS:0.0000} s, target {TargetS:0.0000} s, retries {Retries}, fault {Fault}, error {ErrorType}", EventName = "gateway.request")]
    private static partial void LogRequest(
        ILogger logger, string method, string target, string path, int status, double gatewayS, double targetS, int retries, string fault, string errorType, string traceId, string spanId);
#pragma warning restore SYSLIB1015
}
