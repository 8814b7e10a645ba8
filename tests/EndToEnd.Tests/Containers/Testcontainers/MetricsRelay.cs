using System.Net;
using ApeTest.ServiceDefaults.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace ApeTest.EndToEnd.Tests.Containers.Testcontainers;

/// <summary>
/// Shows containers the <c>/metrics</c> of services on loopback, and nothing else of them: those listen there alone, and refuse whoever calls them by another
/// machine's name.
/// </summary>
internal sealed class MetricsRelay : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly HttpClient _http = new();

    private MetricsRelay(WebApplication app) => _app = app;

    /// <summary>Scrape configurations, one for each service.</summary>
    public IReadOnlyList<string> Scrape { get; private set; } = [];

    public static async Task<MetricsRelay> StartAsync(IReadOnlyList<(string Job, string Address)> targets)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Any, 0));
        var app = builder.Build();
        var relay = new MetricsRelay(app);
        for (var i = 0; i < targets.Count; i++)
        {
            var url = new Uri($"http://{targets[i].Address}/metrics");
            app.MapGet($"/{i}/metrics", context => relay.AnswerAsync(context, url));
        }
        await app.StartAsync(TestContext.Current.CancellationToken);
        relay.Scrape = [.. targets.Select((target, i) => $"{{ job_name: {target.Job}, metrics_path: /{i}/metrics, static_configs: [ {{ targets: [\"{StackContainer.Host}:{app.BoundUrl().Port}\"] }} ] }}")];
        return relay;
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _http.Dispose();
    }

    private async Task AnswerAsync(HttpContext context, Uri url)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, url);
        request.Headers.TryAddWithoutValidation("Accept", context.Request.Headers.Accept.ToString());
        using var response = await _http.SendAsync(request, context.RequestAborted);
        context.Response.StatusCode = (int)response.StatusCode;
        context.Response.ContentType = response.Content.Headers.ContentType?.ToString();
        await response.Content.CopyToAsync(context.Response.Body, context.RequestAborted);
    }
}
