using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Text.Json;
using ApeTest.Scenarios.Model;
using ApeTest.Scenarios.Planning;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace ApeTest.Agent.Tests.Fakes;

/// <summary>A target that gives every login a badge: its token, cookie, value against forgery and variable all hold it. It refuses what is not of one badge.</summary>
internal sealed class BadgeTarget : IAsyncDisposable
{
    private const string OpenApi =
        """
        {"openapi":"3.0.3","info":{"title":"Badges","version":"1"},
         "components":{"securitySchemes":{"bearer":{"type":"http","scheme":"bearer"}}},
         "paths":{
          "/login":{"post":{"operationId":"login","responses":{"200":{"description":"ok"}}}},
          "/stamps":{"post":{"operationId":"stamp","security":[{"bearer":[]}],"requestBody":{"required":true,"content":{"application/json":{"schema":{"type":"object","required":["locker"],
            "properties":{"locker":{"type":"string"}}}}}},"responses":{"201":{"description":"created"}}}}}}
        """;

    private readonly WebApplication _app;
    private int _logins;

    private BadgeTarget(WebApplication app) => _app = app;

    /// <summary>Trace -> the badges that its requests showed.</summary>
    public ConcurrentDictionary<string, ConcurrentQueue<string>> Shown { get; } = new(StringComparer.Ordinal);

    public static async Task<BadgeTarget> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var app = builder.Build();
        var target = new BadgeTarget(app);
        app.MapPost("/login", (Delegate)target.Login);
        app.MapPost("/stamps", (Delegate)target.StampAsync);
        await app.StartAsync();
        return target;
    }

    /// <summary>A plan of <paramref name="agents"/> agents that stamp their lockers.</summary>
    public RunPlan Plan(int agents) => new()
    {
        Run = "20261121-131502-7f3a",
        Scenario = new Scenario
        {
            Name = "badges",
            Target = new TargetSpec { Url = new Uri(_app.Urls.First()) },
            Agents = agents,
            Iterations = agents,
            Gateway = GatewayMode.InProcess,
            Llm = new LlmSpec { Model = "test/scripted" },
            Goals = [new GoalSpec { Name = "stamp", Goal = "Log in and stamp your locker twice.", Success = [new SuccessCondition { Operation = "stamp", Status = 201 }] }],
        },
        Seed = 42,
        OpenApiDocument = OpenApi,
        Oracle = "declared",
        PlanSha256 = "",
    };

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync(new CancellationToken(canceled: true));
        await _app.DisposeAsync();
    }

    private IResult Login(HttpContext context)
    {
        // Whoever is new brings nothing.
        if (context.Request.Headers.Authorization.Count + context.Request.Headers.Cookie.Count + context.Request.Headers["X-XSRF-TOKEN"].Count > 0)
        {
            return Results.BadRequest();
        }
        var badge = $"badge{Interlocked.Increment(ref _logins):00000}";
        context.Response.Cookies.Append("sid", "sid-" + badge, new CookieOptions { HttpOnly = true });
        context.Response.Cookies.Append("XSRF-TOKEN", "csrf-" + badge);
        Show(context, badge);
        return Results.Json(new { token = "token-" + badge, locker = "locker-" + badge });
    }

    private async Task<IResult> StampAsync(HttpContext context)
    {
        using var body = await JsonDocument.ParseAsync(context.Request.Body, default, context.RequestAborted);
        var badges = new[]
        {
            context.Request.Headers.Authorization.ToString(), context.Request.Cookies["sid"] ?? "-", context.Request.Cookies["XSRF-TOKEN"] ?? "-",
            context.Request.Headers["X-XSRF-TOKEN"].ToString(), body.RootElement.GetProperty("locker").GetString()!,
        }.Select(static text => text.Split('-')[^1]).ToImmutableHashSet();
        foreach (var badge in badges)
        {
            Show(context, badge);
        }
        return badges.Count == 1 ? Results.Json(new { ok = true }, statusCode: 201) : Results.StatusCode(StatusCodes.Status409Conflict);
    }

    private void Show(HttpContext context, string badge) => Shown.GetOrAdd(context.Request.Headers["traceparent"].ToString().Split('-')[1], static _ => []).Enqueue(badge);
}
