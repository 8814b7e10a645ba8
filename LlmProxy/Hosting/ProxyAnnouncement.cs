using ApeTest.LlmProxy.Options;
using ApeTest.LlmProxy.Providers;

namespace ApeTest.LlmProxy.Hosting;

/// <summary>What a person who starts a proxy has to know. Never a key.</summary>
public static class ProxyAnnouncement
{
    /// <summary>The base URL for clients.</summary>
    public static Uri BaseUrl(Uri proxy) => new(proxy, "/v1");

    /// <summary>All of it as lines of standard error.</summary>
    public static IEnumerable<string> Lines(IServiceProvider services, Uri proxy)
    {
        var options = services.GetRequiredService<LlmProxyOptions>();
        foreach (var provider in services.GetRequiredService<ProviderRegistry>().All)
        {
            yield return provider.MissingKey is { } variable
                ? $"provider {provider.Name}: not usable, no key; set {variable}, or {variable}_FILE to a file that holds it"
                : $"provider {provider.Name}: usable, at {provider.Where}";
        }

        foreach (var (alias, models) in options.Aliases.OrderBy(static alias => alias.Key, StringComparer.Ordinal))
        {
            yield return $"alias {alias}: {string.Join(", then ", models)}";
        }

        yield return $"requests that name no model go to {options.DefaultModel}";
        if (options.Cassette.File is { } cassette)
        {
            yield return $"cassette {cassette}: {Does(options.Cassette.Mode)}";
        }

        yield return options.Budgets.File is { } budgets
            ? $"what was spent is remembered in {budgets}"
            : "what was spent is forgotten when the proxy ends; --budget-file FILE remembers it";
        yield return options.Keys.Count == 0
            ? "no proxy keys: whoever reaches it may call it"
            : $"proxy keys: {string.Join(", ", options.Keys.Select(static key => key.Name))}";
        yield return $"OpenAI SDKs: export OPENAI_BASE_URL={BaseUrl(proxy)} OPENAI_API_KEY={(options.Keys.Count == 0 ? "none" : "YOUR_PROXY_KEY")}; models are named provider/model";
    }

    private static string Does(CassetteMode mode) => mode switch
    {
        CassetteMode.Record => "every request is asked and written anew",
        CassetteMode.Replay => "answers come from it only; no provider is asked",
        _ => "answers come from it where it knows the request, others are asked and added",
    };
}
