using System.Text.Json;
using ApeTest.LlmProxy.Errors;
using ApeTest.LlmProxy.Keys;
using ApeTest.LlmProxy.Measures;
using ApeTest.LlmProxy.Options;
using ApeTest.LlmProxy.Providers;
using ApeTest.LlmProxy.Queueing;

namespace ApeTest.LlmProxy.Chat;

/// <summary><c>POST /v1/chat/completions</c>, from the client's key to the settled bill.</summary>
internal sealed class ChatHandler(
    LlmProxyOptions options, ProxyKeyRing keys, ProviderRegistry providers, PriceTable prices, UpstreamCall upstream,
    StreamRelay streams, JsonRelay jsons, CallReport report, TimeProvider clock)
{
    public async Task HandleAsync(HttpContext context)
    {
        // 1. Who asks.
        if (keys.Find(context.Request) is not { } key)
        {
            await ProxyKeyError.WriteAsync(context);
            return;
        }

        // 2. What is asked.
        var (request, refusal) = await ReadAsync(context);
        if (request is null)
        {
            await refusal!.WriteAsync(context);
            return;
        }

        // 3. Of whom.
        if (ModelRoute.TryFind(providers, options, request.Model, out var entry, out var model) is { } unknown)
        {
            await unknown.WriteAsync(context);
            return;
        }

        var provider = entry!.Provider;
        if (provider.MissingKey is { } variable)
        {
            await new OpenAiError(StatusCodes.Status401Unauthorized, "authentication_error", "missing_provider_key",
                $"{provider.Name} needs a key: set {variable} (or {variable}_FILE) where the proxy runs").WriteAsync(context);
            return;
        }

        // 4. Whether the budget covers it.
        var measure = new CallMeasure(clock) { Provider = provider.Name, Model = model };
        var call = new ChatCall(request, provider, model, key, measure, prices);
        if (call.TryReserve() is { } exhausted)
        {
            await new OpenAiError(StatusCodes.Status429TooManyRequests, "insufficient_quota", "budget_exhausted",
                $"budget_exhausted: key \"{key.Name}\": {exhausted}").WriteAsync(context);
            return;
        }

        report.WriteSensitive(request.Body);
        using var span = CallReport.Start(provider.Name, model);
        try
        {
            // 5. Its turn.
            measure.Queueing();
            var turn = await entry.Gate.EnterAsync(context.RequestAborted);
            measure.Entered();
            if (turn != GateResult.Entered)
            {
                await RefuseAsync(context, call, turn);
                return;
            }

            try
            {
                // 6. Ask, and 7. pass on.
                await AskAsync(context, call);
            }
            finally
            {
                entry.Gate.Leave();
            }
        }
        finally
        {
            // 8. Settle and tell.
            call.Settle();
            report.Write(measure, span);
        }
    }

    private async Task AskAsync(HttpContext context, ChatCall call)
    {
        var measure = call.Measure;
        using var deadline = new CallDeadline(options.Timeouts, clock, context.RequestAborted);
        OpenAiError error;
        try
        {
            var body = call.Request.Rewrite(call.Model, call.Provider.AskUsage);
            var request = new ProviderRequest(body, call.Model, call.Request.Stream, context.Request.Headers);
            await using var response = await upstream.SendAsync(call.Provider, request, measure, deadline);
            measure.Status = response.Status;
            await (call.Request.Stream && response.Status == StatusCodes.Status200OK && !response.IsJson
                ? streams.RunAsync(context, call, response, deadline)
                : jsons.RunAsync(context, call, response, deadline));
            return;
        }
        catch (ProviderException failure)
        {
            measure.ErrorType = failure.ErrorType;
            var status = ErrorTypes.IsTimeout(failure.ErrorType) ? StatusCodes.Status504GatewayTimeout : StatusCodes.Status502BadGateway;
            error = OpenAiError.Upstream(status, failure.ErrorType, call.Provider.Redactor.Redact(failure.Message));
        }
        catch (OperationCanceledException) when (deadline.Expired is { } expired)
        {
            measure.ErrorType = expired;
            error = Timeouts.Error(expired, options.Timeouts, call.Provider);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            measure.ErrorType = ErrorTypes.Cancelled;
            measure.Status = StatusCodes.Status499ClientClosedRequest;
            return;
        }

        measure.Status = error.Status;
        await MeasureHeader.WriteErrorAsync(context, call, error);
    }

    private static async Task RefuseAsync(HttpContext context, ChatCall call, GateResult turn)
    {
        call.Measure.ErrorType = turn == GateResult.Cancelled ? ErrorTypes.Cancelled : ErrorTypes.Queue;
        call.Measure.Status = turn == GateResult.Cancelled
            ? StatusCodes.Status499ClientClosedRequest
            : StatusCodes.Status503ServiceUnavailable;
        if (turn == GateResult.Cancelled)
        {
            return;
        }

        var error = turn == GateResult.Full
            ? OpenAiError.Overloaded("queue_full", $"too many calls wait for {call.Provider.Name}; send fewer at a time or raise queue.length")
            : OpenAiError.Overloaded("queue_timeout", $"no place at {call.Provider.Name} within queue.deadline; send fewer at a time or raise queue.concurrency");
        await MeasureHeader.WriteErrorAsync(context, call, error);
    }

    private async Task<(ChatRequest? Request, OpenAiError? Error)> ReadAsync(HttpContext context)
    {
        try
        {
            var body = await BoundedBody.ReadAsync(context.Request.Body, options.MaxRequestBytes, context.RequestAborted);
            return body is { } bytes
                ? (ChatRequest.Parse(bytes), null)
                : (null, new OpenAiError(StatusCodes.Status413PayloadTooLarge, "invalid_request_error", "request_too_large",
                    $"the request is larger than {options.MaxRequestBytes} bytes (maxRequestBytes)"));
        }
        catch (JsonException error)
        {
            return (null, OpenAiError.Invalid("invalid_json", $"the request is not a chat completion: {error.Message}"));
        }
    }
}
