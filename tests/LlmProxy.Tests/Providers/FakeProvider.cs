using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ApeTest.LlmProxy.Options;
using ApeTest.LlmProxy.Tests.Upstream;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace ApeTest.LlmProxy.Tests.Providers;

/// <summary>A provider's server (real Kestrel, free loopback port) whose answers a test writes by method and path; 404 where it writes none.</summary>
internal sealed class FakeProvider : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly X509Certificate2? _certificate;

    private FakeProvider(WebApplication app, X509Certificate2? certificate) => (_app, _certificate) = (app, certificate);

    public string Url => _app.Urls.First();

    /// <summary>Answers by "METHOD /path".</summary>
    public ConcurrentDictionary<string, Func<HttpContext, Task>> Answers { get; } = new();

    /// <summary>What came, in order: "METHOD /path" and the body.</summary>
    public ConcurrentQueue<(string What, SeenRequest Request)> Requests { get; } = new();

    /// <summary>Bodies of the chat requests, in order.</summary>
    public IReadOnlyList<SeenRequest> Chats => [.. Requests.Where(request => request.What == "POST /v1/chat/completions").Select(request => request.Request)];

    /// <summary>Answers chat requests: the first takes the first answer, later ones the next, and the last one stays.</summary>
    public void OnChat(params Func<HttpContext, Task>[] answers)
    {
        var count = -1;
        Answers["POST /v1/chat/completions"] = context => answers[Math.Min(Interlocked.Increment(ref count), answers.Length - 1)](context);
    }

    public static Task<FakeProvider> StartAsync() => StartAsync(certificate: null);

    /// <summary>Over TLS (HTTP/1.1 and HTTP/2) with a certificate that nobody trusts.</summary>
    public static Task<FakeProvider> StartTlsAsync()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var now = TimeProvider.System.GetUtcNow();
        return StartAsync(new CertificateRequest("CN=127.0.0.1", key, HashAlgorithmName.SHA256).CreateSelfSigned(now.AddDays(-1), now.AddDays(1)));
    }

    public static Func<HttpContext, Task> Json(string json, int status = 200) => context =>
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        return context.Response.WriteAsync(json);
    };

    public static Func<HttpContext, Task> Stream(params string[] events) => context => FakeChatServer.WriteAsync(context, [.. events.Select(one => $"data: {one}\n\n")]);

    /// <summary>Options with this server as the provider of that name, with a key, and fast retries.</summary>
    public LlmProxyOptions Options(string provider, Action<LlmProxyOptions>? change = null) => ProxyHost.Options(change: options =>
    {
        options.Providers[provider] = new ProviderOptions { BaseUrl = Url + "/v1", Key = "key-of-the-provider-1" };
        change?.Invoke(options);
    });

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _certificate?.Dispose();
    }

    private static async Task<FakeProvider> StartAsync(X509Certificate2? certificate)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen =>
        {
            if (certificate is not null)
            {
                listen.UseHttps(certificate);
            }
        }));
        builder.Logging.ClearProviders();
        var app = builder.Build();
        var server = new FakeProvider(app, certificate);
        app.Run(server.AnswerAsync);
        await app.StartAsync(TestContext.Current.CancellationToken);
        return server;
    }

    private async Task AnswerAsync(HttpContext context)
    {
        var what = $"{context.Request.Method} {context.Request.Path}";
        using var reader = new StreamReader(context.Request.Body);
        var body = await reader.ReadToEndAsync(context.RequestAborted);
        Requests.Enqueue((what, new SeenRequest(context.Request.Headers.ToDictionary(header => header.Key, header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase), body)));
        if (Answers.TryGetValue(what, out var answer))
        {
            await answer(context);
            return;
        }

        context.Response.StatusCode = StatusCodes.Status404NotFound;
    }
}
