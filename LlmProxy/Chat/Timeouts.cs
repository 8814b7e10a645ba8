using System.Globalization;
using ApeTest.LlmProxy.Errors;
using ApeTest.LlmProxy.Options;
using ApeTest.LlmProxy.Providers;

namespace ApeTest.LlmProxy.Chat;

/// <summary>Says which time limit passed, and how to change it.</summary>
internal static class Timeouts
{
    public static OpenAiError Error(string expired, TimeoutOptions limits, ILlmProvider provider)
    {
        var (what, field, limit) = expired switch
        {
            ErrorTypes.HeadersTimeout => ("no answer", "headers", limits.Headers),
            ErrorTypes.FirstTokenTimeout => ("no first token", "firstToken", limits.FirstToken),
            ErrorTypes.InterTokenTimeout => ("the stream stalled: no token", "interToken", limits.InterToken),
            _ => ("the call did not end", "total", limits.Total),
        };
        var seconds = limit.TotalSeconds.ToString("0.###", CultureInfo.InvariantCulture);
        return OpenAiError.Upstream(StatusCodes.Status504GatewayTimeout, expired,
            $"{provider.Name} at {provider.Where}: {what} within {seconds} s (timeouts.{field})");
    }
}
