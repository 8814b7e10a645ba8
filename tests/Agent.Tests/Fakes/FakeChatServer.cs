using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace ApeTest.Agent.Tests.Fakes;

/// <summary>An OpenAI-compatible server with scripted answers, over real HTTP and server-sent events.</summary>
internal sealed class FakeChatServer : IAsyncDisposable
{
    private readonly WebApplication _app;

    private FakeChatServer(WebApplication app) => _app = app;

    public Uri Url => new(_app.Urls.First());

    public ConcurrentQueue<ChatRequest> Requests { get; } = new();

    /// <summary>Completes when a client lets go of an answer that hangs.</summary>
    public TaskCompletionSource Abandoned { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Answers by script. A session is recognised by its conversation alone, so that any number of sessions can be served.</summary>
    public static Task<FakeChatServer> StartAsync(Func<ChatRequest, Reply> script) => StartAsync(request => Task.FromResult(script(request)));

    /// <summary>The same of a script that may wait.</summary>
    public static async Task<FakeChatServer> StartAsync(Func<ChatRequest, Task<Reply>> script)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var app = builder.Build();
        var server = new FakeChatServer(app);
        app.MapPost("/v1/chat/completions", context => server.AnswerAsync(context, script));
        await app.StartAsync();
        return server;
    }

    /// <summary>Answers by the number of turns the conversation has; the last reply repeats.</summary>
    public static Task<FakeChatServer> StartAsync(params Reply[] replies) => StartAsync(request => replies[Math.Min(request.Turn, replies.Length - 1)]);

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync(new CancellationToken(canceled: true));
        await _app.DisposeAsync();
    }

    private async Task AnswerAsync(HttpContext context, Func<ChatRequest, Task<Reply>> script)
    {
        using var document = await JsonDocument.ParseAsync(context.Request.Body, default, context.RequestAborted);
        var request = new ChatRequest(document.RootElement.Clone(), context.Request.Headers.ToDictionary(static h => h.Key, static h => h.Value.ToString(), StringComparer.OrdinalIgnoreCase));
        Requests.Enqueue(request);
        var reply = await script(request);
        if (reply.Delay > TimeSpan.Zero)
        {
            await Task.Delay(reply.Delay, TimeProvider.System, context.RequestAborted);
        }
        context.Response.StatusCode = reply.Status;
        context.Response.ContentType = reply.ContentType;
        if (reply.MeasureHeader is { } measure)
        {
            context.Response.Headers["X-Ape-Measure"] = measure;
        }
        if (reply.Break)
        {
            // More is promised than comes: the server then closes the connection behind what it has sent.
            context.Response.ContentLength = reply.Chunks.Sum(static chunk => chunk.Length) + 1;
        }
        foreach (var chunk in reply.Chunks)
        {
            await context.Response.Body.WriteAsync(chunk, context.RequestAborted);
            await context.Response.Body.FlushAsync(context.RequestAborted);
        }
        if (reply.Hang)
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            Abandoned.TrySetResult();
        }
    }
}

/// <summary>A request as the server saw it.</summary>
internal sealed record ChatRequest(JsonElement Body, IReadOnlyDictionary<string, string> Headers)
{
    public IEnumerable<JsonElement> Messages => Body.GetProperty("messages").EnumerateArray();

    /// <summary>Turns the conversation has.</summary>
    public int Turn => Messages.Count(static message => message.GetProperty("role").GetString() == "assistant");

    public string Text => Body.GetRawText();

    public string System => Content(Messages.First());

    /// <summary>What the newest tool message says.</summary>
    public JsonElement LastObservation => JsonDocument.Parse(Content(Messages.Last(static message => message.GetProperty("role").GetString() == "tool"))).RootElement;

    private static string Content(JsonElement message) => message.GetProperty("content") is { ValueKind: JsonValueKind.Array } parts
        ? string.Concat(parts.EnumerateArray().Select(static part => part.GetProperty("text").GetString()))
        : message.GetProperty("content").GetString()!;
}
