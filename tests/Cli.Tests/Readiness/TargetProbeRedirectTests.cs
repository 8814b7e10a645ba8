using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Text;
using ApeTest.Cli.Readiness;
using ApeTest.Scenarios.Model;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace ApeTest.Cli.Tests.Readiness;

/// <summary>Where a probe goes that is redirected, and what it carries there: credentials go to the target only.</summary>
public sealed class TargetProbeRedirectTests
{
    private const string Key = "X-Api-Key";

    private readonly ConcurrentQueue<string> _seen = [];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(301)]
    [InlineData(302)]
    [InlineData(303)]
    [InlineData(307)]
    [InlineData(308)]
    public async Task Reach_TheTargetLeadsToAnotherServer_IsAnAnswerAndTheOtherIsNotAsked(int status)
    {
        await using var other = await StartAsync(static _ => Task.CompletedTask);
        await using var target = await StartAsync(context => LeadTo(context, Url(other).ToString(), status));
        using var probe = Probe(target);

        Assert.Equal(status, await probe.ReachAsync(Token));
        Assert.Equal(["GET / key"], _seen);
    }

    [Fact]
    public async Task Read_TheTargetLeadsToAPathOfItsOwn_IsFollowedWithTheHeaders()
    {
        await using var target = await StartAsync(static context => context.Request.Path == "/a" ? LeadTo(context, "/b", 302) : context.Response.WriteAsync("there"));
        using var probe = Probe(target);

        Assert.Equal("there", (await probe.ReadAsync(new Uri(Url(target), "/a"), Token)).Text);
        Assert.Equal(["GET /a key", "GET /b key"], _seen);
    }

    [Fact]
    public async Task Read_AnotherServerThatWasNamed_IsFollowedAnywhereWithoutTheHeaders()
    {
        await using var target = await StartAsync(static _ => Task.CompletedTask);
        await using var mirror = await StartAsync(static context => context.Response.WriteAsync("document"));
        await using var named = await StartAsync(context => LeadTo(context, new Uri(Url(mirror), "/doc").ToString(), 302));
        using var probe = Probe(target);

        Assert.Equal("document", (await probe.ReadAsync(new Uri(Url(named), "/latest"), Token)).Text);
        Assert.Equal(["GET /latest", "GET /doc"], _seen);
    }

    [Theory]
    [InlineData(308, 200)]
    [InlineData(302, 302)]
    public async Task Post_IsSentAgainOnlyWhereTheMethodIsKept(int status, int answer)
    {
        await using var target = await StartAsync(async context =>
        {
            if (context.Request.Path == "/graphql")
            {
                await LeadTo(context, "/graphql/", status);
                return;
            }
            using var reader = new StreamReader(context.Request.Body);
            await context.Response.WriteAsync(await reader.ReadToEndAsync(Token), Token);
        });
        using var probe = Probe(target);

        var got = await probe.PostAsync(new Uri(Url(target), "/graphql"), Encoding.UTF8.GetBytes("{}"), Token);

        Assert.Equal((answer, answer == 200 ? "{}" : ""), (got.Status, got.Text));
    }

    [Fact]
    public async Task Read_ARing_Ends()
    {
        await using var target = await StartAsync(static context => LeadTo(context, "/round", 302));
        using var probe = Probe(target);

        Assert.Equal(302, (await probe.ReadAsync(new Uri(Url(target), "/round"), Token)).Status);
        Assert.Equal(6, _seen.Count);
    }

    private static Task LeadTo(HttpContext context, string where, int status)
    {
        (context.Response.StatusCode, context.Response.Headers.Location) = (status, where);
        return Task.CompletedTask;
    }

    private static TargetProbe Probe(WebApplication target) =>
        new(new TargetSpec { Url = Url(target), Headers = ImmutableSortedDictionary<string, string>.Empty.Add(Key, "secret") }, TimeProvider.System);

    private static Uri Url(WebApplication app) => new(app.Urls.Single());

    private async Task<WebApplication> StartAsync(RequestDelegate answer)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        app.Run(context =>
        {
            _seen.Enqueue($"{context.Request.Method} {context.Request.Path}{(context.Request.Headers.ContainsKey(Key) ? " key" : "")}");
            return answer(context);
        });
        await app.StartAsync(Token);
        return app;
    }
}
