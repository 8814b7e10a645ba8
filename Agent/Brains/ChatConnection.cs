using System.ClientModel;
using System.ClientModel.Primitives;
using OpenAI;

namespace ApeTest.Agent.Brains;

/// <summary>The one connection pool to LlmProxy and the SDK's client on it, shared by all sessions of a worker.</summary>
internal sealed class ChatConnection : IDisposable
{
    private readonly HttpClient _http;

    /// <param name="proxy">The proxy, with or without a trailing <c>/v1</c>.</param>
    /// <param name="key">Its key; null for none.</param>
    /// <param name="maxConnections">Most connections; what would need another waits for one. Default unlimited.</param>
    public ChatConnection(Uri proxy, string? key, int maxConnections = int.MaxValue)
    {
        _http = new HttpClient(new MeasureHandler(new SocketsHttpHandler
        {
            // We write traceparent and baggage ourselves; null also spares the diagnostics handler.
            ActivityHeadersPropagator = null,
            UseCookies = false,
            UseProxy = false,
            AllowAutoRedirect = false,
            ConnectTimeout = TimeSpan.FromSeconds(10),
            PooledConnectionLifetime = TimeSpan.FromMinutes(10),
            MaxConnectionsPerServer = maxConnections,
        }))
        {
            Timeout = Timeout.InfiniteTimeSpan,
        };
        // The SDK insists on a key; on loopback the proxy asks for none.
        Client = new OpenAIClient(new ApiKeyCredential(string.IsNullOrEmpty(key) ? "none" : key), new OpenAIClientOptions
        {
            Endpoint = V1(proxy),
            Transport = new HttpClientPipelineTransport(_http),
            // A hidden retry would falsify the model's time: the proxy's are counted and timed.
            RetryPolicy = new ClientRetryPolicy(maxRetries: 0),
            NetworkTimeout = Timeout.InfiniteTimeSpan,
            EnableDistributedTracing = false,
            ClientLoggingOptions = new ClientLoggingOptions { EnableLogging = false },
        });
    }

    /// <summary>The SDK's client. Its parts for a model share its pipeline, and so this connection pool.</summary>
    public OpenAIClient Client { get; }

    public void Dispose() => _http.Dispose();

    private static Uri V1(Uri proxy)
    {
        var text = proxy.AbsoluteUri.TrimEnd('/');
        return new Uri(text.EndsWith("/v1", StringComparison.Ordinal) ? text : text + "/v1");
    }
}
