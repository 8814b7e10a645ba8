using System.Globalization;
using ApeTest.LlmProxy.Errors;
using ApeTest.LlmProxy.Options;

namespace ApeTest.LlmProxy.Budgets;

/// <summary>How many requests and tokens a minute one key may have. Not thread-safe: <see cref="Admission"/> holds its lock around it.</summary>
internal sealed class KeyRate(ProxyKeyOptions key, TimeProvider clock)
{
    /// <summary>Code of the refusal.</summary>
    public const string Code = "rate_limit_exceeded";

    private readonly TokenBucket? _requests = key.RequestsPerMinute is { } requests ? new TokenBucket(requests, clock) : null;
    private readonly TokenBucket? _tokens = key.TokensPerMinute is { } tokens ? new TokenBucket(tokens, clock) : null;

    /// <summary>Says what stands against another call of so many tokens at most; null: nothing.</summary>
    public OpenAiError? Exceeded(long tokens)
    {
        _requests?.Refill();
        _tokens?.Refill();
        if (_tokens is not null && tokens > _tokens.Limit)
        {
            return Refusal("tokens",
                $"this call may take {tokens} tokens (prompt and max_completion_tokens), more than the {_tokens.Limit} a minute of key \"{key.Name}\"; "
                + "state a smaller max_completion_tokens or raise tokensPerMinute of the key",
                null);
        }

        var forRequest = _requests?.Until(1) ?? TimeSpan.Zero;
        var forTokens = _tokens?.Until(tokens) ?? TimeSpan.Zero;
        var pause = forRequest > forTokens ? forRequest : forTokens;
        if (pause == TimeSpan.Zero)
        {
            return null;
        }

        return forTokens == pause
            ? Refusal("tokens",
                $"key \"{key.Name}\" may take {_tokens!.Limit} tokens a minute: {_tokens.Remaining} are left now and this call may take {tokens}; come back in {Reset(pause)}",
                pause)
            : Refusal("requests", $"key \"{key.Name}\" may make {_requests!.Limit} requests a minute and has made them; come back in {Reset(pause)}", pause);
    }

    public void Take(long tokens)
    {
        _requests?.Take(1);
        _tokens?.Take(tokens);
    }

    /// <summary>Puts what a call took in the place of what it might have taken.</summary>
    public void Settle(long taken, long tokens) => _tokens?.Return(taken - tokens);

    /// <summary>Takes a call back that did not leave.</summary>
    public void Withdraw(long tokens)
    {
        _requests?.Return(1);
        _tokens?.Return(tokens);
    }

    // As OpenAI writes it (https://platform.openai.com/docs/guides/rate-limits): 20ms, 1.5s, 6m0s.
    internal static string Reset(TimeSpan time)
    {
        var milliseconds = (decimal)Math.Ceiling(time.TotalMilliseconds);
        var minutes = Math.Floor(milliseconds / 60_000);
        var seconds = (milliseconds - (minutes * 60_000)) / 1000;
        return milliseconds == 0 ? "0s"
            : milliseconds < 1000 ? milliseconds.ToString("0", CultureInfo.InvariantCulture) + "ms"
            : (minutes > 0 ? minutes.ToString("0", CultureInfo.InvariantCulture) + "m" : "") + seconds.ToString("0.###", CultureInfo.InvariantCulture) + "s";
    }

    private OpenAiError Refusal(string type, string message, TimeSpan? pause)
    {
        List<KeyValuePair<string, string>> headers = [];
        Add("requests", _requests);
        Add("tokens", _tokens);
        if (pause is null)
        {
            headers.Add(new("x-should-retry", "false"));
        }

        return new OpenAiError(StatusCodes.Status429TooManyRequests, type, Code, message)
        {
            RetryAfter = pause is { } wait ? (int)Math.Min(int.MaxValue, Math.Ceiling(wait.TotalSeconds)) : null,
            Headers = headers,
        };

        void Add(string name, TokenBucket? bucket)
        {
            if (bucket is not null)
            {
                headers.Add(new($"x-ratelimit-limit-{name}", bucket.Limit.ToString(CultureInfo.InvariantCulture)));
                headers.Add(new($"x-ratelimit-remaining-{name}", bucket.Remaining.ToString(CultureInfo.InvariantCulture)));
                headers.Add(new($"x-ratelimit-reset-{name}", Reset(bucket.UntilFull)));
            }
        }
    }
}
