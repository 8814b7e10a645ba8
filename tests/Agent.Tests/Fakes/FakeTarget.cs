using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace ApeTest.Agent.Tests.Fakes;

/// <summary>A small shop: login (token and cookie), items, orders, logout. <see cref="Fault"/> may answer instead.</summary>
internal sealed class FakeTarget : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentDictionary<string, string> _tokens = new();
    private int _orders;

    private FakeTarget(WebApplication app) => _app = app;

    public Uri Url => new(_app.Urls.First());

    /// <summary>What every request brought, in order.</summary>
    public ConcurrentQueue<TargetRequestSeen> Requests { get; } = new();

    /// <summary>Orders: id -> user.</summary>
    public ConcurrentDictionary<string, string> Orders { get; } = new();

    /// <summary>Answers instead of the shop when it returns true. Second argument: requests to that path before this one.</summary>
    public Func<HttpContext, int, Task<bool>>? Fault { get; set; }

    public static string OpenApi { get; } =
        """
        {"openapi":"3.0.3","info":{"title":"Fake","version":"1"},
         "components":{"securitySchemes":{"bearer":{"type":"http","scheme":"bearer"}}},
         "paths":{
          "/login":{"post":{"operationId":"login","requestBody":{"required":true,"content":{"application/json":{"schema":{"type":"object","required":["name","password"],
            "properties":{"name":{"type":"string"},"password":{"type":"string"}}}}}},"responses":{"200":{"description":"ok"}}}},
          "/items":{"get":{"operationId":"listItems","parameters":[{"name":"q","in":"query","schema":{"type":"string"}}],"responses":{"200":{"description":"ok"}}}},
          "/orders":{"post":{"operationId":"order","security":[{"bearer":[]}],"requestBody":{"required":true,"content":{"application/json":{"schema":{"type":"object","required":["itemId","quantity"],
            "properties":{"itemId":{"type":"string"},"quantity":{"type":"integer"}}}}}},"responses":{"201":{"description":"created"}}}},
          "/orders/{id}":{"get":{"operationId":"getOrder","security":[{"bearer":[]}],"parameters":[{"name":"id","in":"path","required":true,"schema":{"type":"string"}}],"responses":{"200":{"description":"ok"}}}},
          "/logout":{"post":{"operationId":"logout","security":[{"bearer":[]}],"responses":{"204":{"description":"bye"}}}}}}
        """;

    public static async Task<FakeTarget> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var app = builder.Build();
        var target = new FakeTarget(app);
        app.Use(target.ObserveAsync);
        app.MapPost("/login", (Delegate)target.Login);
        app.MapGet("/items", () => Results.Json(new { items = new[] { new { id = "item-espresso", price = 3 }, new { id = "item-filter", price = 2 } } }));
        app.MapPost("/orders", (Delegate)target.Order);
        app.MapGet("/orders/{id}", (string id, HttpContext context) => target.User(context) is null ? Results.Unauthorized()
            : target.Orders.ContainsKey(id) ? Results.Json(new { id }) : Results.NotFound());
        app.MapPost("/logout", (Delegate)target.Logout);
        await app.StartAsync();
        return target;
    }

    public void ForgetLogins() => _tokens.Clear();

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync(new CancellationToken(canceled: true));
        await _app.DisposeAsync();
    }

    private async Task ObserveAsync(HttpContext context, RequestDelegate next)
    {
        var path = context.Request.Path.ToString();
        var before = Requests.Count(seen => seen.Path == path);
        Requests.Enqueue(new TargetRequestSeen(path, context.Request.Headers.Authorization.ToString(), context.Request.Headers.Cookie.ToString(), context.Request.Headers["traceparent"].ToString()));
        if (Fault is null || !await Fault(context, before))
        {
            await next(context);
        }
    }

    private async Task<IResult> Login(HttpContext context)
    {
        using var body = await JsonDocument.ParseAsync(context.Request.Body, default, context.RequestAborted);
        var name = body.RootElement.GetProperty("name").GetString()!;
        if (body.RootElement.GetProperty("password").GetString() != "pw-of-" + name)
        {
            return Results.Unauthorized();
        }
        var token = $"token-{name}-{Guid.NewGuid():n}";
        _tokens[token] = name;
        context.Response.Cookies.Append("sid", "sid-" + name);
        return Results.Json(new { token, name });
    }

    private async Task<IResult> Order(HttpContext context)
    {
        if (User(context) is not { } user)
        {
            return Results.Unauthorized();
        }
        using var body = await JsonDocument.ParseAsync(context.Request.Body, default, context.RequestAborted);
        var id = $"order-{Interlocked.Increment(ref _orders):0000}";
        Orders[id] = user;
        return Results.Json(new { id, itemId = body.RootElement.GetProperty("itemId").GetString() }, statusCode: 201);
    }

    private IResult Logout(HttpContext context)
    {
        _tokens.TryRemove(context.Request.Headers.Authorization.ToString().Replace("Bearer ", "", StringComparison.Ordinal), out _);
        return Results.NoContent();
    }

    private string? User(HttpContext context)
        => _tokens.GetValueOrDefault(context.Request.Headers.Authorization.ToString().Replace("Bearer ", "", StringComparison.Ordinal));
}

/// <summary>What a request brought.</summary>
internal sealed record TargetRequestSeen(string Path, string Authorization, string Cookie, string TraceParent);
