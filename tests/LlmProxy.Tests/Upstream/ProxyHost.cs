using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using ApeTest.LlmProxy.Options;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ApeTest.LlmProxy.Tests.Upstream;

/// <summary>The proxy on a free loopback port, in front of a <see cref="FakeChatServer"/> named <c>up</c>.</summary>
internal sealed class ProxyHost : IAsyncDisposable
{
    private readonly WebApplication _app;

    private ProxyHost(WebApplication app)
    {
        _app = app;
        Client = new HttpClient { BaseAddress = new Uri(app.Urls.First()), Timeout = ApeTest.Tests.Shared.TestTimeouts.Default };
    }

    public HttpClient Client { get; }

    public IServiceProvider Services => _app.Services;

    public LogRecorder Logs { get; private init; } = new();

    public static async Task<ProxyHost> StartAsync(LlmProxyOptions options, TimeProvider? clock = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var logs = new LogRecorder();
        builder.Logging.ClearProviders().AddProvider(logs).SetMinimumLevel(LogLevel.Trace);
        if (clock is not null)
        {
            builder.Services.AddSingleton(clock);
        }

        builder.AddLlmProxy(options);
        var app = builder.Build();
        app.MapLlmProxy();
        await app.StartAsync();
        return new ProxyHost(app) { Logs = logs };
    }

    public static LlmProxyOptions Options(FakeChatServer? upstream = null, Action<LlmProxyOptions>? change = null)
    {
        var options = new LlmProxyOptions { Environment = _ => null };
        options.Retry.Backoff = TimeSpan.FromMilliseconds(1);
        if (upstream is not null)
        {
            options.Providers["up"] = new ProviderOptions { BaseUrl = upstream.BaseUrl };
        }

        change?.Invoke(options);
        return options;
    }

    public static HttpRequestMessage Chat(bool stream = true, string model = "up/test-model", string extra = "", bool measure = true, string? key = null)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, "/v1/chat/completions")
        {
            Content = new StringContent(
                $$"""{"model":"{{model}}","messages":[{"role":"user","content":"hi"}],"stream":{{(stream ? "true" : "false")}}{{extra}}}""", Encoding.UTF8, "application/json"),
        };
        if (measure)
        {
            request.Headers.Add("X-Ape-Measure", "1");
        }

        request.Headers.Authorization = key is null ? null : new AuthenticationHeaderValue("Bearer", key);
        return request;
    }

    public Task<HttpResponseMessage> SendAsync(HttpRequestMessage request) =>
        Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);

    public async Task<(HttpResponseMessage Response, string Body)> ReadAsync(HttpRequestMessage request)
    {
        var response = await SendAsync(request);
        return (response, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    public static JsonObject Measure(string body)
    {
        var line = body.Split('\n', '\r').Single(line => line.StartsWith(": ape ", StringComparison.Ordinal));
        return JsonNode.Parse(line[6..])!.AsObject();
    }

    public static string Code(string body) => JsonDocument.Parse(body).RootElement.GetProperty("error").GetProperty("code").GetString()!;

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _app.DisposeAsync();
    }
}
