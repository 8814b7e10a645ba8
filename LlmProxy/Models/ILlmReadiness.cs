namespace ApeTest.LlmProxy.Models;

/// <summary>Tells before a run whether a model can be used. Implementations: asking the provider; a test's fake counts.</summary>
public interface ILlmReadiness
{
    /// <summary>Checks <paramref name="model"/> (<c>provider/model</c>) without spending a token. Never throws for a provider's failure.</summary>
    Task<LlmReadinessResult> CheckAsync(string model, CancellationToken cancellationToken);
}

/// <summary>What a check found.</summary>
/// <param name="Status">The finding.</param>
/// <param name="Message">What is so, and where; for people.</param>
/// <param name="Hint">What to do; null when ready.</param>
/// <param name="Provider">Provider's name; empty when unknown.</param>
/// <param name="Nearest">Model names (<c>provider/model</c>) nearest to the one asked for, best first; empty unless the model is unknown.</param>
public sealed record LlmReadinessResult(
    LlmReadinessStatus Status, string Message, string? Hint, string Provider, IReadOnlyList<string> Nearest)
{
    /// <summary>What the model costs and how much may be asked of it; null unless ready.</summary>
    public ModelTerms? Terms { get; init; }
}

/// <summary>What a model costs and how much may be asked of it.</summary>
/// <param name="Free">Whether it costs nothing.</param>
/// <param name="PromptUsd">US dollars for a million prompt tokens; null when unknown.</param>
/// <param name="CompletionUsd">US dollars for a million completion tokens; null when unknown.</param>
/// <param name="RequestsPerMinute">The provider's limit for this key; null when it did not say.</param>
/// <param name="TokensPerMinute">The provider's limit for this key; null when it did not say.</param>
public sealed record ModelTerms(bool Free, decimal? PromptUsd, decimal? CompletionUsd, long? RequestsPerMinute, long? TokensPerMinute);

/// <summary>Findings of a readiness check.</summary>
public enum LlmReadinessStatus
{
    /// <summary>The provider is reachable and lists the model.</summary>
    Ok,

    /// <summary>No provider of that name (input, exit code 2).</summary>
    UnknownProvider,

    /// <summary>The provider's key is not set; the hint names the variable (input, exit code 2).</summary>
    MissingKey,

    /// <summary>The provider refuses the key (input, exit code 2).</summary>
    InvalidKey,

    /// <summary>The provider cannot be reached or does not answer properly (environment, exit code 3).</summary>
    Unreachable,

    /// <summary>The provider is reachable and does not have the model (environment, exit code 3).</summary>
    UnknownModel,
}
