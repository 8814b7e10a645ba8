using ApeTest.LlmProxy.Errors;
using ApeTest.LlmProxy.Options;
using ApeTest.LlmProxy.Providers;
using ApeTest.LlmProxy.Queueing;
using ApeTest.LlmProxy.Resilience;

namespace ApeTest.LlmProxy.Chat;

/// <summary>Asks one provider: its turn in the queue, the attempts, and the answer passed on.</summary>
internal sealed class ProviderAttempt(LlmProxyOptions options, UpstreamCall upstream, StreamRelay streams, JsonRelay jsons, TimeProvider clock)
{
    /// <summary>Null: the client has its answer, an error inside a stream included. Otherwise nothing was written.</summary>
    public async Task<CallFailure?> RunAsync(HttpContext context, ChatCall call, Candidate candidate, string client, int? most)
    {
        var (entry, provider) = (candidate.Entry, candidate.Provider);
        if (provider.MissingKey is { } variable)
        {
            return new CallFailure(ErrorTypes.MissingKey, new OpenAiError(StatusCodes.Status401Unauthorized, "authentication_error", "missing_provider_key",
                $"{provider.Name} needs a key: set {variable} (or {variable}_FILE) where the proxy runs"));
        }

        call.Measure.Queueing();
        var turn = await entry.Gate.EnterAsync(client, context.RequestAborted);
        call.Measure.Entered();
        if (turn != GateResult.Entered)
        {
            context.RequestAborted.ThrowIfCancellationRequested();
            return new CallFailure(ErrorTypes.Queue, turn == GateResult.Full
                ? OpenAiError.Overloaded("queue_full", $"too many calls wait for {provider.Name}; send fewer at a time or raise queue.length")
                : OpenAiError.Overloaded("queue_timeout", $"no place at {provider.Name} within queue.deadline; send fewer at a time or raise queue.concurrency"));
        }

        try
        {
            return await AskAsync(context, call, candidate, most);
        }
        finally
        {
            entry.Gate.Leave();
        }
    }

    private async Task<CallFailure?> AskAsync(HttpContext context, ChatCall call, Candidate candidate, int? most)
    {
        var (provider, measure) = (candidate.Provider, call.Measure);
        using var deadline = new CallDeadline(options.Timeouts, clock, context.RequestAborted);
        try
        {
            var body = call.Request.Rewrite(candidate.Model, provider.AskUsage, most ?? provider.MaxCompletionTokens);
            var request = new ProviderRequest(call.Request.Kind, body, candidate.Model, call.Request.Stream, context.Request.Headers)
            {
                Connected = measure.Connected,
                Retried = measure.AskedAgain,
                Progressed = () => deadline.Enter(ErrorTypes.InterTokenTimeout, options.Timeouts.InterToken),
            };
            await using var response = await upstream.SendAsync(candidate.Entry, request, measure, deadline);
            measure.Status = response.Status;
            measure.Replayed = response.Replayed;
            var failure = await RelayAsync(context, call, response, deadline);
            return failure is { Error.Status: StatusCodes.Status404NotFound }
                ? failure with { Error = await provider.ExplainAsync(failure.Error, candidate.Model, deadline.Token) }
                : failure;
        }
        catch (CircuitOpenException open)
        {
            return new CallFailure(ErrorTypes.CircuitOpen,
                OpenAiError.Overloaded(ErrorTypes.CircuitOpen, $"{provider.Name} at {provider.Where} failed too often and is left alone for now (breaker)")
                    with { RetryAfter = Math.Max(1, (int)Math.Ceiling(open.RetryAfter?.TotalSeconds ?? 1)) });
        }
        catch (ProviderException failure)
        {
            var status = ErrorTypes.IsTimeout(failure.ErrorType) ? StatusCodes.Status504GatewayTimeout : StatusCodes.Status502BadGateway;
            return new CallFailure(failure.ErrorType, OpenAiError.Upstream(status, failure.ErrorType, provider.Redactor.Redact(failure.Message)));
        }
        catch (OperationCanceledException) when (deadline.Expired is { } expired)
        {
            if (context.Response.HasStarted)
            {
                // The client took too long to read its answer; Kestrel has cut it off.
                measure.ErrorType = expired;
                return null;
            }

            return new CallFailure(expired, Timeouts.Error(expired, options.Timeouts, provider));
        }
    }

    private async Task<CallFailure?> RelayAsync(HttpContext context, ChatCall call, ProviderResponse response, CallDeadline deadline)
    {
        try
        {
            var failure = await (call.Request.Stream && response.Status == StatusCodes.Status200OK && !response.IsJson
                ? streams.RunAsync(context, call, response, deadline)
                : jsons.RunAsync(context, call, response, deadline));
            response.Judge(failed: failure?.Error.Status >= StatusCodes.Status500InternalServerError);
            await response.CountedAsync();
            return failure;
        }
        catch (Exception error) when (error is ProviderException || deadline.Expired is not null)
        {
            response.Judge(failed: true);
            await response.CountedAsync();
            throw;
        }
    }
}
