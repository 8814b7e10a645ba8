using ApeTest.LlmProxy.Errors;

namespace ApeTest.LlmProxy.Providers;

/// <summary>Something that completes chats in OpenAI's wire format. Implementations: an OpenAI-compatible server, the built-in planner.</summary>
internal interface IChatProvider
{
    /// <summary>Name before the slash in <c>provider/model</c>.</summary>
    string Name { get; }

    /// <summary>Where it is, for messages.</summary>
    string Where { get; }

    /// <summary>The environment variable whose key is missing; null when it can be called.</summary>
    string? MissingKey { get; }

    /// <summary>Whether its models cost nothing.</summary>
    bool Free { get; }

    /// <summary>Whether its streams are asked for a usage chunk.</summary>
    bool AskUsage { get; }

    /// <summary>Whether its token figures are themselves estimates.</summary>
    bool EstimatesTokens { get; }

    /// <summary>Takes its key out of texts.</summary>
    Redactor Redactor { get; }

    /// <summary>Sends one request and returns at the response's headers. A failed connect throws <see cref="ProviderException"/>.</summary>
    Task<ProviderResponse> SendAsync(ProviderRequest request, CancellationToken cancellationToken);

    /// <summary>Its models. Throws <see cref="ProviderException"/> when it cannot be asked.</summary>
    Task<ModelList> ListModelsAsync(CancellationToken cancellationToken);
}

/// <summary>What a provider offers.</summary>
/// <param name="Ids">Model ids without the provider's name.</param>
/// <param name="Limits">How much may be asked of it, as far as it says so.</param>
internal sealed record ModelList(IReadOnlyList<string> Ids, RateLimits Limits);

/// <summary>What goes to a provider.</summary>
/// <param name="Body">The rewritten JSON body.</param>
/// <param name="Model">Model id without the provider's name.</param>
/// <param name="Stream">Whether a stream is asked for.</param>
/// <param name="Headers">The client's headers; the provider takes only those on its allow-list.</param>
internal sealed record ProviderRequest(ReadOnlyMemory<byte> Body, string Model, bool Stream, IHeaderDictionary Headers);

/// <summary>A provider's answer at its headers; disposing it closes the connection if the body was not read to its end.</summary>
internal sealed class ProviderResponse(int status, string? contentType, Stream body, IDisposable? owner = null) : IAsyncDisposable
{
    public int Status { get; } = status;

    public string? ContentType { get; } = contentType;

    public Stream Body { get; } = body;

    /// <summary>Headers passed on to the client: retry-after, rate limits, request ids.</summary>
    public List<KeyValuePair<string, string>> Headers { get; } = [];

    /// <summary>What <c>Retry-After</c> asks for; null without one.</summary>
    public TimeSpan? RetryAfter { get; init; }

    public bool IsJson => ContentType?.Contains("json", StringComparison.OrdinalIgnoreCase) == true;

    public async ValueTask DisposeAsync()
    {
        await Body.DisposeAsync();
        owner?.Dispose();
    }
}

/// <summary>A provider could not be reached or broke off.</summary>
/// <param name="errorType">One of <see cref="ErrorTypes"/>.</param>
internal sealed class ProviderException(string errorType, string message, Exception? innerException = null)
    : Exception(message, innerException)
{
    public string ErrorType { get; } = errorType;
}
