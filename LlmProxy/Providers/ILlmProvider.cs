using ApeTest.LlmProxy.Errors;

namespace ApeTest.LlmProxy.Providers;

/// <summary>
/// Something that answers in OpenAI's wire format. One folder each: <c>openai</c> (any compatible server), <c>cerebras</c> and <c>ollama</c> (such servers with
/// their own ways), <c>builtin</c> (the planner, no network).
/// </summary>
internal interface ILlmProvider
{
    /// <summary>Name before the slash in <c>provider/model</c>.</summary>
    string Name { get; }

    /// <summary>Where it is, for messages.</summary>
    string Where { get; }

    /// <summary>The environment variable whose key is missing; null when it can be called.</summary>
    string? MissingKey { get; }

    /// <summary>Whether its models cost nothing, where no price of them is known.</summary>
    bool Free { get; }

    /// <summary>Whether all its answers come from a cassette: they cost nothing, whatever the price.</summary>
    bool Replays => false;

    /// <summary>Whether its streams are asked for a usage chunk.</summary>
    bool AskUsage { get; }

    /// <summary><c>max_completion_tokens</c> for requests that state none; null: none is sent.</summary>
    int? MaxCompletionTokens { get; }

    /// <summary>Whether its token figures are themselves estimates.</summary>
    bool EstimatesTokens { get; }

    /// <summary>Takes its key out of texts.</summary>
    Redactor Redactor { get; }

    /// <summary>Sends one request and returns at the response's headers. A failed connect throws <see cref="ProviderException"/>.</summary>
    Task<ProviderResponse> SendAsync(ProviderRequest request, CancellationToken cancellationToken);

    /// <summary>
    /// What its error means to the user: the same error, or one with advice (a model that must be pulled, the replacement of one that is gone). May ask the
    /// provider; never throws for its failure.
    /// </summary>
    Task<OpenAiError> ExplainAsync(OpenAiError error, string model, CancellationToken cancellationToken);

    /// <summary>Its models. Throws <see cref="ProviderException"/> when it cannot be asked.</summary>
    Task<ModelList> ListModelsAsync(CancellationToken cancellationToken);
}

/// <summary>What a provider offers.</summary>
/// <param name="Ids">Model ids without the provider's name.</param>
/// <param name="Limits">How much may be asked of it, as far as it says so.</param>
internal sealed record ModelList(IReadOnlyList<string> Ids, RateLimits Limits)
{
    /// <summary>Whether it takes any name for the one model that it serves, as llama.cpp's server does.</summary>
    public bool TakesAnyName { get; init; }

    /// <summary>Whether a model can be asked for by this id.</summary>
    public bool Offers(string id) =>
        TakesAnyName || Ids.Contains(id, StringComparer.Ordinal) || Ids.Contains(id + ":latest", StringComparer.Ordinal); // Ollama lists "llama3.2:latest" and takes "llama3.2"
}

/// <summary>What goes to a provider.</summary>
/// <param name="Kind">Which of its endpoints.</param>
/// <param name="Body">The rewritten JSON body.</param>
/// <param name="Model">Model id without the provider's name.</param>
/// <param name="Stream">Whether a stream is asked for.</param>
/// <param name="Headers">The client's headers; the provider takes only those on its allow-list.</param>
internal sealed record ProviderRequest(RequestKind Kind, ReadOnlyMemory<byte> Body, string Model, bool Stream, IHeaderDictionary Headers)
{
    /// <summary>Told how long it took to open a connection (TLS included), where this request opened one. Null: nobody asks.</summary>
    public Action<TimeSpan>? Connected { get; init; }

    /// <summary>Told that bytes of the answer came while the provider itself reads on before it returns. Null: nobody asks.</summary>
    public Action? Progressed { get; init; }

    /// <summary>
    /// Told just before the provider itself asks again, with the reason (<c>tool_choice_ignored</c>): to be counted as a retry, and the clock of the first token
    /// starts anew. Null: nobody asks.
    /// </summary>
    public Action<string>? Retried { get; init; }
}

/// <summary>The endpoints that are passed on.</summary>
internal enum RequestKind
{
    /// <summary><c>POST /v1/chat/completions</c>.</summary>
    Chat,

    /// <summary><c>POST /v1/embeddings</c>.</summary>
    Embeddings,
}

/// <summary>A provider's answer at its headers; disposing it closes the connection if the body was not read to its end.</summary>
internal sealed class ProviderResponse(int status, string? contentType, Stream body, IDisposable? owner = null) : IAsyncDisposable
{
    private readonly TaskCompletionSource _counted = new();
    private TaskCompletionSource<bool>? _judged;

    public int Status { get; } = status;

    public string? ContentType { get; } = contentType;

    public Stream Body { get; } = body;

    /// <summary>Bytes of the body as the provider states them; null: it does not, or the body is unpacked on its way.</summary>
    public long? Length { get; init; }

    /// <summary>What is released with it besides the body; null without.</summary>
    public IDisposable? Owner { get; } = owner;

    /// <summary>Headers passed on to the client: retry-after, rate limits, request ids.</summary>
    public List<KeyValuePair<string, string>> Headers { get; init; } = [];

    /// <summary>Whether it comes from a cassette: it cost nothing.</summary>
    public bool Replayed { get; init; }

    /// <summary>How long it asks to be left alone, in <c>Retry-After</c> or however the provider says it; null: it does not.</summary>
    public TimeSpan? RetryAfter { get; set; }

    public bool IsJson => ContentType?.Contains("json", StringComparison.OrdinalIgnoreCase) == true;

    /// <summary>Says what came of it, once it is known: whether the provider failed. Only the first word counts.</summary>
    public void Judge(bool failed) => _judged?.TrySetResult(failed);

    /// <summary>
    /// After <see cref="Judge"/>: completes when the verdict is counted. Awaited before the client hears of it, so that its next call finds the breaker as it then is.
    /// </summary>
    public Task CountedAsync() => _judged is null ? Task.CompletedTask : _counted.Task;

    /// <summary>Completes when it is judged, or disposed, which is no failure. Asked for by one, before the response is used; <see cref="Counted"/> follows.</summary>
    public Task<bool> JudgedAsync() => (_judged = new TaskCompletionSource<bool>()).Task;

    /// <summary>Said by whoever asked for <see cref="JudgedAsync"/>, when it has counted the verdict.</summary>
    public void Counted() => _counted.TrySetResult();

    public async ValueTask DisposeAsync()
    {
        Judge(failed: false);
        await Body.DisposeAsync();
        Owner?.Dispose();
    }
}

/// <summary>A provider could not be reached or broke off.</summary>
/// <param name="errorType">One of <see cref="ErrorTypes"/>.</param>
internal sealed class ProviderException(string errorType, string message, Exception? innerException = null)
    : Exception(message, innerException)
{
    public string ErrorType { get; } = errorType;
}
