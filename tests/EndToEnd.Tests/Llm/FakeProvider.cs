using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace ApeTest.EndToEnd.Tests.Llm;

/// <summary>An OpenAI-compatible provider behind the proxy; the model's name says how it answers.</summary>
internal sealed class FakeProvider : IAsyncDisposable
{
    private readonly WebApplication _app;

    private FakeProvider(WebApplication app)
    {
        _app = app;
        app.MapGet("/v1/models", () => Results.Json(new { @object = "list", data = new[] { "talker", "none" }.Select(id => new { id, @object = "model", created = 1, owned_by = "test" }) }));
        app.MapPost("/v1/embeddings", EmbedAsync);
        app.MapPost("/v1/chat/completions", AnswerAsync);
    }

    /// <summary>Base URL for the proxy's file.</summary>
    public string BaseUrl => $"{_app.Urls.First()}/v1";

    public static async Task<FakeProvider> StartAsync(CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var provider = new FakeProvider(builder.Build());
        await provider._app.StartAsync(cancellationToken);
        return provider;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private static async Task<JsonObject> ReadAsync(HttpContext context) => (await JsonNode.ParseAsync(context.Request.Body, cancellationToken: context.RequestAborted))!.AsObject();

    private static async Task EmbedAsync(HttpContext context)
    {
        var request = await ReadAsync(context);
        var vector = (string?)request["encoding_format"] == "base64"
            ? JsonValue.Create(Convert.ToBase64String([.. BitConverter.GetBytes(0.5f), .. BitConverter.GetBytes(-2f)]))
            : (JsonNode)new JsonArray(0.5f, -2f);
        await WriteAsync(context, 200, new JsonObject
        {
            ["object"] = "list",
            ["data"] = new JsonArray(new JsonObject { ["object"] = "embedding", ["index"] = 0, ["embedding"] = vector }),
            ["model"] = "talker",
            ["usage"] = new JsonObject { ["prompt_tokens"] = 3, ["total_tokens"] = 3 },
        });
    }

    private static async Task AnswerAsync(HttpContext context)
    {
        var request = await ReadAsync(context);
        switch ((string?)request["model"])
        {
            case "limited":
                context.Response.Headers.RetryAfter = "7";
                context.Response.Headers["x-ratelimit-remaining-requests"] = "0";
                await WriteAsync(context, 429, new JsonObject { ["message"] = "slow down", ["type"] = "too_many_requests_error", ["param"] = "quota", ["code"] = "request_quota_exceeded" });
                break;
            case "broken":
                await WriteAsync(context, 400, new JsonObject { ["error"] = new JsonObject { ["message"] = "no such temperature", ["type"] = "invalid_request_error", ["param"] = "temperature", ["code"] = null } });
                break;
            case "talker":
                await TalkAsync(context, request);
                break;
            default:
                await WriteAsync(context, 404, new JsonObject { ["error"] = new JsonObject { ["message"] = "The model does not exist", ["type"] = "invalid_request_error", ["param"] = null, ["code"] = "model_not_found" } });
                break;
        }
    }

    // Two calls where there are tools, an object where one is asked for, else what the request had besides: whether it came through unchanged.
    private static async Task TalkAsync(HttpContext context, JsonObject request)
    {
        var tools = request["tools"] is not null;
        var text = tools ? null : request["response_format"] is { } format ? $$"""{"schema":"{{format["json_schema"]!["name"]}}"}""" : $"Grüße {request["seed"]} {request["x_own_field"]} {request["stop"]} ☕";
        if ((bool?)request["stream"] is not true)
        {
            var message = new JsonObject { ["role"] = "assistant", ["content"] = text };
            if (tools)
            {
                message["tool_calls"] = new JsonArray(Call("call_a", "get_weather", """{"city":"Köln"}"""), Call("call_b", "get_time", "{}"));
            }
            var choices = Enumerable.Range(0, (int?)request["n"] ?? 1).Select(index => (JsonNode)new JsonObject
            {
                ["index"] = index, ["message"] = message.DeepClone(), ["finish_reason"] = tools ? "tool_calls" : "stop",
            });
            await WriteAsync(context, 200, new JsonObject { ["id"] = "c1", ["object"] = "chat.completion", ["created"] = 1, ["model"] = "talker", ["choices"] = new JsonArray([.. choices]), ["usage"] = Usage() });
            return;
        }

        context.Response.ContentType = "text/event-stream";
        await SendAsync(context, Chunk(new JsonObject { ["role"] = "assistant", ["content"] = tools ? null : "" }));
        foreach (var part in tools ? [] : text!.Chunk(3).Select(part => new string(part)))
        {
            await SendAsync(context, Chunk(new JsonObject { ["content"] = part }));
        }
        foreach (var (index, id, name, fragments) in tools ? new[] { (0, "call_a", "get_weather", new[] { """{"ci""", """ty":"Köln"}""" }), (1, "call_b", "get_time", ["{}"]) } : [])
        {
            await SendAsync(context, Chunk(Delta(index, new JsonObject { ["id"] = id, ["type"] = "function", ["function"] = new JsonObject { ["name"] = name, ["arguments"] = "" } })));
            foreach (var fragment in fragments)
            {
                await SendAsync(context, Chunk(Delta(index, new JsonObject { ["function"] = new JsonObject { ["arguments"] = fragment } })));
            }
        }
        await SendAsync(context, Chunk([], tools ? "tool_calls" : "stop"));
        if ((bool?)request["stream_options"]?["include_usage"] is true)
        {
            var usage = Chunk([]);
            usage["choices"] = new JsonArray();
            usage["usage"] = Usage();
            await SendAsync(context, usage);
        }
        await context.Response.WriteAsync("data: [DONE]\n\n", context.RequestAborted);
    }

    private static JsonObject Usage() => new() { ["prompt_tokens"] = 11, ["completion_tokens"] = 3, ["total_tokens"] = 14 };

    private static JsonObject Call(string id, string name, string arguments) => new()
    {
        ["id"] = id, ["type"] = "function", ["function"] = new JsonObject { ["name"] = name, ["arguments"] = arguments },
    };

    private static JsonObject Delta(int index, JsonObject call)
    {
        call.Insert(0, "index", index);
        return new JsonObject { ["tool_calls"] = new JsonArray(call) };
    }

    private static JsonObject Chunk(JsonObject delta, string? finish = null) => new()
    {
        ["id"] = "c1", ["object"] = "chat.completion.chunk", ["created"] = 1, ["model"] = "talker",
        ["choices"] = new JsonArray(new JsonObject { ["index"] = 0, ["delta"] = delta, ["finish_reason"] = finish }),
        ["usage"] = null,
    };

    private static async Task WriteAsync(HttpContext context, int status, JsonObject body)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        await context.Response.WriteAsync(body.ToJsonString(), context.RequestAborted);
    }

    private static async Task SendAsync(HttpContext context, JsonObject chunk)
    {
        await context.Response.WriteAsync($"data: {chunk.ToJsonString()}\n\n", context.RequestAborted);
        await context.Response.Body.FlushAsync(context.RequestAborted);
    }
}
