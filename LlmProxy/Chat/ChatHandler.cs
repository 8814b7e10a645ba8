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
        if (admission.TryAdmit(Asked(request, candidates, key, run), out var reservation) is { } exhausted)
        {
            measure.ErrorType = exhausted.Code == KeyRate.Code ? ErrorTypes.RateLimited : ErrorTypes.Budget;
            measure.Status = exhausted.Status;
            await MeasureHeader.WriteErrorAsync(context, call, exhausted);
            report.Write(measure, span: null);
            return;
        }

        report.WriteSensitive(request.Body);
        using var span = CallReport.Start(kind, measure);
        try
        {
            // 5. Ask one provider after the other, until one has answered.
            await AskAsync(context, call, candidates, run ?? key.Name, most);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            measure.ErrorType = ErrorTypes.Cancelled;
            measure.Status = StatusCodes.Status499ClientClosedRequest;
        }
        finally
        {
            // 6. Settle and tell.
            call.Settle();
            admission.Settle(in reservation, (long)measure.PromptTokens + measure.CompletionTokens, measure.CostUsd);
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
        var completion = request.Kind == RequestKind.Embeddings ? 0 : request.MostCompletionTokens ?? ((long)ReservedCompletion * request.Choices);
        var cost = candidates.Max(candidate => prices.Cost(candidate.Provider, candidate.Model, request.EstimatedPromptTokens, completion) ?? 0);
        return new AdmissionRequest(key, run, request.EstimatedPromptTokens + completion, cost);
    }

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
        catch (JsonException error)
        {
            return (null, OpenAiError.Invalid("invalid_json", $"the request is not {(kind == RequestKind.Chat ? "a chat completion" : "one for embeddings")}: {error.Message}"));
        }
    }
}
