using System.Diagnostics.Metrics;
using System.Net;
using ApeTest.ServiceDefaults.Metrics;
using Microsoft.Extensions.DependencyInjection;

namespace ApeTest.ServiceDefaults.Tests.Metrics;

public class MetricsEndpointTests
{
    [Fact]
    public async Task Get_TwoHostsInOneProcess_EachShowsItsOwn()
    {
        await using var first = await TestService.StartAsync(new ServiceOptions { Service = "gateway" });
        await using var second = await TestService.StartAsync(new ServiceOptions { Service = "llm-proxy" });
        first.App.Services.GetRequiredService<IMeterFactory>().Create("ApeTest.Gateway").CreateCounter<long>("apetest.gateway.requests").Add(3);
        second.App.Services.GetRequiredService<RecordsDropped>().Add(RecordsDropped.Log, 2);

        var one = await TextAsync(first);
        var other = await TextAsync(second);
        Assert.Contains("apetest_gateway_requests_total 3\n", one, StringComparison.Ordinal);
        Assert.DoesNotContain("apetest_gateway_requests_total", other, StringComparison.Ordinal);
        Assert.Contains("apetest_records_dropped_total{stream=\"log\"} 2\n", other, StringComparison.Ordinal);
        // Shown before anything is lost, so that Prometheus sees the first loss as a rise.
        Assert.All(new[] { "log", "metrics" }, stream => Assert.Contains($"apetest_records_dropped_total{{stream=\"{stream}\"}} 0\n", one, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Get_AfterARequest_ShowsTheServersOwnMetrics()
    {
        await using var service = await TestService.StartAsync(new ServiceOptions { Service = "gateway" });
        (await service.SendAsync(HttpMethod.Get, "/health/live")).EnsureSuccessStatusCode();
        // A request's duration is recorded just after its answer is sent, so it shows at the latest one scrape later.
        await TextAsync(service);

        var response = await service.SendAsync(HttpMethod.Get, "/metrics");
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.Equal("text/plain; version=0.0.4; charset=utf-8", response.Content.Headers.ContentType!.ToString());
        Assert.Contains("# TYPE http_server_request_duration_seconds histogram\n", text, StringComparison.Ordinal);
        Assert.Contains("http_route=\"/health/live\"", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true, HttpStatusCode.Unauthorized)]
    [InlineData(false, HttpStatusCode.OK)]
    public async Task Get_WithoutTheToken_IsAnsweredOnlyWhereNobodyCouldKnowIt(bool needed, HttpStatusCode expected)
    {
        await using var service = await TestService.StartAsync(new ServiceOptions { Service = "gateway", Token = new string('t', 32), MetricsNeedToken = needed });

        Assert.Equal(expected, (await service.SendAsync(HttpMethod.Get, "/metrics")).StatusCode);
        // A page in a browser reads nothing either way.
        Assert.Equal(HttpStatusCode.Forbidden, (await service.SendAsync(HttpMethod.Get, "/metrics", headers => headers.Add("Origin", "https://evil.example"))).StatusCode);
    }

    [Fact]
    public async Task Get_Process_HasTheNamesOfAllClients()
    {
        await using var service = await TestService.StartAsync(new ServiceOptions { Service = "gateway" });
        var text = await TextAsync(service);

        Assert.All(["process_cpu_seconds_total", "process_resident_memory_bytes", "process_start_time_seconds"], name => Assert.Matches($@"(?m)^{name} [0-9]", text));
    }

    [Fact]
    public void Buckets_AreTheAgreedOnes()
    {
        Assert.Equal(12, Buckets.Fast.Count);
        Assert.Equal((0.001, 10), (Buckets.Fast[0], Buckets.Fast[^1]));
        Assert.Equal(14, Buckets.Slow.Count);
        Assert.Equal((0.01, 300), (Buckets.Slow[0], Buckets.Slow[^1]));
    }

    private static async Task<string> TextAsync(TestService service)
    {
        using var response = await service.SendAsync(HttpMethod.Get, "/metrics");
        return await response.EnsureSuccessStatusCode().Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
    }
}
