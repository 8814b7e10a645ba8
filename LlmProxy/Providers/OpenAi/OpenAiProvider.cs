using System.Diagnostics;
using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using ApeTest.LlmProxy.Chat;
using ApeTest.LlmProxy.Errors;

namespace ApeTest.LlmProxy.Providers.OpenAi;

/// <summary>Any server that speaks OpenAI's wire format: OpenAI, Cerebras, Ollama's /v1, vLLM, llama.cpp and others.</summary>
internal sealed class OpenAiProvider : ILlmProvider, IDisposable
{
    // What a client may say to the provider. Everything else stays here: keys, cookies, baggage, X-Ape-*.
    private static readonly string[] Passed =
        ["Accept", "User-Agent", "Idempotency-Key", "OpenAI-Organization", "OpenAI-Project", "OpenAI-Beta", "X-Request-Id", "X-Client-Request-Id"];

    private const int MostListBytes = 8 << 20;

    private readonly OpenAiServer _server;
    private readonly Uri _chat;
    private readonly Uri _embeddings;
    private readonly Uri _models;
    private readonly HttpMessageInvoker _client;
    private readonly TimeProvider _clock;

    public OpenAiProvider(OpenAiServer server, TimeSpan connectTimeout, TimeProvider clock)
    {
        _server = server;
        _clock = clock;
        var root = server.BaseUrl.AbsoluteUri.TrimEnd('/');
        _chat = new Uri(root + "/chat/completions");
        _embeddings = new Uri(root + "/embeddings");
        _models = new Uri(root + "/models");
        Redactor = new Redactor(server.Key);
        _client = new HttpMessageInvoker(new SocketsHttpHandler
        {
            ActivityHeadersPropagator = null, // trace headers are written below; baggage never leaves
            AllowAutoRedirect = false,        // a redirect would carry the key to another host
            AutomaticDecompression = DecompressionMethods.None,
            ConnectTimeout = connectTimeout,
            EnableMultipleHttp2Connections = true,
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            UseCookies = false,
            UseProxy = !server.BaseUrl.IsLoopback,
        });
    }

    public string Name => _server.Name;

    public string Where => _server.BaseUrl.AbsoluteUri;

    public string? MissingKey => _server.KeyRequired && string.IsNullOrEmpty(_server.Key) ? _server.KeyVariable : null;

    public bool Free => _server.Free;

    public bool AskUsage => _server.AskUsage;

    public int? MaxCompletionTokens => _server.MaxCompletionTokens;

    public bool EstimatesTokens => false;

    public Redactor Redactor { get; }

    public async Task<ProviderResponse> SendAsync(ProviderRequest request, CancellationToken cancellationToken)
    {
        using var message = new HttpRequestMessage(HttpMethod.Post, request.Kind == RequestKind.Chat ? _chat : _embeddings);
        message.Content = new ReadOnlyMemoryContent(request.Body);
        message.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        foreach (var name in Passed)
        {
            if (request.Headers.TryGetValue(name, out var values))
            {
                message.Headers.TryAddWithoutValidation(name, values.ToString());
            }
        }

        Trace(message, request.Headers);
        return await SendAsync(message, cancellationToken);
    }

    public Task<OpenAiError> ExplainAsync(OpenAiError error, string model, CancellationToken cancellationToken) => Task.FromResult(error);

    public async Task<ModelList> ListModelsAsync(CancellationToken cancellationToken)
    {
        using var message = new HttpRequestMessage(HttpMethod.Get, _models);
        await using var response = await SendAsync(message, cancellationToken);
        ReadOnlyMemory<byte> body;
        try
        {
            body = await BoundedBody.ReadAsync(response.Body, MostListBytes, cancellationToken)
                ?? throw new ProviderException(ErrorTypes.TooLarge, $"{_models} answers with more than {MostListBytes >> 20} MiB; is the base URL right?");
        }
        catch (Exception error) when (error is HttpRequestException or IOException)
        {
            throw new ProviderException(ErrorTypes.Reset, $"{_models} broke off: {error.Message}", error);
        }

        if (response.Status != StatusCodes.Status200OK)
        {
            var detail = UpstreamErrorReader.Read(response.Status, body, Redactor);
            throw new ProviderException(ErrorTypes.Http(response.Status), $"{_models} answered {response.Status}: {detail.Message}");
        }

        try
        {
            using var document = JsonDocument.Parse(body);
            return new ModelList([.. document.RootElement.GetProperty("data").EnumerateArray().Select(model => model.GetProperty("id").GetString() ?? "")],
                RateLimits.Read(response.Headers));
        }
        catch (Exception error) when (error is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new ProviderException(ErrorTypes.InvalidJson, $"{_models} does not answer with OpenAI's model list; is the base URL right?", error);
        }
    }

    public void Dispose() => _client.Dispose();

    private async Task<ProviderResponse> SendAsync(HttpRequestMessage message, CancellationToken cancellationToken)
    {
        if (!string.IsNullOrEmpty(_server.Key))
        {
            message.Headers.Authorization = new AuthenticationHeaderValue("Bearer", _server.Key);
        }

        message.Headers.TryAddWithoutValidation("Accept-Encoding", "identity"); // a compressed stream arrives in lumps
        try
        {
            var response = await _client.SendAsync(message, cancellationToken);
            var body = await response.Content.ReadAsStreamAsync(cancellationToken);
            var result = new ProviderResponse((int)response.StatusCode, response.Content.Headers.ContentType?.ToString(),
                Decoded(body, response.Content.Headers.ContentEncoding), response)
            {
                RetryAfter = RetryAfter(response.Headers.RetryAfter),
            };
            foreach (var (name, values) in response.Headers)
            {
                if (ResponseHeaders.IsPassed(name))
                {
                    result.Headers.Add(new(name, Redactor.Redact(string.Join(", ", values))));
                }
            }

            return result;
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
        value?.Delta ?? (value?.Date is { } date ? (date - _clock.GetUtcNow()) is { Ticks: > 0 } wait ? wait : TimeSpan.Zero : null);
}
