using System.Diagnostics;
using System.IO.Compression;
using System.Net.Http.Headers;
using ApeTest.LlmProxy.Chat;
using ApeTest.LlmProxy.Errors;
using ApeTest.LlmProxy.Models;
using ApeTest.LlmProxy.Options;

namespace ApeTest.LlmProxy.Providers.OpenAi;

/// <summary>Any server that speaks OpenAI's wire format: OpenAI, vLLM, llama.cpp and others. Cerebras and Ollama derive from it what is special about them.</summary>
internal class OpenAiProvider : ILlmProvider, IDisposable
{
    // What a client may say to the provider. Everything else stays here: keys, cookies, baggage, X-Ape-*.
    private static readonly string[] Passed =
        ["Accept", "User-Agent", "Idempotency-Key", "OpenAI-Organization", "OpenAI-Project", "OpenAI-Beta", "X-Request-Id", "X-Client-Request-Id"];

    private const int MostListBytes = 8 << 20;

    private readonly OpenAiServer _server;
    private readonly Uri _chat;
    private readonly Uri _embeddings;
    private readonly Uri _models;
    private readonly ModelListCache _known;
    private readonly HttpMessageInvoker _client;
    private readonly AuthenticationHeaderValue? _authorization;

    public OpenAiProvider(OpenAiServer server, LlmProxyOptions options, TimeProvider clock)
    {
        _server = server;
        Clock = clock;
        MaxAnswerBytes = options.MaxResponseBytes;
        // Without user and password, which belong in no message.
        Where = server.BaseUrl.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped).TrimEnd('/');
        _chat = new Uri(Where + "/chat/completions");
        _embeddings = new Uri(Where + "/embeddings");
        _models = new Uri(Where + "/models");
        _authorization = string.IsNullOrEmpty(server.Key) ? null : new AuthenticationHeaderValue("Bearer", server.Key);
        Redactor = new Redactor(server.Key);
        _client = ProviderClient.Create(server, options.Timeouts.Connect);
        _known = new ModelListCache(this, clock);
    }

    public string Name => _server.Name;

    public string Where { get; }

    public string? MissingKey => _server.KeyRequired && string.IsNullOrEmpty(_server.Key) ? _server.KeyVariable : null;

    public bool Free => _server.Free;

    public bool AskUsage => _server.AskUsage;

    public int? MaxCompletionTokens => _server.MaxCompletionTokens;

    public bool EstimatesTokens => false;

    public Redactor Redactor { get; }

    protected TimeProvider Clock { get; }

    /// <summary>Largest answer that is read into memory here, bytes.</summary>
    protected int MaxAnswerBytes { get; }

    public virtual async Task<ProviderResponse> SendAsync(ProviderRequest request, CancellationToken cancellationToken)
    {
        using var message = new ProviderMessage(HttpMethod.Post, request.Kind == RequestKind.Chat ? _chat : _embeddings, Clock);
        message.SetJson(request.Body);
        foreach (var name in Passed)
        {
            if (request.Headers.TryGetValue(name, out var values))
            {
                message.Headers.TryAddWithoutValidation(name, values.ToString());
            }
        }

        Trace(message, request.Headers);
        ProviderResponse response;
        try
        {
            response = await SendAsync(message, cancellationToken);
        }
        finally
        {
            if (message.ConnectTime is { } took)
            {
                request.Connected?.Invoke(took);
            }
        }

        return request.Stream && response is { Status: StatusCodes.Status200OK, IsJson: true }
            ? await WholeAnswer.ToStreamAsync(response, this, MaxAnswerBytes, cancellationToken)
            : response;
    }

    /// <summary>An error 404 for a model that it does not list names the nearest one that it does.</summary>
    public async Task<OpenAiError> ExplainAsync(OpenAiError error, string model, CancellationToken cancellationToken)
    {
        if (error.Status != StatusCodes.Status404NotFound)
        {
            return error;
        }

        try
        {
            var known = await _known.GetAsync(cancellationToken);
            return known.Offers(model)
                ? error
                : error with { Code = error.Code ?? "model_not_found", Message = $"{error.Message.TrimEnd(' ', '.')}; {Advice(model, NearestModels.Of(known.Ids, model, count: 1))}" };
        }
        catch (Exception failure) when (failure is ProviderException or OperationCanceledException)
        {
            return error; // without advice
        }
    }

    public virtual async Task<ModelList> ListModelsAsync(CancellationToken cancellationToken)
    {
        var answer = await GetAsync(_models, cancellationToken);
        return ModelListReader.Read(answer, "data", "id", "OpenAI's model list", Redactor);
    }

    public void Dispose() => _client.Dispose();

    /// <summary>What to do about a model that it does not have.</summary>
    /// <param name="model">The model's id.</param>
    /// <param name="nearest">The nearest id that it lists; empty when it lists none.</param>
    protected virtual string Advice(string model, IReadOnlyList<string> nearest) => nearest.Count == 0
        ? $"{Name} at {Where} lists no model at all"
        : $"{Name} lists no such model at present, the nearest is \"{Name}/{nearest[0]}\"";

    /// <summary>A small answer of it, whole. Throws <see cref="ProviderException"/>.</summary>
    protected async Task<SmallAnswer> GetAsync(Uri uri, CancellationToken cancellationToken)
    {
        using var message = new ProviderMessage(HttpMethod.Get, uri, Clock);
        await using var response = await SendAsync(message, cancellationToken);
        try
        {
            var body = await BoundedBody.ReadAsync(response.Body, MostListBytes, cancellationToken)
                ?? throw new ProviderException(ErrorTypes.TooLarge, $"{uri} answers with more than {MostListBytes >> 20} MiB; is the base URL right?");
            return new SmallAnswer(uri, response.Status, body, response.Headers);
        }
        catch (Exception error) when (error is HttpRequestException or IOException or InvalidDataException)
        {
            throw new ProviderException(ErrorTypes.Reset, $"{uri} broke off: {ConnectFailure.Describe(error)}", error);
        }
    }

    private async Task<ProviderResponse> SendAsync(ProviderMessage message, CancellationToken cancellationToken)
    {
        message.Headers.Authorization = _authorization;
        message.Headers.TryAddWithoutValidation("Accept-Encoding", "identity"); // a compressed stream arrives in lumps
        try
        {
            var response = await _client.SendAsync(message, cancellationToken);
            var body = await response.Content.ReadAsStreamAsync(cancellationToken);
            var headers = ResponseHeaders.Passed(response.Headers, Redactor);
            var status = (int)response.StatusCode;
            return new ProviderResponse(status, response.Content.Headers.ContentType?.ToString() is { } type ? Redactor.Redact(type) : null,
                Decoded(body, response.Content.Headers.ContentEncoding), response)
            {
                Headers = headers,
                Length = response.Content.Headers.ContentEncoding.Count == 0 ? response.Content.Headers.ContentLength : null,
                RetryAfter = RetryAfter(response.Headers.RetryAfter),
            };
        }
        catch (OperationCanceledException error) when (!cancellationToken.IsCancellationRequested)
        {
            throw new ProviderException(ErrorTypes.ConnectTimeout, $"no connection to {Name} at {Where} in time", error);
        }
        catch (HttpRequestException error)
        {
            throw ConnectFailure.From(error, Name, Where);
        }
    }

    private static void Trace(HttpRequestMessage message, IHeaderDictionary headers)
    {
        // The span of this call when there is one, else what the client sent.
        var parent = Activity.Current is { IdFormat: ActivityIdFormat.W3C } activity ? activity.Id : headers.TraceParent.ToString();
        if (!string.IsNullOrEmpty(parent))
        {
            message.Headers.TryAddWithoutValidation("traceparent", parent);
        }

        if (headers.TraceState is { Count: > 0 } state)
        {
            message.Headers.TryAddWithoutValidation("tracestate", state.ToString());
        }
    }

    private static Stream Decoded(Stream body, ICollection<string> encodings) => encodings.LastOrDefault()?.ToUpperInvariant() switch
    {
        "GZIP" => new GZipStream(body, CompressionMode.Decompress),
        "BR" => new BrotliStream(body, CompressionMode.Decompress),
        "DEFLATE" => new ZLibStream(body, CompressionMode.Decompress),
        _ => body,
    };

    private TimeSpan? RetryAfter(RetryConditionHeaderValue? value) =>
        value?.Delta ?? (value?.Date is { } date ? (date - Clock.GetUtcNow()) is { Ticks: > 0 } wait ? wait : TimeSpan.Zero : null);
}
