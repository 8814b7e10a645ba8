using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace ApeTest.EndToEnd.Tests.BadInput;

/// <summary>A target and a model server that do everything wrong but answer: broken documents, refused keys, server errors.</summary>
public sealed class BadServer : IAsyncLifetime
{
    /// <summary>Only this user is served by <c>scripted/v1</c>.</summary>
    public const string GoodUser = "user-of-luck";

    /// <summary>A good document with one operation, for what is wrong elsewhere.</summary>
    private const string Good = """{"openapi":"3.0.3","info":{"title":"x","version":"1"},"paths":{"/books/{id}/loan":{"post":{"operationId":"borrowBook","parameters":[{"name":"id","in":"path","required":true,"schema":{"type":"string"}}],"responses":{"201":{"description":"ok"}}}}}}""";

    private static readonly Dictionary<string, (int Status, string Type, string Text)> Answers = new()
    {
        ["/good.json"] = (200, "application/json", Good),
        ["/html"] = (200, "text/html", "<!doctype html><title>Swagger UI</title>"),
        ["/empty.json"] = (200, "application/json", ""),
        ["/broken.json"] = (200, "application/json", "{\n \"openapi\": \"3.0.3\",\n \"paths\": {\n"),
        ["/broken.yaml"] = (200, "application/yaml", "openapi: 3.0.3\npaths:\n  - [\n"),
        ["/list.json"] = (200, "application/json", "[1]"),
        ["/swagger.json"] = (200, "application/json", """{"swagger":"2.0","paths":{}}"""),
        ["/v32.json"] = (200, "application/json", """{"openapi":"3.2.0","info":{"title":"x","version":"1"},"paths":{"/x":{"get":{}}}}"""),
        ["/nothing.json"] = (200, "application/json", """{"openapi":"3.0.3","info":{"title":"x","version":"1"},"paths":{}}"""),
        ["/teapot.json"] = (503, "text/plain", "not today"),
        ["/llm/v1/models"] = (200, "application/json", """{"object":"list","data":[{"id":"small-model"},{"id":"large-model"}]}"""),
        ["/llm/v1/chat/completions"] = (500, "application/json", """{"error":{"message":"out of memory","type":"server_error"}}"""),
        ["/scripted/v1/models"] = (200, "application/json", """{"object":"list","data":[{"id":"one-good-user"}]}"""),
        ["/books/1/loan"] = (201, "application/json", "{}"),
        ["/refused/v1/models"] = (401, "application/json", """{"error":{"message":"wrong key","type":"invalid_request_error"}}"""),
        ["/webpage/v1/models"] = (200, "text/html", "<html>hello</html>"),
        ["/down/v1/models"] = (502, "text/html", "bad gateway"),
    };

    private WebApplication? _app;

    /// <summary>Where it listens.</summary>
    public Uri Url => new(_app!.Urls.Single());

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        _app = builder.Build();
        _app.Run(async context =>
        {
            if (context.Request.Path == "/huge.json")
            {
                await WriteHugeAsync(context);
                return;
            }
            if (context.Request.Path == "/scripted/v1/chat/completions")
            {
                await ScriptAsync(context);
                return;
            }
            var (status, type, text) = Answers.GetValueOrDefault(context.Request.Path.Value!, (404, "text/plain", "no such page"));
            context.Response.StatusCode = status;
            context.Response.ContentType = type;
            await context.Response.WriteAsync(text, context.RequestAborted);
        });
        await _app.StartAsync();
    }

    public ValueTask DisposeAsync() => _app!.DisposeAsync();

    /// <summary>A model that serves the user of <see cref="GoodUser"/> and refuses everybody else: borrows the book, then finishes.</summary>
    private static async Task ScriptAsync(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body);
        var body = await reader.ReadToEndAsync(context.RequestAborted);
        if (!body.Contains(GoodUser, StringComparison.Ordinal))
        {
            context.Response.StatusCode = StatusCodes.Status400BadRequest;
            await context.Response.WriteAsJsonAsync(new { error = new { message = "out of service", type = "server_error" } }, context.RequestAborted);
            return;
        }
        var (tool, arguments) = body.Contains("\"role\":\"tool\"", StringComparison.Ordinal) ? ("finish", """{"outcome":"success"}""") : ("borrowBook", """{"id":"1"}""");
        var call = new { index = 0, id = "call_1", type = "function", function = new { name = tool, arguments } };
        context.Response.ContentType = "text/event-stream";
        await context.Response.WriteAsync(Chunk(new { role = "assistant", tool_calls = new[] { call } }, null) + Chunk(new { }, "tool_calls") + "data: [DONE]\n\n", context.RequestAborted);
    }

    private static string Chunk(object delta, string? finish) => "data: " + JsonSerializer.Serialize(new
    {
        id = "c", @object = "chat.completion.chunk", created = 0, model = "one-good-user", choices = new[] { new { index = 0, delta, finish_reason = finish } },
    }) + "\n\n";

    private static async Task WriteHugeAsync(HttpContext context)
    {
        var block = new byte[1 << 20];
        Array.Fill(block, (byte)' ');
        try
        {
            for (var i = 0; i < 40; i++)
            {
                await context.Response.Body.WriteAsync(block, context.RequestAborted);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            // The reader has had enough, as it should.
        }
    }
}
