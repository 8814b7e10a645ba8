using ApeTest.LlmProxy.Options;

namespace ApeTest.LlmProxy.Chat;

/// <summary>How long to wait before another attempt: what the provider asked for, else doubling with jitter.</summary>
internal sealed class RetryPause(LlmProxyOptions options)
{
    private readonly Lock _lock = new();
    private readonly Random _random = new(1);

    /// <summary>The pause before attempt <paramref name="attempt"/> + 1 (from 0); null when there shall be none.</summary>
    public TimeSpan? Next(int attempt, TimeSpan? retryAfter)
    {
        var retry = options.Retry;
        if (attempt >= retry.Attempts || retryAfter > retry.MaxPause)
        {
            return null;
        }

        if (retryAfter is { } asked)
        {
            return asked;
        }

        double jitter;
        lock (_lock)
        {
            jitter = 1 - (_random.NextDouble() / 2);
        }

        var pause = retry.Backoff * Math.Pow(2, attempt) * jitter;
        return pause < retry.MaxPause ? pause : retry.MaxPause;
    }

    public static bool IsRetryable(int status) => status is 408 or 429 or 500 or 502 or 503 or 504;
}
