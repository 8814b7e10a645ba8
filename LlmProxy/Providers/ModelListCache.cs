using ApeTest.LlmProxy.Errors;

namespace ApeTest.LlmProxy.Providers;

/// <summary>
/// A provider's models, asked for at most once in <see cref="Lifetime"/> however many callers want them, failures included: a run whose model is gone must not
/// double the provider's load. Thread-safe.
/// </summary>
internal sealed class ModelListCache(ILlmProvider provider, TimeProvider clock)
{
    /// <summary>How old an answer may be: 10 s.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(10);

    /// <summary>How long the provider may take: 3 s.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(3);

    private readonly Lock _lock = new();
    private Task<ModelList>? _list;
    private long _asked;

    /// <summary>The models. Throws <see cref="ProviderException"/> when the provider cannot be asked, or not within <see cref="Limit"/>.</summary>
    public Task<ModelList> GetAsync(CancellationToken cancellationToken)
    {
        Task<ModelList> list;
        lock (_lock)
        {
            if (_list is null || (_list.IsCompleted && clock.GetElapsedTime(_asked) >= Lifetime))
            {
                _asked = clock.GetTimestamp();
                _list = AskAsync();
            }

            list = _list;
        }

        return list.WaitAsync(cancellationToken);
    }

    // Not under a caller's token: the others wait for it too.
    private async Task<ModelList> AskAsync()
    {
        using var timeout = new CancellationTokenSource(Limit, clock);
        try
        {
            return await provider.ListModelsAsync(timeout.Token);
        }
        catch (OperationCanceledException error)
        {
            throw new ProviderException(ErrorTypes.TotalTimeout, $"{provider.Name} at {provider.Where} did not list its models within {Limit.TotalSeconds} s", error);
        }
    }
}
