using System.Net;
using System.Text;
using ApeTest.ServiceDefaults.Hosting;
using ApeTest.Tests.Shared;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace ApeTest.ServiceDefaults.Tests.Logging.LokiOtlp;

public sealed class LokiOtlpTests
{
    [Fact]
    public async Task Loki_Configured_GetsMaskedLines()
    {
        var received = new TaskCompletionSource<byte[]>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var loki = await TestService.StartAsync(new ServiceOptions { Service = "loki" }, map: app =>
            app.MapPost("/otlp/v1/logs", async (HttpContext context) =>
            {
                var body = new MemoryStream();
                await context.Request.Body.CopyToAsync(body, context.RequestAborted);
                received.TrySetResult(body.ToArray());
            }));
        await using (var service = await TestService.StartAsync(
            new ServiceOptions { Service = "gateway" },
            map: Work.Map,
            configuration: [(EnvironmentNames.Loki, loki.Client.BaseAddress!.ToString())]))
        {
            Assert.Equal(HttpStatusCode.OK, (await service.SendAsync(HttpMethod.Get, "/work", headers => headers.Add("baggage", "ape.session=3-2"))).StatusCode);
        }

        var text = Encoding.UTF8.GetString(await received.Task.Within(TestContext.Current.CancellationToken));
        Assert.Contains("work done with ***", text, StringComparison.Ordinal);
        Assert.Contains("3-2", text, StringComparison.Ordinal);
        Assert.Contains("gateway", text, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cr3t-value", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", null)]
    [InlineData("ape:p%40ss+w%2F%3Drd,x@", "ape:p@ss+w/=rd,x")]
    public async Task Loki_NameAndPasswordInItsUrl_AreSentAsBasicAuthenticationAndNoOneElsesKeys(string inUrl, string? credentials)
    {
        var received = new TaskCompletionSource<(string Authorization, string Key, string Body)>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var loki = await TestService.StartAsync(new ServiceOptions { Service = "loki" }, map: app =>
            app.MapPost("/prefix/otlp/v1/logs", async (HttpContext context) =>
            {
                using var body = new MemoryStream();
                await context.Request.Body.CopyToAsync(body, context.RequestAborted);
                received.TrySetResult((context.Request.Headers.Authorization.ToString(), context.Request.Headers["api-key"].ToString(), Encoding.UTF8.GetString(body.ToArray())));
            }));
        using var directory = new TempDirectory();
        await using (var service = await TestService.StartAsync(
            new ServiceOptions { Service = "gateway", LogDirectory = directory.Path },
            map: Work.Map,
            configuration: [(EnvironmentNames.Loki, $"http://{inUrl}{loki.Client.BaseAddress!.Authority}/prefix/"), ("OTEL_EXPORTER_OTLP_HEADERS", "api-key=s3cr3t-key")]))
        {
            Assert.Equal(HttpStatusCode.OK, (await service.SendAsync(HttpMethod.Get, "/work")).StatusCode);
        }

        var (authorization, key, text) = await received.Task.Within(TestContext.Current.CancellationToken);
        Assert.Equal(credentials is null ? "" : "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes(credentials)), authorization);
        Assert.Equal("", key);
        Assert.All([text, .. Directory.GetFiles(directory.Path).Select(File.ReadAllText)], static told => Assert.DoesNotContain("p%40ss", told, StringComparison.Ordinal));
    }
}
