namespace ApeTest.LlmProxy.Providers.OpenAi;

/// <summary>Which of a provider's response headers reach the client.</summary>
internal static class ResponseHeaders
{
    public static bool IsPassed(string name) =>
        name.Equals("retry-after", StringComparison.OrdinalIgnoreCase)
        || name.Equals("retry-after-ms", StringComparison.OrdinalIgnoreCase)
        || name.Equals("x-request-id", StringComparison.OrdinalIgnoreCase)
        || name.StartsWith("x-ratelimit-", StringComparison.OrdinalIgnoreCase)
        || name.StartsWith("openai-", StringComparison.OrdinalIgnoreCase);
}
