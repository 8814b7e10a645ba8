using System.Collections.Concurrent;
using Microsoft.AspNetCore.Http;

namespace ApeTest.EndToEnd.Tests.Journeys;

/// <summary>
/// A shop that hands each session values of its own in every place a value can stand in (cookie, HTML, JSON, header, XML, text), and refuses whoever comes
/// with another's, or with one that is used up.
/// </summary>
internal sealed class SessionShop
{
    /// <summary>A journey through it; needs the column <c>user.name</c>.</summary>
    public const string Steps = """
              - { name: page, get: /t/login, extract: { csrf: "css:input[name=csrf]@value", sid: "cookie:sid" } }
              - { name: login, post: /t/login, form: { name: "{{user.name}}", csrf: "{{csrf}}" }, extract: { token: $.auth.token } }
              - { name: cart, post: /t/carts, headers: { Authorization: "Bearer {{token}}" }, json: { by: "{{user.name}}" }, check: 201, extract: { cart: 'header:Location regex:/carts/([^/]+)$' } }
              - { name: show, get: "/t/carts/{{cart}}", headers: { Authorization: "Bearer {{token}}" }, extract: { item: "xpath://cart/item/@ref" } }
              - { name: checkout, post: /t/checkout, headers: { Authorization: "Bearer {{token}}", X-Sid: "{{sid}}" }, json: { cart: "{{cart}}", item: "{{item}}" }, extract: { order: 'regex:no\. (?<value>\S+) is' } }
              - { name: order, get: "/t/orders/{{order}}", headers: { Authorization: "Bearer {{token}}" }, check: { status: 200, text: "{{order}}" } }
        """;

    private readonly ConcurrentDictionary<string, Visit> _visits = new();
    private int _refused;
    private int _orders;

    /// <summary>Requests with another's value, or out of order.</summary>
    public int Refused => _refused;

    /// <summary>Sessions that came to their end.</summary>
    public int Orders => _orders;

    /// <summary>Answers a request.</summary>
    public Task AnswerAsync(HttpContext context, TargetRequest request)
    {
        if (request is { Method: "GET", Path: "/t/login" })
        {
            var fresh = new Visit();
            _visits[fresh.Sid] = fresh;
            context.Response.Headers.SetCookie = $"sid={fresh.Sid}; Path=/t; HttpOnly";
            context.Response.ContentType = "text/html";
            return context.Response.WriteAsync($"<!doctype html><form><input name=other value=x><input type=hidden name=csrf value=\"{fresh.Csrf}\"></form>");
        }
        var visit = context.Request.Cookies["sid"] is { } sid ? _visits.GetValueOrDefault(sid) : null;
        var isIn = visit is not null && request.Header("Authorization") == $"Bearer {visit.Token}";
        switch (request.Method, request.Path)
        {
            case ("POST", "/t/login") when visit is not null && request.Body.EndsWith($"csrf={visit.Csrf}", StringComparison.Ordinal) && visit.Goes(0):
                return context.Response.WriteAsJsonAsync(new { user = new { token = "wrong" }, auth = new { token = visit.Token } });
            case ("POST", "/t/carts") when isIn && visit!.Goes(1):
                context.Response.StatusCode = StatusCodes.Status201Created;
                context.Response.Headers.Location = $"/t/carts/{visit.Cart}";
                return Task.CompletedTask;
            case ("GET", var path) when isIn && path == $"/t/carts/{visit!.Cart}" && visit.Goes(2):
                context.Response.ContentType = "application/xml";
                return context.Response.WriteAsync($"<cart><item ref='{visit.Item}'/><item ref='none'/></cart>");
            case ("POST", "/t/checkout") when isIn && request.Body == $$"""{"cart":"{{visit!.Cart}}","item":"{{visit.Item}}"}""" && request.Header("X-Sid") == visit.Sid && visit.Goes(3):
                return context.Response.WriteAsync($"Your order no. {visit.Order} is placed.");
            case ("GET", var path) when isIn && path == $"/t/orders/{visit!.Order}" && visit.Goes(4):
                Interlocked.Increment(ref _orders);
                return context.Response.WriteAsync($"order {visit.Order}");
            default:
                Interlocked.Increment(ref _refused);
                context.Response.StatusCode = StatusCodes.Status403Forbidden;
                return Task.CompletedTask;
        }
    }

    private sealed class Visit
    {
        private int _steps;

        public string Sid { get; } = Make();

        public string Csrf { get; } = Make();

        public string Token { get; } = Make();

        public string Cart { get; } = Make();

        public string Item { get; } = Make();

        public string Order { get; } = Make();

        /// <summary>Whether the step is the next one; each is taken once.</summary>
        public bool Goes(int step) => Interlocked.CompareExchange(ref _steps, step + 1, step) == step;

        private static string Make() => Guid.NewGuid().ToString("n");
    }
}
