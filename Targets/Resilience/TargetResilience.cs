using ApeTest.Targets.Http;
using ApeTest.Targets.Policy;
using Polly;
using Polly.CircuitBreaker;
using Polly.Retry;
using Polly.Timeout;

namespace ApeTest.Targets.Resilience;

/// <summary>Retry, circuit breaker and time limit of an attempt of one target (Polly), in this order from outside. Thread-safe; the breaker's state is shared by all requests.</summary>
internal sealed class TargetResilience
{
    private static readonly ResiliencePropertyKey<Sending> Key = new("ApeTest.Sending");

    private readonly string _target;
    private readonly RetryRule? _retry;
    private readonly CircuitBreakerStateProvider? _breaker;
    private readonly ResiliencePipeline<HttpResponseMessage> _pipeline;

    private TargetResilience(string target, RetryOptions retry, CircuitBreakerOptions? breaker, TimeSpan timeout, TimeProvider time)
    {
        _target = target;
        _retry = retry.Attempts == 0 ? null : new RetryRule(retry, time);
        _breaker = breaker is null ? null : new CircuitBreakerStateProvider();
        var builder = new ResiliencePipelineBuilder<HttpResponseMessage> { TimeProvider = time };
        if (_retry is not null)
        {
            builder.AddRetry(RetryStrategy(_retry, retry.Attempts));
        }
        if (breaker is not null)
        {
            builder.AddCircuitBreaker(BreakerStrategy(breaker, time));
        }
        _pipeline = builder.AddTimeout(TimeoutStrategy(timeout)).Build();
    }

    /// <summary>Whether the breaker keeps requests from the target; null where there is no breaker.</summary>
    public bool? IsOpen => _breaker is null ? null : _breaker.CircuitState != CircuitState.Closed;

    /// <summary>Builds it; null where neither retry nor breaker is configured.</summary>
    public static TargetResilience? Create(string target, RetryOptions retry, CircuitBreakerOptions? breaker, TimeSpan timeout, TimeProvider time) =>
        retry.Attempts == 0 && breaker is null ? null : new TargetResilience(target, retry, breaker, timeout, time);

    /// <summary>
    /// Sends by <paramref name="attempt"/>, as often as is allowed; counts retries in the call. An open breaker throws
    /// <see cref="TargetRefusedException"/> (503, <c>circuit_open</c>, with the seconds until it may be tried). What the last attempt
    /// brought is what the caller sees; answers before it are disposed.
    /// </summary>
    public async Task<HttpResponseMessage> SendAsync(HttpRequestMessage message, PolicyCall call, Attempt attempt, CancellationToken cancellationToken)
    {
        // 1. May it be sent again?
        var (resend, reconnect) = _retry is null ? default : await _retry.PrepareAsync(message, cancellationToken);
        var sending = new Sending(message, call, attempt)
        {
            CanResend = resend,
            CanReconnect = reconnect,
            IsLimited = message.Content is null or ReadOnlyMemoryContent or ByteArrayContent,
        };

        // 2. Through the pipeline.
        var context = ResilienceContextPool.Shared.Get(cancellationToken);
        context.Properties.Set(Key, sending);
        try
        {
            var outcome = await _pipeline.ExecuteOutcomeAsync(AttemptAsync, context, sending);
            if (outcome.Exception is BrokenCircuitException broken)
            {
                throw new TargetRefusedException(Refusal(broken));
            }
            outcome.ThrowIfException();
            return outcome.Result!;
        }
        finally
        {
            ResilienceContextPool.Shared.Return(context);
        }
    }

    private static async ValueTask<Outcome<HttpResponseMessage>> AttemptAsync(ResilienceContext context, Sending sending)
    {
        try
        {
            return Outcome.FromResult(await sending.AttemptAsync(context.CancellationToken));
        }
        catch (Exception exception)
        {
            return Outcome.FromException<HttpResponseMessage>(exception);
        }
    }

    private RetryStrategyOptions<HttpResponseMessage> RetryStrategy(RetryRule rule, int attempts) => new()
    {
        MaxRetryAttempts = attempts,
        ShouldHandle = args =>
        {
            var sending = Of(args.Context);
            // What would be refused by an open breaker is not worth the wait: the caller sees this answer.
            sending.Reason = _breaker?.CircuitState == CircuitState.Open ? null : rule.Reason(args.Outcome, sending, args.Context.CancellationToken);
            return ValueTask.FromResult(sending.Reason is not null);
        },
        DelayGenerator = args => ValueTask.FromResult<TimeSpan?>(rule.Wait(args.Outcome, args.AttemptNumber)),
    };

    private CircuitBreakerStrategyOptions<HttpResponseMessage> BreakerStrategy(CircuitBreakerOptions options, TimeProvider time)
    {
        var failures = new FailureRule(options.On);
        var window = new FailureWindow(options.Failures, options.Share, options.Window, time);
        var longest = TimeSpan.FromDays(1);
        return new CircuitBreakerStrategyOptions<HttpResponseMessage>
        {
            // The window says when it opens, and reports only that failure: any share of any two attempts must do for Polly.
            FailureRatio = double.Epsilon,
            MinimumThroughput = 2,
            SamplingDuration = options.Window < longest / 2 ? options.Window * 2 : longest,
            BreakDuration = options.Break,
            StateProvider = _breaker,
            ShouldHandle = args => ValueTask.FromResult(IsBreaking(args)),
            OnOpened = _ => Clear(),
            OnClosed = _ => Clear(),
        };

        bool IsBreaking(CircuitBreakerPredicateArguments<HttpResponseMessage> args)
        {
            var isTrial = _breaker!.CircuitState == CircuitState.HalfOpen;
            if (FailureRule.IsSilent(args.Outcome, args.Context.CancellationToken))
            {
                // A trial that told nothing must not close it.
                return isTrial;
            }
            var failed = failures.Of(args.Outcome) is not null;
            return window.Add(failed) || (failed && isTrial);
        }

        ValueTask Clear()
        {
            window.Clear();
            return ValueTask.CompletedTask;
        }
    }

    private static TimeoutStrategyOptions TimeoutStrategy(TimeSpan timeout) => new()
    {
        TimeoutGenerator = args => ValueTask.FromResult(Of(args.Context).IsLimited ? timeout : Timeout.InfiniteTimeSpan),
    };

    private static Sending Of(ResilienceContext context) =>
        context.Properties.TryGetValue(Key, out var sending) ? sending : throw new InvalidOperationException("An attempt without its request.");

    private Verdict Refusal(BrokenCircuitException broken)
    {
        var seconds = Math.Max(1, Math.Ceiling((broken.RetryAfter ?? TimeSpan.Zero).TotalSeconds));
        return Verdict.Deny(503, TargetErrors.CircuitOpen, $"the circuit breaker of target '{_target}' is open after its failures: nothing was sent; it may be tried again in {seconds} s")
            with { RetryAfter = TimeSpan.FromSeconds(seconds) };
    }
}

/// <summary>One attempt: sends the message to the target and takes its time.</summary>
internal delegate Task<HttpResponseMessage> Attempt(HttpRequestMessage message, PolicyCall call, CancellationToken cancellationToken);
