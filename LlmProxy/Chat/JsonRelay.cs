using System.Text.Json;
using ApeTest.LlmProxy.Errors;
using ApeTest.LlmProxy.Measures;
using ApeTest.LlmProxy.Options;
using ApeTest.LlmProxy.Providers;
using ApeTest.LlmProxy.Sse;

namespace ApeTest.LlmProxy.Chat;

/// <summary>Passes an answer on that is not a stream: a completion, or an error in whatever shape the provider gives it.</summary>
internal sealed class JsonRelay(LlmProxyOptions options)
{
    private const int MaxErrorBytes = 64 << 10;

    public async Task RunAsync(HttpContext context, ChatCall call, ProviderResponse response, CallDeadline deadline)
    {
        var failed = response.Status >= 400;
        var body = await ReadAsync(call, response, failed, deadline);
        foreach (var (name, value) in response.Headers)
        {
            context.Response.Headers[name] = value;
        }

        if (failed)
        {
            call.Measure.ErrorType = ErrorTypes.Http(response.Status);
            await MeasureHeader.WriteErrorAsync(context, call, UpstreamErrorReader.Read(response.Status, body, call.Provider.Redactor));
            return;
        }

        if (Check(call, response, body) is { } error)
        {
            call.Measure.Status = error.Status;
            await MeasureHeader.WriteErrorAsync(context, call, error);
            return;
        }

        MeasureHeader.Set(context, call);
        context.Response.StatusCode = response.Status;
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = body.Length;
        await context.Response.Body.WriteAsync(body, deadline.Token);
    }

    private async Task<ReadOnlyMemory<byte>> ReadAsync(ChatCall call, ProviderResponse response, bool failed, CallDeadline deadline)
    {
        try
        {
            return await BoundedBody.ReadAsync(response.Body, failed ? MaxErrorBytes : options.MaxResponseBytes, deadline.Token)
                ?? throw new ProviderException(ErrorTypes.TooLarge, $"{call.Provider.Name} answered with more than maxResponseBytes");
        }
        catch (Exception error) when (error is IOException or HttpRequestException or InvalidDataException)
        {
            throw new ProviderException(ErrorTypes.Truncated, $"{call.Provider.Name} broke off its answer: {error.Message}", error);
        }
    }

    // Under 200 there may be an error, HTML, half a JSON, or a plain answer where a stream was asked for.
    private static OpenAiError? Check(ChatCall call, ProviderResponse response, ReadOnlyMemory<byte> body)
    {
        var (measure, provider) = (call.Measure, call.Provider);
        try
        {
            using (var document = JsonDocument.Parse(body))
            {
                if (UpstreamErrorReader.IsError(document.RootElement))
                {
                    measure.ErrorType = ErrorTypes.UpstreamError;
                    return UpstreamErrorReader.Read(response.Status, document.RootElement, provider.Redactor);
                }
            }

            var facts = ChunkReader.Read(body.Span);
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
        catch (JsonException)
        {
            measure.ErrorType = ErrorTypes.InvalidJson;
            return OpenAiError.Upstream(StatusCodes.Status502BadGateway, ErrorTypes.InvalidJson,
                $"{provider.Name} at {provider.Where} answered {response.Status} with {response.ContentType ?? "no content type"} that is not valid JSON");
        }
    }
}
