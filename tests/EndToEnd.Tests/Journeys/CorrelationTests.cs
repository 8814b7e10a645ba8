using ApeTest.Tests.Shared;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace ApeTest.EndToEnd.Tests.Journeys;

/// <summary>Values of one answer in the next request, over every way to the target.</summary>
public sealed class CorrelationTests
{
    private const int Sessions = 120;

    [Theory]
    [InlineData("transport: lean", "in-process", false, HttpProtocols.Http1)]
    [InlineData("transport: lean, connections: shared, maxConnections: 4", "in-process", false, HttpProtocols.Http1)]
    [InlineData("transport: lean, connections: session", "in-process", false, HttpProtocols.Http1)]
    [InlineData("transport: sockets", "in-process", false, HttpProtocols.Http1)]
    [InlineData("insecure: true", "in-process", true, HttpProtocols.Http1)]
    [InlineData("insecure: true, http: \"2\"", "in-process", true, HttpProtocols.Http1AndHttp2)]
    [InlineData("insecure: true, http: \"2\"", "in-process", true, HttpProtocols.Http2)]
    [InlineData("http: \"2\"", "in-process", false, HttpProtocols.Http2)]
    [InlineData("timeout: 30s", "remote", false, HttpProtocols.Http1)]
    public async Task Start_TargetThatRefusesForeignValues_RefusesNone(string how, string gateway, bool isSecure, HttpProtocols protocols)
    {
        using var directory = new TempDirectory();
        var shop = new SessionShop();
        await using var target = await JourneyTarget.StartAsync(shop.AnswerAsync, isSecure, protocols);

        var run = await JourneyRun.StartAsync(directory, 0, $$$"""
            target: { url: "{{{target.Url}}}", {{{how}}} }
            gateway: {{{gateway}}}
            agents: 8
            iterations: {{{Sessions}}}
            data: { user: { rows: [ { name: ann }, { name: bob } ] } }
            journeys:
              - name: buy
                steps:
            {{{SessionShop.Steps}}}
            """);

        Assert.Equal((0, Sessions), (shop.Refused, shop.Orders));
        Assert.Equal(Sessions, run.Summary.Sessions.Succeeded);
        Assert.Equal(Enumerable.Repeat((long)Sessions, 6), run.Summary.Http.Select(http => http.Count));
        Assert.All(target.Requests, request => Assert.Equal(protocols.HasFlag(HttpProtocols.Http2) ? "HTTP/2" : "HTTP/1.1", request.Protocol));
        Assert.Equal(Sessions, target.Requests.Select(request => request.TraceId).Distinct().Count());
        Assert.Empty(run.Summary.Run.Edited);
    }

    [Theory]
    [InlineData("lean")]
    [InlineData("sockets")]
    public async Task Start_LoginFormWithCookiesAndRedirects_FollowsEachHopWithWhatItSet(string transport)
    {
        using var directory = new TempDirectory();
        await using var target = await JourneyTarget.StartAsync((context, request) =>
        {
            switch (request.Method, request.Path)
            {
                case ("POST", "/t/enter"):
                    context.Response.Headers.SetCookie = "step=1; Path=/t";
                    context.Response.Redirect("/t/hop?a=1");
                    return Task.CompletedTask;
                case ("GET", "/t/hop") when context.Request.Cookies["step"] == "1":
                    context.Response.Headers.Append("Set-Cookie", "step=2; Path=/t");
                    context.Response.Headers.Append("Set-Cookie", "gone=1; Path=/t; Max-Age=0");
                    context.Response.StatusCode = StatusCodes.Status307TemporaryRedirect;
                    context.Response.Headers.Location = "home";
                    return Task.CompletedTask;
                case ("GET", "/t/home") when request.Header("Cookie") == "step=2":
                    return context.Response.WriteAsync("welcome");
                default:
                    context.Response.StatusCode = StatusCodes.Status403Forbidden;
                    return Task.CompletedTask;
            }
        });

        var run = await JourneyRun.StartAsync(directory, 0, $$"""
            target: { url: "{{target.Url}}", transport: {{transport}} }
            agents: 2
            iterations: 10
            journeys:
              - steps:
                  - { name: enter, post: /t/enter, form: { name: ann, password: geheim }, check: { status: 200, text: welcome } }
                  - { name: home, get: /t/home, check: 200 }
                  - { name: stays, post: /t/enter, redirects: 0, check: 302 }
            """);

        Assert.Equal((30L, 10L, 10L), (run.Count("enter"), run.Count("home"), run.Count("stays")));
        Assert.Equal(10, run.Summary.Sessions.Succeeded);
        Assert.Equal(50, target.Requests.Count);
        // A redirect after a POST is followed by a GET without the body.
        Assert.All(target.At("/t/hop"), request => Assert.Equal(("GET", ""), (request.Method, request.Body)));
    }

    [Theory]
    [InlineData("own", 3)]
    [InlineData("session", 12)]
    [InlineData("shared", 2)]
    public async Task Start_Connections_AreAsManyAsTheScenarioSays(string connections, int expected)
    {
        using var directory = new TempDirectory();
        await using var target = await JourneyTarget.StartAsync();

        var run = await JourneyRun.StartAsync(directory, 0, $$"""
            target: { url: "{{target.Url}}", connections: {{connections}}, maxConnections: 2 }
            agents: 3
            iterations: 12
            journeys: [ { steps: [ { get: /t/a }, { get: /t/b } ] } ]
            """);

        var seen = target.Requests.Select(request => request.Connection).Distinct().Count();
        Assert.Equal(24, target.Requests.Count);
        if (connections == "shared")
        {
            Assert.InRange(seen, 1, expected);
        }
        else
        {
            Assert.Equal(expected, seen);
        }
        Assert.Equal(seen, run.Summary.Http.Sum(http => http.Connections));
    }
}
