using System.Text.Json;
using ApeTest.LlmProxy.Budgets;
using ApeTest.LlmProxy.Errors;
using ApeTest.LlmProxy.Keys;
using ApeTest.LlmProxy.Measures;
using ApeTest.LlmProxy.Options;
using ApeTest.LlmProxy.Providers;
using ApeTest.ServiceDefaults.Identity;

namespace ApeTest.LlmProxy.Chat;

/// <summary><c>POST /v1/chat/completions</c> and <c>POST /v1/embeddings</c>, from the client's key to the settled bill.</summary>
internal sealed class ChatHandler(
    LlmProxyOptions options, ProxyKeyRing keys, ModelRoute routes, Admission admission, PriceTable prices, ProviderAttempt attempts,
    CallReport report, TimeProvider clock)
{
    /// <summary>Completion tokens that are reserved, and asked for at most, where the caller states no maximum and a budget has to hold.</summary>
    private const int ReservedCompletion = 4096;

    public Task ChatAsync(HttpContext context) => HandleAsync(context, RequestKind.Chat);

    public Task EmbedAsync(HttpContext context) => HandleAsync(context, RequestKind.Embeddings);

    private async Task HandleAsync(HttpContext context, RequestKind kind)
    {
        var measure = new CallMeasure(clock);

        // 1. Who asks.
        if (keys.Find(context.Request) is not { } key)
        {
            await ProxyKeyError.WriteAsync(context);
            return;
        }

        // 2. What is asked.
        var (request, refusal) = await ReadAsync(context, kind);
        if (request is null)
        {
            await refusal!.WriteAsync(context);
            return;
        }

        // 3. Of whom.
        if (routes.TryFind(request.Model, out var candidates) is { } unknown)
        {
            await unknown.WriteAsync(context);
            return;
        }

        // 4. Whether rate and budget cover it.
        var call = new ChatCall(request, measure, prices);
        call.Ask(candidates[0]);
        var run = context.Request.Headers.Baggage.Count > 0 && RequestIdentity.Parse(context.Request.Headers.Baggage.ToString())?.Run is { Length: > 0 } named ? named : null;
        int? most = admission.IsBounded(key, run) ? ReservedCompletion : null;
        call.MostCompletionTokens = most is null ? null : MostCompletion(request);
        var (exhausted, reservation, waited) = await admission.AdmitAsync(Asked(request, candidates, key, run), context.RequestAborted);
        measure.Waited(waited);
        if (exhausted is not null)
        {
            measure.ErrorType = exhausted.Code switch { null => ErrorTypes.Cancelled, KeyRate.Code => ErrorTypes.RateLimited, _ => ErrorTypes.Budget };
            measure.Status = exhausted.Status;
            report.Write(measure, span: null);
            await MeasureHeader.WriteErrorAsync(context, call, exhausted);
            return;
        }

        report.WriteSensitive(request.Body);
        using var span = CallReport.Start(kind, measure);
        try
        {
            // 5. Ask one provider after the other, until one has answered.
            await AskAsync(context, call, candidates, options.Keys.Count > 1 ? key.Name : run ?? key.Name, most);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            if (!measure.Failed)
            {
                measure.ErrorType = ErrorTypes.Cancelled;
                measure.Status = StatusCodes.Status499ClientClosedRequest;
            }
        }
        catch (Exception error) // the edge: a fault of the proxy's own must not pass for a success
        {
            measure.ErrorType = ErrorTypes.Internal;
            measure.Status = StatusCodes.Status500InternalServerError;
            report.WriteFault(measure, error);
            if (context.Response.HasStarted)
            {
                context.Abort(); // an end that cannot be taken for a clean one
                return;
            }

            await MeasureHeader.WriteErrorAsync(context, call, new OpenAiError(measure.Status, "server_error", ErrorTypes.Internal, "the proxy failed; its log says why"));
        }
        finally
        {
            // 6. Settle and tell.
            call.Settle();
            if (measure.WasSent)
            {
                admission.Settle(in reservation, (long)measure.PromptTokens + measure.CompletionTokens, measure.CostUsd);
            }
            else
            {
                admission.Withdraw(in reservation); // it never left: the queue, the breaker, a missing key
            }

            report.Write(measure, span);
        }
    }

    private async Task AskAsync(HttpContext context, ChatCall call, IReadOnlyList<Candidate> candidates, string client, int? most)
    {
        CallFailure? failure = null;
        for (var i = 0; i < candidates.Count; i++)
        {
            if (failure is not null)
            {
                report.WriteFailover(call.Measure, failure.ErrorType, candidates[i]);
                call.Measure.FailedOver(failure.ErrorType);
                call.Ask(candidates[i]);
            }

            failure = await attempts.RunAsync(context, call, candidates[i], client, most);
            if (failure is null)
            {
                return;
            }

            call.Measure.ErrorType = failure.ErrorType;
            call.Measure.Status = failure.Error.Status;
            if (!failure.MaySucceedElsewhere)
            {
                break;
            }
        }

        foreach (var (name, value) in failure!.Headers)
        {
            context.Response.Headers[name] = value;
        }

        await MeasureHeader.WriteErrorAsync(context, call, failure.Error);
    }

    /// <summary>The dearest candidate's price: whoever answers, the budget holds.</summary>
    private AdmissionRequest Asked(ChatRequest request, IReadOnlyList<Candidate> candidates, ProxyKey key, string? run)
    {
        var completion = MostCompletion(request);
        var cost = candidates.Max(candidate => prices.Cost(candidate.Provider, candidate.Model, request.MostPromptTokens, completion) ?? 0);
        return new AdmissionRequest(key, run, request.MostPromptTokens + completion, cost);
    }

    private static long MostCompletion(ChatRequest request) =>
        request.Kind == RequestKind.Embeddings ? 0 : request.MostCompletionTokens ?? ((long)ReservedCompletion * request.Choices);

    private async Task<(ChatRequest? Request, OpenAiError? Error)> ReadAsync(HttpContext context, RequestKind kind)
    {
        try
        {
            var body = await BoundedBody.ReadAsync(context.Request.Body, options.MaxRequestBytes, context.Request.ContentLength, context.RequestAborted);
            return body is { } bytes
                ? (ChatRequest.Parse(kind, bytes), null)
                : (null, new OpenAiError(StatusCodes.Status413PayloadTooLarge, "invalid_request_error", "request_too_large",
                    $"the request is larger than {options.MaxRequestBytes} bytes (maxRequestBytes)"));
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException) // the latter: half a surrogate pair, or no UTF-8, in a text
        {
            return (null, OpenAiError.Invalid("invalid_json", $"the request is not {(kind == RequestKind.Chat ? "a chat completion" : "one for embeddings")}: {error.Message}"));
        }
    }
}
