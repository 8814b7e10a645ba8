using ApeTest.LlmProxy.Options;
using ApeTest.LlmProxy.Providers;
using Polly;
using Polly.CircuitBreaker;

namespace ApeTest.LlmProxy.Resilience;

/// <summary>
/// The circuit breaker of one provider (<see cref="BreakerOptions"/>), around single attempts until what came of them is known: a failure to send, a 5xx, or what
/// <see cref="ProviderResponse.Judge"/> is told. Thread-safe.
/// </summary>
internal sealed class ProviderBreaker
{
    // The result of an attempt: whether the provider failed it.
    private readonly ResiliencePipeline<bool>? _pipeline;
    private readonly CircuitBreakerStateProvider _state = new();

    public ProviderBreaker(BreakerOptions? options, TimeProvider clock)
    {
        if (options is null)
        {
            return;
        }

        _pipeline = new ResiliencePipelineBuilder<bool> { TimeProvider = clock }
            .AddCircuitBreaker(new CircuitBreakerStrategyOptions<bool>
            {
                FailureRatio = options.Share,
                MinimumThroughput = options.Calls,
                SamplingDuration = options.Window,
                BreakDuration = options.Break,
                StateProvider = _state,
                ShouldHandle = static arguments => ValueTask.FromResult(arguments.Outcome.Result),
            })
            .Build();
    }

    /// <summary>Whether attempts are refused at present.</summary>
    public bool IsOpen => _pipeline is not null && _state.CircuitState is CircuitState.Open or CircuitState.Isolated;

    /// <summary>
    /// Makes one attempt and returns at the answer's headers; the attempt ends when the answer is judged or disposed. <paramref name="expired"/> says whether a
    /// cancellation was a time limit that passed, which counts as a failure; a client that leaves does not. An open breaker throws <see cref="CircuitOpenException"/>.
    /// </summary>
    public Task<ProviderResponse> SendAsync(ILlmProvider provider, ProviderRequest request, Func<bool> expired, CancellationToken cancellationToken)
    {
        if (_pipeline is null)
        {
            return provider.SendAsync(request, cancellationToken);
        }

        var attempt = new Attempt(provider, request, expired);
        _ = RunAsync(_pipeline, attempt, cancellationToken);
        return attempt.Answer;
    }

    private static async Task RunAsync(ResiliencePipeline<bool> pipeline, Attempt attempt, CancellationToken cancellationToken)
    {
        try
        {
            await pipeline.ExecuteAsync(static (attempt, token) => attempt.RunAsync(token), attempt, cancellationToken);
            attempt.Complete();
        }
        catch (BrokenCircuitException error)
        {
            attempt.Refuse(new CircuitOpenException(error.RetryAfter));
        }
        catch (Exception error)
        {
            attempt.Refuse(error);
        }
        finally
        {
            attempt.Counted();
        }
    }

    private sealed class Attempt(ILlmProvider provider, ProviderRequest request, Func<bool> expired)
    {
        private readonly TaskCompletionSource<ProviderResponse> _answer = new();
        private ProviderResponse? _response;
        private Exception? _error;

        public Task<ProviderResponse> Answer => _answer.Task;

        public void Counted() => _response?.Counted();

        public void Refuse(Exception error) => _answer.TrySetException(error);

        /// <summary>Returns whether the provider failed.</summary>
        public async ValueTask<bool> RunAsync(CancellationToken cancellationToken)
        {
            try
            {
                _response = await provider.SendAsync(request, cancellationToken);
            }
            catch (Exception error)
            {
                _error = error;
                return error is ProviderException || expired();
            }

            if (_response.Status >= StatusCodes.Status500InternalServerError)
            {
                return true;
            }

            var judged = _response.JudgedAsync();
            Complete();
            return await judged;
        }

        /// <summary>Hands the answer out, or what was thrown. A failure not before it is counted, so that whoever hears of it finds the breaker as it is then.</summary>
        public void Complete()
        {
            if (_error is not null)
            {
                _answer.TrySetException(_error);
            }
            else
            {
                _answer.TrySetResult(_response!);
            }
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
