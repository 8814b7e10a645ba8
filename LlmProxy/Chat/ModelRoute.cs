using ApeTest.LlmProxy.Errors;
using ApeTest.LlmProxy.Options;
using ApeTest.LlmProxy.Providers;

namespace ApeTest.LlmProxy.Chat;

/// <summary>Finds who answers for a model name: <c>provider/model</c> (a model id may itself hold slashes), or an alias of one or several.</summary>
internal sealed class ModelRoute(ProviderRegistry providers, LlmProxyOptions options)
{
    /// <summary>The candidates in the order in which they are tried; an error when the name names none.</summary>
    public OpenAiError? TryFind(string name, out IReadOnlyList<Candidate> candidates)
    {
        name = name.Trim();
        name = name.Length == 0 ? options.DefaultModel : name;
        if (options.Aliases.TryGetValue(name, out var chain))
        {
            candidates = [.. chain.Select(Find).OfType<Candidate>()];
            return null;
        }

        if (Find(name) is { } found)
        {
            candidates = [found];
            return null;
        }

        candidates = [];
        var known = string.Join(", ", providers.All.Select(provider => provider.Name).Concat(options.Aliases.Keys.Order(StringComparer.Ordinal).Select(alias => $"the alias {alias}")));
        var advice = !name.Contains('/', StringComparison.Ordinal) && providers.Find(name) is null ? $"; did you mean \"openai/{name}\"?" : "";
        return OpenAiError.NotFound("model_not_found",
            $"\"{name}\" names no model: write provider/model, where the provider is one of {known}{advice}", "model");
    }

    private Candidate? Find(string name)
    {
        var slash = name.IndexOf('/', StringComparison.Ordinal);
        return slash > 0 && slash < name.Length - 1 && providers.Find(name[..slash]) is { } entry ? new Candidate(entry, name[(slash + 1)..]) : null;
    }
}

/// <summary>A model at a provider.</summary>
/// <param name="Entry">The provider.</param>
/// <param name="Model">Model id without the provider's name.</param>
internal sealed record Candidate(ProviderEntry Entry, string Model)
{
    /// <summary>The provider.</summary>
    public ILlmProvider Provider => Entry.Provider;
}
