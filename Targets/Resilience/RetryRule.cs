using ApeTest.Targets.Faults;
using ApeTest.Targets.Http;
using Polly;

namespace ApeTest.Targets.Resilience;

/// <summary>Whether a failed attempt is followed by another, and when: <see cref="RetryOptions"/>, compiled. Thread-safe.</summary>
internal sealed class RetryRule(RetryOptions options, TimeProvider time)
{
    private readonly FailureRule _failures = new(options.On);
    private readonly HashSet<string> _methods = new(options.Methods, StringComparer.Ordinal);

    // The runtime seeds it anew in each process, so that the gateways of one test do not wait in step.
    private readonly long _seed = string.GetHashCode("retry", StringComparison.Ordinal);
    private long _draws;

    /// <summary>
    /// Looks at a request before it is sent. A small body is read into memory where the request may be sent again after the target got
    /// it; where only a connection may be tried again nothing of the body is gone, so that it is left alone.
    /// </summary>
    public async ValueTask<(bool Resend, bool Reconnect)> PrepareAsync(HttpRequestMessage message, CancellationToken cancellationToken)
    {
        if (message.Content?.Headers.ContentLength > ReplayableContent.Limit)
        {
            return (false, false);
        }
        // An upgraded connection is no request any more; a body that waits for 100 Continue must not be asked for before the target wants it.
        var isPlain = !message.Headers.NonValidated.Contains("Upgrade") && !message.Headers.NonValidated.Contains("Expect");
        if (!isPlain || !_methods.Contains(message.Method.Method))
        {
            return (false, message.Content is not PrefixedContent);
        }
        var isReplayable = await ReplayableContent.TryBufferAsync(message, ReplayableContent.Limit, cancellationToken);
        return (isReplayable, isReplayable);
    }

    /// <summary>Why the request is sent again after this attempt; null where it is not.</summary>
    public string? Reason(in Outcome<HttpResponseMessage> outcome, Sending sending, CancellationToken caller)
    {
        if (FailureRule.IsSilent(in outcome, caller) || _failures.Of(in outcome) is not { } failure)
        {
            return null;
        }
        var may = sending.CanResend || (sending.CanReconnect && FailureRule.IsUnsent(failure));
        return may && !(RetryAfter(in outcome) > options.MaxDelay) ? failure : null;
    }

    /// <summary>How long to wait before retry <paramref name="retry"/> (from 0): not less than the target asks for.</summary>
    public TimeSpan Wait(in Outcome<HttpResponseMessage> outcome, int retry)
    {
        var wait = options.Delay * Math.Pow(2, retry);
        wait = wait < options.MaxDelay ? wait : options.MaxDelay;
        if (options.Jitter)
        {
            wait *= 0.5 + FaultDraw.Of(_seed, 0, Interlocked.Increment(ref _draws)).Next() / 2;
        }
        return RetryAfter(in outcome) is { } asked && asked > wait ? asked : wait;
    }

    /// <summary>RFC 9110, 10.2.3: seconds or a date.</summary>
    private TimeSpan? RetryAfter(in Outcome<HttpResponseMessage> outcome) => outcome.Result?.Headers.RetryAfter switch
    {
        { Delta: { } delta } => delta,
        { Date: { } date } => date - time.GetUtcNow(),
        _ => null,
    };
}
