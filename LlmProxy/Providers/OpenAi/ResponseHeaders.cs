using System.Net.Http.Headers;
using ApeTest.LlmProxy.Errors;

namespace ApeTest.LlmProxy.Providers.OpenAi;

/// <summary>The response headers of a provider that reach the client.</summary>
internal static class ResponseHeaders
{
    /// <summary>Those of an answer: retry-after, rate limits, request ids. Keys in them are masked; a value that no HTTP header may hold is left out.</summary>
    public static List<KeyValuePair<string, string>> Passed(HttpResponseHeaders headers, Redactor redactor)
    {
        List<KeyValuePair<string, string>> passed = [];
        foreach (var (name, values) in headers.NonValidated)
        {
            if (IsPassed(name) && values.ToString() is var value && !value.AsSpan().ContainsAnyExceptInRange(' ', '~'))
            {
                passed.Add(new(name, redactor.Redact(value)));
            }
        }

        return passed;
    }

    private static bool IsPassed(string name) =>
        name.Equals("retry-after", StringComparison.OrdinalIgnoreCase)
        || name.Equals("retry-after-ms", StringComparison.OrdinalIgnoreCase)
        || name.Equals("x-request-id", StringComparison.OrdinalIgnoreCase)
        || name.StartsWith("x-ratelimit-", StringComparison.OrdinalIgnoreCase)
        || name.StartsWith("openai-", StringComparison.OrdinalIgnoreCase);
}
