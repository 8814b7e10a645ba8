using ApeTest.LlmProxy.Options;
using ApeTest.LlmProxy.Providers;
using Polly;
using Polly.CircuitBreaker;

namespace ApeTest.LlmProxy.Resilience;

/// <summary>The circuit breaker of one provider (<see cref="BreakerOptions"/>), around single attempts up to their response headers. Thread-safe.</summary>
internal sealed class ProviderBreaker
{
    private readonly ResiliencePipeline<ProviderResponse>? _pipeline;
    private readonly CircuitBreakerStateProvider _state = new();

    public ProviderBreaker(BreakerOptions? options, TimeProvider clock)
    {
        if (options is null)
        {
            return;
        }

        _pipeline = new ResiliencePipelineBuilder<ProviderResponse> { TimeProvider = clock }
            .AddCircuitBreaker(new CircuitBreakerStrategyOptions<ProviderResponse>
            {
                FailureRatio = options.Share,
                MinimumThroughput = options.Calls,
                SamplingDuration = options.Window,
                BreakDuration = options.Break,
                StateProvider = _state,
                ShouldHandle = static arguments => ValueTask.FromResult(arguments.Outcome switch
                {
                    { Exception: ProviderException or TimeoutException } => true,
                    { Result.Status: >= 500 } => true,
                    _ => false,
                }),
            })
            .Build();
    }

    /// <summary>Whether attempts are refused at present.</summary>
    public bool IsOpen => _pipeline is not null && _state.CircuitState is CircuitState.Open or CircuitState.Isolated;

    /// <summary>
    /// Makes one attempt. <paramref name="expired"/> says whether a cancellation was a time limit that passed, which counts as a failure; a client that leaves does
    /// not. An open breaker throws <see cref="CircuitOpenException"/>.
    /// </summary>
    public async ValueTask<ProviderResponse> SendAsync(ILlmProvider provider, ProviderRequest request, Func<bool> expired, CancellationToken cancellationToken)
    {
        if (_pipeline is null)
        {
            return await provider.SendAsync(request, cancellationToken);
        }

        try
        {
            return await _pipeline.ExecuteAsync(
                static async (state, token) =>
                {
                    try
                    {
                        return await state.provider.SendAsync(state.request, token);
                    }
                    catch (OperationCanceledException error) when (state.expired())
                    {
                        throw new TimeoutException("a time limit passed", error);
                    }
                },
                (provider, request, expired),
                cancellationToken);
        }
        catch (BrokenCircuitException error)
        {
            throw new CircuitOpenException(error.RetryAfter);
        }
        catch (TimeoutException error) when (error.InnerException is OperationCanceledException cancelled)
        {
            throw new OperationCanceledException(cancelled.Message, cancelled, cancellationToken);
        }
    }
}

/// <summary>The provider is left alone for now.</summary>
/// <param name="retryAfter">When the next attempt is let through; null: unknown.</param>
internal sealed class CircuitOpenException(TimeSpan? retryAfter) : Exception("the circuit breaker is open")
{
    /// <summary>When the next attempt is let through; null: unknown.</summary>
    public TimeSpan? RetryAfter { get; } = retryAfter;
}
