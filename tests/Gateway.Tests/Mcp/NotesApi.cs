using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace ApeTest.Gateway.Tests.Mcp;

/// <summary>A target for MCP tests: notes behind a login that gives a token and a cookie, and answers that are meant to harm.</summary>
internal sealed class NotesApi : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, ConcurrentQueue<string>> _notes = new();
    private TestService? _service;

    public Uri Url => _service!.Url;

    /// <summary>The document; null: 404.</summary>
    public string? Document { get; set; } = DocumentWith();

    /// <summary>How often the document was asked for.</summary>
    public int DocumentReads { get; private set; }

    /// <summary>Requests other than for the document: method, path and query, and headers.</summary>
    public ConcurrentQueue<(string Line, IReadOnlyDictionary<string, string> Headers)> Requests { get; } = new();

    /// <summary>Completes when <c>/hang</c> was asked; that request hangs until its client leaves.</summary>
    public TaskCompletionSource Hanging { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes when the client of <c>/hang</c> has left.</summary>
    public TaskCompletionSource Left { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Answers of <c>GET /evil/{name}</c>.</summary>
    public Dictionary<string, Func<HttpContext, Task>> Evil { get; } = [];

    public static async Task<NotesApi> StartAsync()
    {
        var api = new NotesApi();
        api._service = await TestService.TargetAsync(api.HandleAsync);
        return api;
    }

    /// <summary>The document, with further paths.</summary>
    public static string DocumentWith(string more = "") => """
        {"openapi":"3.0.3","info":{"title":"Notes","version":"1"},
         "components":{"securitySchemes":{"bearer":{"type":"http","scheme":"bearer"}}},
         "paths":{
          "/login":{"post":{"operationId":"login","summary":"Log in","requestBody":{"required":true,"content":{"application/json":{"schema":
            {"type":"object","required":["user","password"],"properties":{"user":{"type":"string","minLength":1},"password":{"type":"string"}}}}}},
            "responses":{"200":{"description":"ok"}}}},
          "/notes":{"get":{"operationId":"listNotes","summary":"All notes","security":[{"bearer":[]}],"responses":{"200":{"description":"ok"}}},
                    "post":{"operationId":"addNote","security":[{"bearer":[]}],"requestBody":{"required":true,"content":{"application/json":{"schema":
                      {"type":"object","required":["text"],"properties":{"text":{"type":"string","maxLength":200}}}}}},"responses":{"201":{"description":"ok"}}}},
          "/notes/{id}":{"get":{"operationId":"getNote","parameters":[{"name":"id","in":"path","required":true,"schema":{"type":"string"}},
                           {"name":"X-View","in":"header","schema":{"type":"string"}}],"responses":{"200":{"description":"ok"}}},
                         "delete":{"operationId":"deleteNote","parameters":[{"name":"id","in":"path","required":true,"schema":{"type":"integer"}}],"responses":{"204":{"description":"gone"}}}},
          "/wipe":{"post":{"operationId":"wipe","x-ape-destructive":true,"parameters":[{"name":"session","in":"query","schema":{"type":"string"}}],"responses":{"200":{"description":"ok"}}}}
          MORE
         }}
        """.Replace("MORE", more, StringComparison.Ordinal);

    public ValueTask DisposeAsync() => _service!.DisposeAsync();

    private async Task HandleAsync(HttpContext context)
    {
        var request = context.Request;
        var path = request.Path.Value!;
        if (path == "/openapi.json")
        {
            DocumentReads++;
            context.Response.StatusCode = Document is null ? 404 : 200;
            context.Response.ContentType = "application/json";
            await context.Response.WriteAsync(Document ?? "{}");
            return;
        }
        Requests.Enqueue(($"{request.Method} {path}{request.QueryString}", request.Headers.ToDictionary(static header => header.Key, static header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase)));
        switch (path)
        {
            case "/login":
                var login = await request.ReadFromJsonAsync<JsonElement>();
                var user = login.GetProperty("user").GetString()!;
                context.Response.Cookies.Append("sid", user);
                await context.Response.WriteAsJsonAsync(new { access_token = $"token-of-{user}" });
                return;
            case "/notes" when UserOf(context) is { } known:
                var notes = _notes.GetOrAdd(known, static _ => new());
                if (request.Method == "POST")
                {
                    notes.Enqueue((await request.ReadFromJsonAsync<JsonElement>()).GetProperty("text").GetString()!);
                    context.Response.StatusCode = 201;
                }
                await context.Response.WriteAsJsonAsync(new { notes });
                return;
            case "/notes":
                context.Response.StatusCode = 401;
                await context.Response.WriteAsJsonAsync(new { detail = "log in first" });
                return;
            case "/hang":
                Hanging.TrySetResult();
                context.RequestAborted.Register(() => Left.TrySetResult());
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted);
                return;
            case var _ when path.StartsWith("/evil/", StringComparison.Ordinal) && Evil.TryGetValue(path[6..], out var evil):
                await evil(context);
                return;
            default:
                await context.Response.WriteAsJsonAsync(new { path, query = request.QueryString.Value });
                return;
        }
    }

    /// <summary>Both the cookie and the token, and both of the same user.</summary>
    private static string? UserOf(HttpContext context) =>
        context.Request.Cookies["sid"] is { } user && context.Request.Headers.Authorization == $"Bearer token-of-{user}" ? user : null;
}
