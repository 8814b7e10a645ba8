using System.Net.Http.Headers;
using Serilog.Sinks.Grafana.Loki.HttpClients;

namespace ApeTest.ServiceDefaults.Logging.LokiSink;

/// <summary>
/// Sends the sink's batches and notes what became of them. Not traced, and not through a proxy, as the services' other telemetry. A Loki that hangs holds up the
/// end of a service no longer than <see cref="CallLimit"/>, or twice that where a batch is under way.
/// </summary>
/// <param name="ledger">Counts the lines.</param>
/// <param name="credentials">Sent with each batch; null for none.</param>
internal sealed class LokiClient(LokiLedger ledger, AuthenticationHeaderValue? credentials) : BaseLokiHttpClient(Connection(credentials))
{
    private static readonly TimeSpan CallLimit = TimeSpan.FromSeconds(3);

    public override async Task<HttpResponseMessage> PostAsync(string requestUri, Stream contentStream)
    {
        var lines = ledger.TakeBatch();
        using var content = new StreamContent(contentStream);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        // Where it throws, the sink keeps the batch and sends it again.
        var response = await HttpClient.PostAsync(requestUri, content);
        ledger.Answered(lines, response.IsSuccessStatusCode);
        return response;
    }

    /// <summary>The sink's last act.</summary>
    public override void Dispose()
    {
        ledger.Close();
        base.Dispose();
    }

    private static HttpClient Connection(AuthenticationHeaderValue? credentials)
    {
        var http = new HttpClient(new SocketsHttpHandler { UseProxy = false, ActivityHeadersPropagator = null }) { Timeout = CallLimit };
        http.DefaultRequestHeaders.Authorization = credentials;
        return http;
    }
}
