using ApeTest.LlmProxy.Errors;
using ApeTest.LlmProxy.Measures;
using ApeTest.LlmProxy.Options;
using ApeTest.LlmProxy.Providers;

namespace ApeTest.LlmProxy.Chat;

/// <summary>Sends a request until the provider answers with something to pass on. Retries end here: nothing has reached the client yet.</summary>
internal sealed class UpstreamCall(LlmProxyOptions options, RetryPause pauses, TimeProvider clock)
{
    /// <summary>Returns at the headers of the answer to pass on. Throws <see cref="ProviderException"/> or <see cref="Resilience.CircuitOpenException"/>.</summary>
    public async Task<ProviderResponse> SendAsync(
        ProviderEntry entry, ProviderRequest request, CallMeasure measure, CallDeadline deadline)
    {
        var expired = () => deadline.Expired is not null;
        for (var attempt = 0; ; attempt++)
        {
            TimeSpan? pause;
            try
            {
                deadline.Enter(ErrorTypes.HeadersTimeout, options.Timeouts.Headers);
                measure.Sent();
                var response = await entry.Breaker.SendAsync(entry.Provider, request, expired, deadline.Token);
                pause = RetryPause.IsRetryable(response.Status) ? pauses.Next(attempt, response.RetryAfter) : null;
                if (pause is null)
                {
                    return response;
                }

                await response.DisposeAsync();
            }
            catch (ProviderException error) when (ErrorTypes.IsUnanswered(error.ErrorType)) // an answer that is cut or too large was paid for
            {
                pause = pauses.Next(attempt, null);
                if (pause is null)
                {
                    throw;
                }
            }

            deadline.Pause();
            await Task.Delay(pause.Value, clock, deadline.Token);
            measure.Retries++;
        }
    }
}
