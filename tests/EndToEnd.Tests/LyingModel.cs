using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ApeTest.EndToEnd.Tests;

/// <summary>An OpenAI-compatible model that logs in, does nothing of what it is asked, and then says that it is done.</summary>
internal sealed class LyingModel : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentQueue<string> _requests = new();
    private readonly string _login;
    private readonly JsonObject _credentials;

    private LyingModel(WebApplication app, string login, JsonObject credentials)
    {
        (_app, _login, _credentials) = (app, login, credentials);
        app.MapGet("/v1/models", () => Results.Json(new { @object = "list", data = new[] { new { id = "liar", @object = "model" } } }));
        app.MapPost("/v1/chat/completions", AnswerAsync);
    }

    /// <summary>Base URL for <c>llm.baseUrl</c>.</summary>
    public string BaseUrl => new Uri(new Uri(_app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First()), "/v1").ToString();

    /// <summary>Everything that it was sent.</summary>
    public IReadOnlyCollection<string> Requests => _requests;

    /// <summary>Starts it. <paramref name="login"/>: the tool that it calls before it lies, with <paramref name="credentials"/>.</summary>
    public static async Task<LyingModel> StartAsync(string login, JsonObject credentials, CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var model = new LyingModel(builder.Build(), login, credentials);
        await model._app.StartAsync(cancellationToken);
        return model;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task AnswerAsync(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body);
        var text = await reader.ReadToEndAsync(context.RequestAborted);
        _requests.Enqueue(text);
        var loggedIn = JsonNode.Parse(text)!["messages"]!.AsArray().Any(message => (string?)message!["role"] == "tool");
        var call = loggedIn
            ? Call("finish", new JsonObject { ["outcome"] = "success", ["reason"] = "Everything is done." })
            : Call(_login, _credentials.DeepClone().AsObject());
        context.Response.ContentType = "text/event-stream";
        await SendAsync(context, Chunk(new JsonObject { ["role"] = "assistant", ["tool_calls"] = new JsonArray(call) }, null));
        await SendAsync(context, Chunk([], "tool_calls"));
        await context.Response.WriteAsync("data: [DONE]\n\n", context.RequestAborted);
    }

    private static JsonObject Call(string tool, JsonObject arguments) => new()
    {
        ["index"] = 0,
        ["id"] = $"call-{tool}",
        ["type"] = "function",
        ["function"] = new JsonObject { ["name"] = tool, ["arguments"] = arguments.ToJsonString() },
    };

    private static JsonObject Chunk(JsonObject delta, string? finish) => new()
    {
        ["id"] = "chatcmpl-1",
        ["object"] = "chat.completion.chunk",
        ["created"] = 1,
        ["model"] = "liar",
        ["choices"] = new JsonArray(new JsonObject { ["index"] = 0, ["delta"] = delta, ["finish_reason"] = finish }),
        ["usage"] = finish is null ? null : new JsonObject { ["prompt_tokens"] = 10, ["completion_tokens"] = 5, ["total_tokens"] = 15 },
    };

    private static Task SendAsync(HttpContext context, JsonObject chunk) =>
        context.Response.WriteAsync($"data: {chunk.ToJsonString(JsonSerializerOptions.Web)}\n\n", context.RequestAborted);
}
