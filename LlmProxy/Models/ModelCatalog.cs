using ApeTest.LlmProxy.Errors;
using ApeTest.LlmProxy.Providers;

namespace ApeTest.LlmProxy.Models;

/// <summary>The models of all providers, at most <see cref="ModelListCache.Lifetime"/> old, and which providers could not say theirs.</summary>
internal sealed class ModelCatalog
{
    private readonly (ILlmProvider Provider, ModelListCache Models)[] _providers;

    public ModelCatalog(ProviderRegistry providers, TimeProvider clock) =>
        _providers = [.. providers.All.Select(provider => (provider, new ModelListCache(provider, clock)))];

    /// <summary>One entry a provider, by name. All are asked at once, so it takes as long as the slowest, at most <see cref="ModelListCache.Limit"/>.</summary>
    public Task<ProviderModels[]> ListAsync(CancellationToken cancellationToken) =>
        Task.WhenAll(_providers.Select(entry => ListAsync(entry.Provider, entry.Models, cancellationToken)));

    private static async Task<ProviderModels> ListAsync(ILlmProvider provider, ModelListCache models, CancellationToken cancellationToken)
    {
        if (provider.MissingKey is { } variable)
        {
            return new(provider.Name, [], new(ErrorTypes.MissingKey, $"{provider.Name} needs a key and {variable} is not set"));
        }

        try
        {
            return new(provider.Name, (await models.GetAsync(cancellationToken)).Ids, null);
        }
        catch (ProviderException error)
        {
            return new(provider.Name, [], new(error.ErrorType, provider.Redactor.Redact(error.Message)));
        }
    }
}

/// <summary>What one provider offers.</summary>
/// <param name="Provider">Its name.</param>
/// <param name="Ids">Model ids without the provider's name; empty when it could not be asked.</param>
/// <param name="Failure">Why it could not be asked; null when it could.</param>
internal sealed record ProviderModels(string Provider, IReadOnlyList<string> Ids, ListFailure? Failure);

/// <summary>Why a provider's models are unknown.</summary>
/// <param name="ErrorType">One of <see cref="ErrorTypes"/>.</param>
/// <param name="Message">What is so, and where.</param>
internal sealed record ListFailure(string ErrorType, string Message);
