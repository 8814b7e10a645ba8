using ApeTest.LlmProxy.Errors;

namespace ApeTest.LlmProxy.Keys;

/// <summary>The refusal of a request without a known key. The key that was sent is not repeated.</summary>
internal static class ProxyKeyError
{
    public static Task WriteAsync(HttpContext context)
    {
        var missing = context.Request.Headers.Authorization.Count == 0;
        return new OpenAiError(StatusCodes.Status401Unauthorized, "authentication_error", "invalid_api_key",
            missing
                ? "this proxy wants a key: send Authorization: Bearer <proxy key>"
                : "this proxy does not know the key in Authorization; it wants one of its own proxy keys, not a provider's key").WriteAsync(context);
    }
}
