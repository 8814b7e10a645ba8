using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace ApeTest.EndToEnd.Tests;

/// <summary>An OpenAI-compatible provider whose only model calls tools by a script, over real HTTP and server-sent events.</summary>
internal sealed class ScriptedModel : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentQueue<ModelTurn> _requests = new();
    private readonly Func<ModelTurn, Task<ModelCall>> _script;

    private ScriptedModel(WebApplication app, string model, Func<ModelTurn, Task<ModelCall>> script)
    {
        (_app, _script) = (app, script);
        app.MapGet("/v1/models", () => Results.Json(new { @object = "list", data = new[] { new { id = model, @object = "model" } } }));
        app.MapPost("/v1/chat/completions", AnswerAsync);
    }

    /// <summary>Base URL for <c>llm.baseUrl</c>.</summary>
    public string BaseUrl => $"{_app.Urls.First()}/v1";

    /// <summary>Prompt tokens that each answer says it took. Default 10.</summary>
    public int PromptTokens { get; set; } = 10;

    /// <summary>Everything that it was sent, in order.</summary>
    public IReadOnlyCollection<ModelTurn> Requests => _requests;

    /// <summary>Starts one whose <paramref name="model"/> answers by <paramref name="script"/>.</summary>
    public static Task<ScriptedModel> StartAsync(string model, Func<ModelTurn, ModelCall> script, CancellationToken cancellationToken) =>
        StartAsync(model, turn => Task.FromResult(script(turn)), cancellationToken);

    /// <summary>The same of a script that may wait.</summary>
    public static async Task<ScriptedModel> StartAsync(string model, Func<ModelTurn, Task<ModelCall>> script, CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var server = new ScriptedModel(builder.Build(), model, script);
        await server._app.StartAsync(cancellationToken);
        return server;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task AnswerAsync(HttpContext context)
    {
        var turn = new ModelTurn((await JsonNode.ParseAsync(context.Request.Body, cancellationToken: context.RequestAborted))!.AsObject());
        _requests.Enqueue(turn);
        var (tool, arguments) = await _script(turn);
        var call = new JsonObject
        {
            ["index"] = 0,
            ["id"] = $"call-{turn.Number}",
            ["type"] = "function",
            ["function"] = new JsonObject { ["name"] = tool, ["arguments"] = arguments.ToJsonString() },
        };
        context.Response.ContentType = "text/event-stream";
        await SendAsync(context, Chunk(new JsonObject { ["role"] = "assistant", ["tool_calls"] = new JsonArray(call) }, null));
        await SendAsync(context, Chunk([], "tool_calls"));
        var usage = Chunk([], null);
        usage["choices"] = new JsonArray();
        usage["usage"] = new JsonObject { ["prompt_tokens"] = PromptTokens, ["completion_tokens"] = 5, ["total_tokens"] = PromptTokens + 5 };
        await SendAsync(context, usage);
        await context.Response.WriteAsync("data: [DONE]\n\n", context.RequestAborted);
    }

    private static JsonObject Chunk(JsonObject delta, string? finish) => new()
    {
        ["id"] = "c",
        ["object"] = "chat.completion.chunk",
        ["created"] = 0,
        ["model"] = "scripted",
        ["choices"] = new JsonArray(new JsonObject { ["index"] = 0, ["delta"] = delta, ["finish_reason"] = finish }),
    };

    private static async Task SendAsync(HttpContext context, JsonObject chunk)
    {
        await context.Response.WriteAsync($"data: {chunk.ToJsonString()}\n\n", context.RequestAborted);
        await context.Response.Body.FlushAsync(context.RequestAborted);
    }
}

/// <summary>A request to the model.</summary>
/// <param name="Body">Its body.</param>
internal sealed record ModelTurn(JsonObject Body)
{
    private IEnumerable<JsonNode> Messages => Body["messages"]!.AsArray().Select(message => message!);

    /// <summary>How often the model has answered in this conversation.</summary>
    public int Number => Messages.Count(message => (string?)message["role"] == "assistant");

    /// <summary>The whole request as JSON.</summary>
    public string Text => Body.ToJsonString();

    /// <summary>Definitions of the tools on offer, as JSON.</summary>
    public string Tools => Body["tools"]!.ToJsonString();

    /// <summary>The system's message: rules and what is known.</summary>
    public string System => Content(Messages.First());

    /// <summary>The goal.</summary>
    public string Goal => Content(Messages.First(message => (string?)message["role"] == "user"));

    /// <summary>What the tools answered, oldest first.</summary>
    public IReadOnlyList<string> Observations => [.. Messages.Where(message => (string?)message["role"] == "tool").Select(Content)];

    // Text, or text in parts.
    private static string Content(JsonNode message) =>
        message["content"] is JsonArray parts ? string.Concat(parts.Select(part => (string?)part!["text"])) : (string?)message["content"] ?? "";
}

/// <summary>What the model answers: one call.</summary>
/// <param name="Tool">Tool.</param>
/// <param name="Arguments">Arguments.</param>
internal readonly record struct ModelCall(string Tool, JsonObject Arguments)
{
    /// <summary>The claim that the goal is reached.</summary>
    public static ModelCall Done => new("finish", new JsonObject { ["outcome"] = "success", ["reason"] = "Everything is done." });
}
