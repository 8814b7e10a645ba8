using System.Diagnostics;
using ApeTest.LlmProxy.Chat;
using ApeTest.LlmProxy.Providers;

namespace ApeTest.LlmProxy.Measures;

/// <summary>Tells the world about an ended call: metrics, span and log line. Never what was said.</summary>
internal sealed partial class CallReport(LlmMetrics metrics, ILogger<CallReport> logger)
{
    public const string SourceName = "ApeTest.LlmProxy";

    private static readonly ActivitySource Source = new(SourceName);

    /// <summary>Starts the span <c>chat {model}</c> or <c>embeddings {model}</c>; null when nobody listens.</summary>
    public static Activity? Start(RequestKind kind, CallMeasure call)
    {
        if (!Source.HasListeners())
        {
            return null;
        }

        var operation = kind == RequestKind.Chat ? "chat" : "embeddings";
        var span = Source.StartActivity($"{operation} {call.Model}", ActivityKind.Client);
        if (span?.IsAllDataRequested == true)
        {
            span.SetTag("gen_ai.operation.name", operation);
            span.SetTag("gen_ai.provider.name", call.Provider);
            span.SetTag("gen_ai.request.model", call.Model);
        }

        return span;
    }

    public void Write(CallMeasure call, Activity? span)
    {
        metrics.Record(call);
        if (span?.IsAllDataRequested == true)
        {
            span.SetTag("gen_ai.usage.input_tokens", call.PromptTokens);
            span.SetTag("gen_ai.usage.output_tokens", call.CompletionTokens);
            span.SetTag("gen_ai.server.time_to_first_token", call.Ttft?.TotalSeconds);
            span.SetTag("apetest.llm.queue", call.Queue.TotalSeconds);
            span.SetTag("apetest.llm.retries", call.Retries);
            if (call.Failovers is { } reasons)
            {
                // Another one answered than was asked first.
                span.SetTag("gen_ai.provider.name", call.Provider);
                span.SetTag("gen_ai.request.model", call.Model);
                span.SetTag("apetest.llm.failovers", reasons.Select(static each => $"{each.Provider}/{each.Model}: {each.Reason}").ToArray());
            }

            span.SetTag("apetest.llm.cost_usd", (double)call.CostUsd);
            if (call.FinishReason is { } reason)
            {
                span.SetTag("gen_ai.response.finish_reasons", new[] { reason });
            }

            if (call.Failed)
            {
                span.SetTag("error.type", call.ErrorType);
                span.SetStatus(ActivityStatusCode.Error);
            }
        }

        var ttft = call.Ttft?.TotalSeconds;
        if (call.Failed)
        {
            LogFailed(call.Provider, call.Model, call.Status, call.ErrorType, call.Duration.TotalSeconds, ttft, call.Retries);
        }
        else if (Activity.Current?.Recorded == true)
        {
            LogRequest(call.Provider, call.Model, call.Status, ttft, call.Duration.TotalSeconds, call.Queue.TotalSeconds,
                call.PromptTokens, call.CompletionTokens, call.Retries);
        }
    }

    /// <summary>A provider of a chain is given up for the next.</summary>
    public void WriteFailover(CallMeasure call, string reason, Candidate next) =>
        LogFailover(call.Provider, call.Model, reason, next.Provider.Name, next.Model);

    /// <summary>The proxy itself failed.</summary>
    public void WriteFault(CallMeasure call, Exception error) => LogFault(call.Provider, call.Model, error);

    /// <summary>The request's text, for debugging a prompt. Only at Trace.</summary>
    public void WriteSensitive(ReadOnlyMemory<byte> body)
    {
        if (logger.IsEnabled(LogLevel.Trace))
        {
            LogRequestSensitive(System.Text.Encoding.UTF8.GetString(body.Span));
        }
    }

    [LoggerMessage(EventName = "llm.request", Level = LogLevel.Information,
        Message = "{provider}/{model} {status} in {duration_s:0.0000} s (first token: {ttft_s:0.0000}), queue {queue_s:0.0000} s, {prompt_tokens} + {completion_tokens} tokens, {retries} retries")]
    private partial void LogRequest(string provider, string model, int status, double? ttft_s, double duration_s, double queue_s,
        int prompt_tokens, int completion_tokens, int retries);

    [LoggerMessage(EventName = "llm.failed", Level = LogLevel.Warning,
        Message = "{provider}/{model} {status} {error_type} in {duration_s:0.0000} s (first token: {ttft_s:0.0000}), {retries} retries")]
    private partial void LogFailed(string provider, string model, int status, string error_type, double duration_s, double? ttft_s, int retries);

    [LoggerMessage(EventName = "llm.failover", Level = LogLevel.Warning,
        Message = "{provider}/{model} failed ({error_type}); {next_provider}/{next_model} is asked instead")]
    private partial void LogFailover(string provider, string model, string error_type, string next_provider, string next_model);

    [LoggerMessage(EventName = "llm.fault", Level = LogLevel.Error, Message = "a call of {provider}/{model} failed by a fault of the proxy")]
    private partial void LogFault(string provider, string model, Exception error);

    [LoggerMessage(EventName = "llm.request.sensitive", Level = LogLevel.Trace, Message = "{body}")]
    private partial void LogRequestSensitive(string body);
}
