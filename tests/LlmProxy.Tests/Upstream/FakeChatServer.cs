using System.Collections.Concurrent;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ApeTest.LlmProxy.Tests.Upstream;

/// <summary>
/// An OpenAI-like server on a free loopback port (real Kestrel), whose answers a test writes: each chat request goes to
/// <see cref="OnChat"/>, which may write, wait, break off.
/// </summary>
internal sealed class FakeChatServer : IAsyncDisposable
{
    private readonly WebApplication _app;

    private FakeChatServer(WebApplication app) => _app = app;

    public string BaseUrl => _app.Urls.First() + "/v1";

    /// <summary>Answers a chat request. Default: <see cref="Events.Hello"/>.</summary>
    public Func<HttpContext, Task> OnChat { get; set; } = context => WriteAsync(context, Events.Hello);

    /// <summary>What <c>GET /v1/models</c> lists.</summary>
    public string[] Models { get; set; } = ["test-model", "llama3.2:latest"];

    public ConcurrentQueue<SeenRequest> Requests { get; } = new();

    public static async Task<FakeChatServer> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var app = builder.Build();
        var server = new FakeChatServer(app);
        app.MapPost("/v1/chat/completions", (RequestDelegate)server.ChatAsync);
        app.MapGet("/v1/models", (RequestDelegate)(context => context.Response.WriteAsJsonAsync(new
        {
            @object = "list",
            data = server.Models.Select(id => new { id, @object = "model" }),
        })));
        await app.StartAsync();
        return server;
    }

    /// <summary>Writes raw bytes as a stream, each part flushed by itself.</summary>
    public static async Task WriteAsync(HttpContext context, params string[] parts)
    {
        context.Response.ContentType ??= "text/event-stream";
        foreach (var part in parts)
        {
            await context.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(part), context.RequestAborted);
            await context.Response.Body.FlushAsync(context.RequestAborted);
        }
    }

    /// <summary>Breaks the connection off in the middle.</summary>
    public static void Abort(HttpContext context) => context.Features.Get<IHttpRequestLifetimeFeature>()!.Abort();

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();

    private async Task ChatAsync(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body);
        var body = await reader.ReadToEndAsync(context.RequestAborted);
        Requests.Enqueue(new SeenRequest(context.Request.Headers.ToDictionary(header => header.Key, header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase), body));
        await OnChat(context);
    }
}

/// <summary>A request as the upstream saw it.</summary>
internal sealed record SeenRequest(Dictionary<string, string> Headers, string Body)
{
    public JsonObject Json => JsonNode.Parse(Body)!.AsObject();
}
