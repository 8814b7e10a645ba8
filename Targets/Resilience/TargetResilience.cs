using ApeTest.Targets.Http;

namespace ApeTest.Targets.Resilience;

/// <summary>Retry, time limit of an attempt and circuit breaker of one target (Polly). Thread-safe; the breaker's state is shared by all requests.</summary>
internal sealed class TargetResilience
{
    /// <summary>Builds it; null where neither retry nor breaker is configured.</summary>
    public static TargetResilience? Create(string target, RetryOptions retry, CircuitBreakerOptions? breaker, TimeSpan timeout, TimeProvider time) =>
        retry.Attempts == 0 && breaker is null ? null : throw new NotImplementedException();

    /// <summary>
    /// Sends by <paramref name="attempt"/>, as often as is allowed; counts retries in the call. An open breaker throws
    /// <see cref="TargetRefusedException"/> (503, <c>circuit_open</c>, with the seconds until it may be tried).
    /// </summary>
    public Task<HttpResponseMessage> SendAsync(HttpRequestMessage message, PolicyCall call, Attempt attempt, CancellationToken cancellationToken) =>
        throw new NotImplementedException();
}

/// <summary>One attempt: sends the message to the target and takes its time.</summary>
internal delegate Task<HttpResponseMessage> Attempt(HttpRequestMessage message, PolicyCall call, CancellationToken cancellationToken);
