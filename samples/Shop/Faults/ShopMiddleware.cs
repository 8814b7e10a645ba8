using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace ApeTest.Shop.Faults;

/// <summary>Around every request of a customer: injected faults, problem documents for what the framework refuses, and the access log of sampled requests.</summary>
internal sealed partial class ShopMiddleware(RequestDelegate next, FaultSwitch faults, TimeProvider time, ILogger<ShopMiddleware> logger)
{
    private static readonly PathString[] Own = ["/_shop", "/health", "/metrics", "/openapi"];

    public Task InvokeAsync(HttpContext context)
    {
        foreach (var path in Own)
        {
            if (context.Request.Path.StartsWithSegments(path, StringComparison.Ordinal))
            {
                return next(context);
            }
        }

        return HandleAsync(context);
    }

    private async Task HandleAsync(HttpContext context)
    {
        var started = time.GetTimestamp();
        var (latency, fails) = faults.Next();
        if (latency > TimeSpan.Zero)
        {
            await Task.Delay(latency, time, context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        if (fails)
        {
            await FailAsync(context);
        }
        else
        {
            await ServeAsync(context);
        }

        if (Activity.Current is { Recorded: true })
        {
            LogRequest(logger, context.Request.Method, context.Request.Path, context.Response.StatusCode, Math.Round(time.GetElapsedTime(started).TotalSeconds, 6));
        }
    }

    private async Task ServeAsync(HttpContext context)
    {
        try
        {
            await next(context);
        }
        catch (BadHttpRequestException e) when (!context.Response.HasStarted)
        {
            var detail = e.InnerException is JsonException json ? $"The body cannot be read at {json.Path ?? "$"}: {json.Message}" : e.Message;
            await Problems.Problem(e.StatusCode, "bad-request", "Bad request", detail).ExecuteAsync(context);
            return;
        }

        var response = context.Response;
        if (response is { StatusCode: StatusCodes.Status404NotFound or StatusCodes.Status405MethodNotAllowed or StatusCodes.Status415UnsupportedMediaType, HasStarted: false, ContentType: null })
        {
            await Problems.Problem(
                response.StatusCode,
                "no-such-operation",
                "No such operation",
                $"There is no {context.Request.Method} {context.Request.Path} for this content type. See /openapi/v1.json.").ExecuteAsync(context);
        }
    }

    private async Task FailAsync(HttpContext context)
    {
        if (faults.Settings.RetryAfterS is { } seconds)
        {
            context.Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        }

        await Problems.Problem(StatusCodes.Status503ServiceUnavailable, "unavailable", "Unavailable", "The shop is overloaded for a moment (an injected fault). Try again.")
            .ExecuteAsync(context);
    }

    [LoggerMessage(EventName = "http.request", Level = LogLevel.Information, Message = "{Method} {Path} -> {Status} in {DurationS:0.0000} s")]
    private static partial void LogRequest(ILogger logger, string method, string path, int status, double durationS);
}
