using System.Globalization;

namespace ApeTest.LlmProxy.Providers.Cerebras;

/// <summary>
/// When a quota of Cerebras is there again: <c>x-ratelimit-{limit,remaining,reset}-{requests-day,tokens-minute}</c>, the reset in seconds with a fraction
/// (https://inference-docs.cerebras.ai/support/rate-limits).
/// </summary>
internal static class QuotaReset
{
    private const string Reset = "x-ratelimit-reset-";
    private const string Remaining = "x-ratelimit-remaining-";
    private const double MostSeconds = 31 * 86_400;

    /// <summary>
    /// The longest wait of the windows in which less is left than a request asks for; null when none is short, or the headers do not say.
    /// </summary>
    /// <param name="headers">Headers of the answer.</param>
    /// <param name="tokens">What the request is admitted by: prompt plus <c>max_completion_tokens</c>.</param>
    public static TimeSpan? Wait(IReadOnlyList<KeyValuePair<string, string>> headers, long tokens)
    {
        TimeSpan? longest = null;
        foreach (var (name, value) in headers)
        {
            if (!name.StartsWith(Reset, StringComparison.OrdinalIgnoreCase) || Number(value) is not (>= 0 and <= MostSeconds and var seconds))
            {
                continue;
            }

            var window = name[Reset.Length..];
            var asked = window.StartsWith("tokens", StringComparison.OrdinalIgnoreCase) ? tokens : 1;
            if (Left(headers, window) < asked && !(longest?.TotalSeconds >= seconds))
            {
                longest = TimeSpan.FromSeconds(seconds);
            }
        }

        return longest;
    }

    private static double? Left(IReadOnlyList<KeyValuePair<string, string>> headers, string window)
    {
        foreach (var (name, value) in headers)
        {
            if (name.Length == Remaining.Length + window.Length && name.StartsWith(Remaining, StringComparison.OrdinalIgnoreCase)
                && name.EndsWith(window, StringComparison.OrdinalIgnoreCase))
            {
                return Number(value);
            }
        }

        return null;
    }

    private static double? Number(string value) =>
        double.TryParse(value, NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : null;
}
