using System.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace ApeTest.ServiceDefaults.Telemetry;

/// <summary>
/// Says of a request's span what the conventions want said (https://opentelemetry.io/docs/specs/semconv/http/http-spans/), which ASP.NET Core
/// leaves to a package that is not used here. Scrapes and health checks are kept out of the traces: every few seconds one of each, that nobody looks for.
/// </summary>
internal sealed class RequestSpans(RequestDelegate next)
{
    public Task InvokeAsync(HttpContext context)
    {
        if (Activity.Current is not { IsAllDataRequested: true } span)
        {
            return next(context);
        }

        var path = context.Request.Path;
        if (!span.HasRemoteParent && (path.StartsWithSegments("/metrics", StringComparison.Ordinal) || path.StartsWithSegments("/health", StringComparison.Ordinal)))
        {
            span.IsAllDataRequested = false;
            span.ActivityTraceFlags &= ~ActivityTraceFlags.Recorded;
            return next(context);
        }

        return InvokeAsync(context, span);
    }

    private async Task InvokeAsync(HttpContext context, Activity span)
    {
        var method = context.Request.Method;
        // Never the query: it may hold secrets.
        span.SetTag("http.request.method", method).SetTag("url.scheme", context.Request.Scheme).SetTag("url.path", context.Request.Path.Value);
        try
        {
            await next(context);
        }
        finally
        {
            var route = (context.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText;
            var status = context.Response.StatusCode;
            span.DisplayName = route is null ? method : $"{method} {route}";
            span.SetTag("http.route", route).SetTag("http.response.status_code", status);
            if (status >= 500)
            {
                span.SetTag("error.type", status.ToString(System.Globalization.CultureInfo.InvariantCulture)).SetStatus(ActivityStatusCode.Error);
            }
        }
    }
}
