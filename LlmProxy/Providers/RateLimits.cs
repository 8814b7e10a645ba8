using System.Globalization;

namespace ApeTest.LlmProxy.Providers;

/// <summary>What a provider lets one key ask for in a minute. Null: it did not say.</summary>
/// <param name="RequestsPerMinute">Requests.</param>
/// <param name="TokensPerMinute">Prompt and completion tokens.</param>
internal readonly record struct RateLimits(long? RequestsPerMinute, long? TokensPerMinute)
{
    // OpenAI counts both by the minute; Cerebras says the unit in the name and counts requests by the day as well.
    private static readonly string[] Requests = ["x-ratelimit-limit-requests-minute", "x-ratelimit-limit-requests"];
    private static readonly string[] Tokens = ["x-ratelimit-limit-tokens-minute", "x-ratelimit-limit-tokens"];

    /// <summary>Reads the headers of an answer.</summary>
    public static RateLimits Read(IReadOnlyList<KeyValuePair<string, string>> headers) => new(First(headers, Requests), First(headers, Tokens));

    private static long? First(IReadOnlyList<KeyValuePair<string, string>> headers, string[] names)
    {
        foreach (var name in names)
        {
            foreach (var (header, value) in headers)
            {
                if (header.Equals(name, StringComparison.OrdinalIgnoreCase) && long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var limit) && limit > 0)
                {
                    return limit;
                }
            }
        }

        return null;
    }
}
