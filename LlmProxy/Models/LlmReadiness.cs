using ApeTest.LlmProxy.Chat;
using ApeTest.LlmProxy.Errors;
using ApeTest.LlmProxy.Measures;
using ApeTest.LlmProxy.Options;
using ApeTest.LlmProxy.Providers;
using ApeTest.LlmProxy.Providers.Ollama;

namespace ApeTest.LlmProxy.Models;

/// <summary>Asks the provider for its models.</summary>
internal sealed class LlmReadiness(ModelRoute routes, PriceTable prices, TimeProvider clock) : ILlmReadiness
{
    private const int NearestCount = 5;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    public async Task<LlmReadinessResult> CheckAsync(string model, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(model);
        if (routes.TryFind(model, out var candidates) is { } unknown)
        {
            return new(LlmReadinessStatus.UnknownProvider, unknown.Message, "name a model as provider/model, such as builtin/planner", "", []);
        }

        var (provider, id) = (candidates[0].Provider, candidates[0].Model);
        if (provider.MissingKey is { } variable)
        {
            return new(LlmReadinessStatus.MissingKey, $"{provider.Name} needs a key and {variable} is not set",
                $"set {variable}, or {variable}_FILE to a file that holds it; builtin/planner needs none", provider.Name, []);
        }

        using var timeout = new CancellationTokenSource(Limit, clock);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            var known = await provider.ListModelsAsync(both.Token);
            // Ollama lists "llama3.2:latest" and takes "llama3.2".
            return known.Ids.Contains(id, StringComparer.Ordinal) || known.Ids.Contains(id + ":latest", StringComparer.Ordinal)
                ? new(LlmReadinessStatus.Ok, $"{provider.Name}/{id} is ready at {provider.Where}", null, provider.Name, []) { Terms = Terms(provider, id, known.Limits) }
                : Unknown(provider, id, known.Ids);
        }
        catch (ProviderException error)
        {
            var refused = error.ErrorType is "http_401" or "http_403";
            return new(refused ? LlmReadinessStatus.InvalidKey : LlmReadinessStatus.Unreachable, error.Message,
                refused ? $"check the key of {provider.Name}" : Advice(provider, error.ErrorType), provider.Name, []);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new(LlmReadinessStatus.Unreachable, $"{provider.Name} at {provider.Where} did not answer within {Limit.TotalSeconds} s",
                Advice(provider, ErrorTypes.TotalTimeout), provider.Name, []);
        }
    }

    private ModelTerms Terms(ILlmProvider provider, string id, RateLimits limits)
    {
        var price = prices.Find(provider, id);
        return new(provider.Free, price?.Prompt, price?.Completion, limits.RequestsPerMinute, limits.TokensPerMinute);
    }

    private static LlmReadinessResult Unknown(ILlmProvider provider, string id, IReadOnlyList<string> known)
    {
        string[] nearest = [.. known.OrderBy(name => Distance(name, id)).ThenBy(name => name, StringComparer.Ordinal)
            .Take(NearestCount).Select(name => $"{provider.Name}/{name}")];
        var hint = provider.Name == OllamaServer.Name
            ? $"pull it with: ollama pull {id}"
            : nearest.Length > 0 ? "use one of: " + string.Join(", ", nearest) : "the provider lists no model";
        return new(LlmReadinessStatus.UnknownModel, $"{provider.Name} at {provider.Where} has no model \"{id}\"", hint, provider.Name, nearest);
    }

    private static string Advice(ILlmProvider provider, string errorType) => errorType switch
    {
        "http_429" => $"{provider.Name} refuses more requests for now: wait, or use a key with a higher limit",
        _ when errorType.StartsWith("http_", StringComparison.Ordinal) => $"it answers, but not as {provider.Name} does: check its base URL and its own log",
        _ when provider.Name == OllamaServer.Name => "start it with: ollama serve (or set OLLAMA_HOST to where it runs)",
        _ => $"check the network and the base URL of {provider.Name}",
    };

    // Levenshtein; model names are short.
    private static int Distance(string a, string b)
    {
        var row = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var cost = char.ToLowerInvariant(a[i - 1]) == char.ToLowerInvariant(b[j - 1]) ? 0 : 1;
                (diagonal, row[j]) = (row[j], Math.Min(Math.Min(row[j] + 1, row[j - 1] + 1), diagonal + cost));
            }
        }

        return row[b.Length];
    }
}
