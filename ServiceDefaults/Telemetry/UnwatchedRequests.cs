using System.Diagnostics;
using Microsoft.AspNetCore.Http;

namespace ApeTest.ServiceDefaults.Telemetry;

/// <summary>Keeps scrapes and health checks out of the traces: every few seconds one of each, that nobody looks for.</summary>
internal sealed class UnwatchedRequests(RequestDelegate next)
{
    public Task InvokeAsync(HttpContext context)
    {
        if (Activity.Current is { Recorded: true, HasRemoteParent: false } span
            && (context.Request.Path.StartsWithSegments("/metrics", StringComparison.Ordinal) || context.Request.Path.StartsWithSegments("/health", StringComparison.Ordinal)))
        {
            span.IsAllDataRequested = false;
            span.ActivityTraceFlags &= ~ActivityTraceFlags.Recorded;
        }

        return next(context);
    }
}
