using ApeTest.LlmProxy.Errors;

namespace ApeTest.LlmProxy.Chat;

/// <summary>A provider did not answer with anything that could be passed on; nothing has reached the client yet.</summary>
/// <param name="ErrorType">One of <see cref="ErrorTypes"/>.</param>
/// <param name="Error">What the client is told where no other provider is asked.</param>
/// <param name="MaySucceedElsewhere">Whether another provider might answer the same request: false where the request itself is at fault.</param>
internal sealed record CallFailure(string ErrorType, OpenAiError Error, bool MaySucceedElsewhere = true)
{
    /// <summary>The provider's headers that the client sees with the error: <c>retry-after</c>, rate limits, request ids.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; } = [];
}
