using ApeTest.LlmProxy.Errors;
using ApeTest.LlmProxy.Options;
using ApeTest.LlmProxy.Providers;

namespace ApeTest.LlmProxy.Cassettes;

/// <summary>A provider behind a cassette: known requests are answered from the file, others by the provider, as the mode says.</summary>
internal sealed class CassetteProvider(ILlmProvider inner, CassetteOptions options, TimeProvider clock) : ILlmProvider, IDisposable
{
    public string Name => inner.Name;

    public string Where => inner.Where;

    public string? MissingKey => options.Mode == CassetteMode.Replay ? null : inner.MissingKey;

    public bool Free => inner.Free;

    public bool AskUsage => inner.AskUsage;

    public int? MaxCompletionTokens => inner.MaxCompletionTokens;

    public bool EstimatesTokens => inner.EstimatesTokens;

    public Redactor Redactor => inner.Redactor;

    public Task<ProviderResponse> SendAsync(ProviderRequest request, CancellationToken cancellationToken)
    {
        _ = clock;
        return inner.SendAsync(request, cancellationToken);
    }

    public Task<OpenAiError> ExplainAsync(OpenAiError error, string model, CancellationToken cancellationToken) => inner.ExplainAsync(error, model, cancellationToken);

    public Task<ModelList> ListModelsAsync(CancellationToken cancellationToken) => inner.ListModelsAsync(cancellationToken);

    public void Dispose() => (inner as IDisposable)?.Dispose();
}
