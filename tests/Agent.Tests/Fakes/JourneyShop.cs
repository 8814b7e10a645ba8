using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace ApeTest.Agent.Tests.Fakes;

/// <summary>A target of journeys: logs in (token and cookie), takes orders, shows them to their owner, counts everything.</summary>
internal sealed class JourneyShop : IAsyncDisposable
{
    private readonly WebApplication _app;
    private int _orders;

    private JourneyShop(WebApplication app) => _app = app;

    public Uri Url => new(_app.Urls.First());

    /// <summary>What every request brought, in order.</summary>
    public ConcurrentQueue<ShopRequest> Requests { get; } = new();

    /// <summary>Orders: id -> user.</summary>
    public ConcurrentDictionary<string, string> Orders { get; } = new();

    /// <summary>Answers instead of the shop when it returns true. Default never.</summary>
    public Func<HttpContext, Task<bool>>? Fault { get; set; }

    public static async Task<JourneyShop> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var app = builder.Build();
        var shop = new JourneyShop(app);
        app.Use(shop.ObserveAsync);
        app.MapPost("/login", (string user, HttpContext context) =>
        {
            context.Response.Cookies.Append("sid", $"sid-{user}");
            return Results.Json(new { token = $"token-of-{user}" });
        });
        app.MapGet("/items", () => Results.Json(new { items = new[] { new { id = "espresso" } } }));
        app.MapPost("/orders", (HttpContext context) =>
        {
            var id = $"o{Interlocked.Increment(ref shop._orders)}";
            shop.Orders[id] = UserOf(context) ?? "";
            return Results.Json(new { id }, statusCode: 201);
        });
        // Only who shows both the session's cookie and its token sees it.
        app.MapGet("/orders/{id}", (string id, HttpContext context) => UserOf(context) is { } user && shop.Orders.GetValueOrDefault(id) == user && context.Request.Cookies["sid"] == $"sid-{user}"
            ? Results.Json(new { id, state = "placed" }) : Results.NotFound());
        await app.StartAsync();
        return shop;
    }

    public int Count(string path) => Requests.Count(seen => seen.Path == path);

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync(new CancellationToken(canceled: true));
        await _app.DisposeAsync();
    }

    private static string? UserOf(HttpContext context) => context.Request.Headers.Authorization.ToString() is ['B', 'e', 'a', 'r', 'e', 'r', ' ', .. var token] && token.StartsWith("token-of-", StringComparison.Ordinal)
        ? token["token-of-".Length..] : null;

    private async Task ObserveAsync(HttpContext context, RequestDelegate next)
    {
        Requests.Enqueue(new ShopRequest(context.Request.Path.ToString(), context.Request.QueryString.ToString(), context.Request.Headers["traceparent"].ToString(), context.Connection.Id));
        if (Fault is null || !await Fault(context))
        {
            await next(context);
        }
    }
}

/// <summary>What a request brought.</summary>
internal sealed record ShopRequest(string Path, string Query, string TraceParent, string Connection);
