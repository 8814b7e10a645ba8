namespace ApeTest.LlmProxy.Options;

/// <summary>The proxy's options are wrong. The message lists every error: field, rule and fix, one a line.</summary>
public sealed class LlmProxyConfigException(IReadOnlyList<string> errors)
    : Exception("The LLM proxy's options are wrong:\n  " + string.Join("\n  ", errors))
{
    /// <summary>One text per error.</summary>
    public IReadOnlyList<string> Errors { get; } = errors;
}
