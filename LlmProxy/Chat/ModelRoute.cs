using ApeTest.LlmProxy.Errors;
using ApeTest.LlmProxy.Options;
using ApeTest.LlmProxy.Providers;

namespace ApeTest.LlmProxy.Chat;

/// <summary>Finds the provider of a <c>provider/model</c> name; a model id may itself hold slashes.</summary>
internal static class ModelRoute
{
    public static OpenAiError? TryFind(
        ProviderRegistry providers, LlmProxyOptions options, string name, out ProviderEntry? entry, out string model)
    {
        name = name.Trim();
        name = name.Length == 0 ? options.DefaultModel : name;
        var slash = name.IndexOf('/', StringComparison.Ordinal);
        model = slash < 0 ? "" : name[(slash + 1)..];
        entry = slash < 0 ? null : providers.Find(name[..slash]);
        if (entry is not null && model.Length > 0)
        {
            return null;
        }

        var known = string.Join(", ", providers.All.Select(provider => provider.Name));
        var advice = slash < 0 && providers.Find(name) is null ? $"; did you mean \"openai/{name}\"?" : "";
        return OpenAiError.NotFound("model_not_found",
            $"\"{name}\" names no model: write provider/model, where the provider is one of {known}{advice}", "model");
    }
}
