using ApeTest.LlmProxy.Chat;
using ApeTest.LlmProxy.Errors;
using ApeTest.LlmProxy.Measures;
using ApeTest.LlmProxy.Providers;
using ApeTest.LlmProxy.Providers.Ollama;

namespace ApeTest.LlmProxy.Models;

/// <summary>Asks the provider for its models.</summary>
internal sealed class LlmReadiness(ModelRoute routes, PriceTable prices, TimeProvider clock) : ILlmReadiness
{
    private const int NearestCount = 5;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    /// <summary>An alias is ready when one of its models is; otherwise it is what the first of them is, and the message tells of all.</summary>
    public async Task<LlmReadinessResult> CheckAsync(string model, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(model);
        if (routes.TryFind(model, out var candidates) is { } unknown)
        {
            return new(LlmReadinessStatus.UnknownProvider, unknown.Message, "name a model as provider/model, such as builtin/planner", "", []);
        }

        var results = await Task.WhenAll(candidates.Select(candidate => CheckAsync(candidate.Provider, candidate.Model, cancellationToken)));
        var result = Array.Find(results, one => one.Status == LlmReadinessStatus.Ok) ?? results[0];
        return results.Length == 1 ? result : result with { Message = $"{model.Trim()}: " + string.Join("; ", results.Select(one => one.Message)) };
    }

    private async Task<LlmReadinessResult> CheckAsync(ILlmProvider provider, string id, CancellationToken cancellationToken)
    {
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
            return known.Offers(id) ? Ready(provider, id, known) : Unknown(provider, id, known.Ids);
        }
        catch (ProviderException error)
        {
            var refused = error.ErrorType is "http_401" or "http_403";
            return new(refused ? LlmReadinessStatus.InvalidKey : LlmReadinessStatus.Unreachable, provider.Redactor.Redact(error.Message),
                refused ? $"check the key of {provider.Name}" : Advice(provider, error.ErrorType), provider.Name, []);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new(LlmReadinessStatus.Unreachable, $"{provider.Name} at {provider.Where} did not answer within {Limit.TotalSeconds} s",
                Advice(provider, ErrorTypes.TotalTimeout), provider.Name, []);
        }
    }

    private LlmReadinessResult Ready(ILlmProvider provider, string id, ModelList known)
    {
        var price = prices.Find(provider, id);
        var under = known.TakesAnyName && !known.Ids.Contains(id, StringComparer.Ordinal) ? $" (it serves \"{known.Ids[0]}\" under any name)" : "";
        return new(LlmReadinessStatus.Ok, $"{provider.Name}/{id} is ready at {provider.Where}{under}", null, provider.Name, [])
        {
            Terms = new(provider.Free, price?.Prompt, price?.Completion, known.Limits.RequestsPerMinute, known.Limits.TokensPerMinute),
        };
    }

    private static LlmReadinessResult Unknown(ILlmProvider provider, string id, IReadOnlyList<string> known)
    {
        string[] nearest = [.. NearestModels.Of(known, id, NearestCount).Select(name => $"{provider.Name}/{name}")];
        var hint = provider.Replays
            ? $"record it: run once with cassette.mode auto and {provider.Name}/{id}" + (nearest.Length > 0 ? "; recorded: " + string.Join(", ", nearest) : "")
            : provider.Name == OllamaServer.Name
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
}
