using System.Net.Http.Headers;
using ApeTest.Agent.Tests.Fakes;
using ApeTest.Runs.Records;
using ApeTest.Scenarios.Model;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace ApeTest.Agent.Tests.Workers;

/// <summary>A gateway whose configuration changes while the run goes on.</summary>
public sealed class GatewayEditTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Run_GatewayRevisionGrows_IsMarkedEditedOnce(bool edited)
    {
        await using var target = await FakeTarget.StartAsync();
        await using var gateway = await GatewayAsync(target.Url, request => edited && request > 6 ? 4 : 3);
        await using var server = await FakeChatServer.StartAsync(Replies.Shopper);
        await using var host = await WorkerHost.StartAsync(server.Url, change: options => options.GatewayUrl = new Uri(gateway.Urls.First()));

        var totals = await host.RunAsync(Plans.Of(target.Url, scenario => scenario with { Agents = 2, Iterations = 4, Gateway = GatewayMode.Remote }));

        Assert.Equal((4, 4), (totals.Started, totals.Ended(SessionOutcome.Succeeded)));
        var edits = totals.Batches.SelectMany(static batch => batch.Metrics.Edits).ToList();
        Assert.Equal(edited ? [new("gateway: configuration 3 became 4", 1)] : [], edits);
    }

    /// <summary>As much of a gateway as an agent needs: forwards, and says which revision of its configuration served the n-th request.</summary>
    private static async Task<WebApplication> GatewayAsync(Uri target, Func<int, int> revision)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var app = builder.Build();
        var client = new HttpClient(new SocketsHttpHandler { UseCookies = false });
        var requests = 0;
        app.Map("/{target}/{**path}", async (HttpContext context, string path) =>
        {
            var number = Interlocked.Increment(ref requests);
            using var request = new HttpRequestMessage(new HttpMethod(context.Request.Method), new Uri(target, path + context.Request.QueryString));
            if (context.Request.ContentLength > 0)
            {
                request.Content = new StreamContent(context.Request.Body);
                request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(context.Request.ContentType!);
            }
            foreach (var name in new[] { "Authorization", "Cookie" })
            {
                request.Headers.TryAddWithoutValidation(name, (IEnumerable<string?>)context.Request.Headers[name]);
            }
            using var response = await client.SendAsync(request);
            context.Response.StatusCode = (int)response.StatusCode;
            context.Response.ContentType = response.Content.Headers.ContentType?.ToString();
            if (response.Headers.TryGetValues("Set-Cookie", out var cookies))
            {
                context.Response.Headers.SetCookie = cookies.ToArray();
            }
            context.Response.Headers["X-Ape-Timing"] = $"gateway=0.0001,target=0.0001,retries=0,fault=none,revision={revision(number)}";
            await context.Response.Body.WriteAsync(await response.Content.ReadAsByteArrayAsync());
        });
        await app.StartAsync();
        return app;
    }
}
