using System.Text.Json;
using ApeTest.LlmProxy.Errors;
using ApeTest.LlmProxy.Measures;
using ApeTest.LlmProxy.Options;
using ApeTest.LlmProxy.Providers;
using ApeTest.LlmProxy.Providers.OpenAi;
using ApeTest.LlmProxy.Sse;

namespace ApeTest.LlmProxy.Chat;

/// <summary>Passes an answer on that is not a stream: a completion, or an error in whatever shape the provider gives it.</summary>
internal sealed class JsonRelay(LlmProxyOptions options)
{
    private const int MaxErrorBytes = 64 << 10;

    public async Task<CallFailure?> RunAsync(HttpContext context, ChatCall call, ProviderResponse response, CallDeadline deadline)
    {
        if (response.Status is >= 300 and < 400)
        {
            throw new ProviderException(ErrorTypes.Protocol,
                $"{call.Provider.Name} at {call.Provider.Where} answered {response.Status}: redirects are not followed, since the key would go with them; correct the base URL");
        }

        var failed = response.Status >= 400;
        var body = await ReadAsync(call, response, failed, deadline);
        if (failed)
        {
            return new CallFailure(ErrorTypes.Http(response.Status), UpstreamErrorReader.Read(response.Status, body, call.Provider.Redactor), IsProvidersFault(response.Status))
            {
                Headers = response.Headers,
            };
        }

        if (Check(call, response, body) is { } error)
        {
            return new CallFailure(call.Measure.ErrorType, error) { Headers = response.Headers };
        }

        foreach (var (name, value) in response.Headers)
        {
            context.Response.Headers[name] = value;
        }

        response.Judge(failed: false);
        await response.CountedAsync();
        MeasureHeader.Set(context, call);
        context.Response.StatusCode = response.Status;
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = body.Length;
        deadline.Pause(); // from here on it is the client that is waited for
        await context.Response.Body.WriteAsync(body, deadline.Token);
        return null;
    }

    /// <summary>A request that is malformed or too large is so everywhere; a key, a model or a quota is the provider's own affair.</summary>
    private static bool IsProvidersFault(int status) => status is not (400 or 405 or 413 or 415 or 422);

    private async Task<ReadOnlyMemory<byte>> ReadAsync(ChatCall call, ProviderResponse response, bool failed, CallDeadline deadline)
    {
        try
        {
            return await BoundedBody.ReadAsync(response.Body, failed ? MaxErrorBytes : options.MaxResponseBytes, response.Length, deadline.Token)
                ?? throw new ProviderException(ErrorTypes.TooLarge, $"{call.Provider.Name} answered with more than maxResponseBytes");
        }
        catch (Exception error) when (error is IOException or HttpRequestException or InvalidDataException)
        {
            throw new ProviderException(ErrorTypes.Truncated, $"{call.Provider.Name} broke off its answer: {ConnectFailure.Describe(error)}", error);
        }
    }

    // Under 200 there may be an error, HTML, half a JSON, or a plain answer where a stream was asked for.
    private static OpenAiError? Check(ChatCall call, ProviderResponse response, ReadOnlyMemory<byte> body)
    {
        var (measure, provider) = (call.Measure, call.Provider);
        try
        {
            var facts = ChunkReader.Read(body.Span);
            if (facts.Choices == 0 || facts.IsError)
            {
                using var document = JsonDocument.Parse(body);
                if (UpstreamErrorReader.IsError(document.RootElement))
                {
                    measure.ErrorType = ErrorTypes.UpstreamError;
                    return UpstreamErrorReader.Read(response.Status, document.RootElement, provider.Redactor);
                }
            }

            if (call.Request.Kind == RequestKind.Embeddings)
            {
                call.SetUsage(facts.HasUsage ? facts.PromptTokens : call.Request.EstimatedPromptTokens, 0);
                measure.Estimated |= !facts.HasUsage;
                return null;
            }

            if (facts.Choices == 0 || call.Request.Stream)
            {
                measure.ErrorType = ErrorTypes.Protocol;
                return OpenAiError.Upstream(StatusCodes.Status502BadGateway, ErrorTypes.Protocol, facts.Choices == 0
                    ? $"{provider.Name} answered with JSON that is no chat completion (it has no choices)"
                    : $"{provider.Name} answered a streamed request with a plain completion");
            }

            call.CountOutput(facts.Bytes);
            measure.FinishReason = facts.FinishReason;
            if (facts.HasUsage)
            {
                call.SetUsage(facts.PromptTokens, facts.CompletionTokens);
            }

            return null;
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException) // the latter: a text that is no valid Unicode
        {
            measure.ErrorType = ErrorTypes.InvalidJson;
            return OpenAiError.Upstream(StatusCodes.Status502BadGateway, ErrorTypes.InvalidJson,
                $"{provider.Name} at {provider.Where} answered {response.Status} with {response.ContentType ?? "no content type"} that is not valid JSON");
        }
    }
}
