using System.Diagnostics.Metrics;
using System.Net.Http.Headers;
using ApeTest.Cli.Tests;
using Microsoft.Extensions.DependencyInjection;

namespace ApeTest.ServiceDefaults.Tests.Metrics;

/// <summary>
/// One text for both writers of <c>/metrics</c>: our own exposition, and prometheus-net where the build has the full feed. Same names, types, help, buckets, labels,
/// values and exemplars; what else they may do differently is named by <see cref="ExpositionReading"/>.
/// </summary>
public sealed class GoldenExpositionTests
{
    private const string OpenMetrics = "application/openmetrics-text; version=1.0.0; charset=utf-8";

    [Fact]
    public async Task Get_AsText_SaysWhatTheGoldenFileSays()
    {
        await using var service = await TestService.StartAsync(new ServiceOptions { Service = "gateway" });
        EveryKind.Measure(service.App.Services.GetRequiredService<IMeterFactory>());
        EveryKind.MeasureTraced(service.App.Services.GetRequiredService<IMeterFactory>());

        var text = await GetAsync(service, "text/plain; version=0.0.4; charset=utf-8");
        Golden.Check("metrics-said.txt", ExpositionReading.Of(text, "apetest_", "gen_ai_"));
        Assert.DoesNotContain(EveryKind.Trace, text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Get_AsOpenMetrics_SaysWhatTheGoldenFileSays()
    {
        await using var service = await TestService.StartAsync(new ServiceOptions { Service = "gateway" });
        EveryKind.Measure(service.App.Services.GetRequiredService<IMeterFactory>());
        EveryKind.MeasureTraced(service.App.Services.GetRequiredService<IMeterFactory>());

        var text = await GetAsync(service, OpenMetrics);
        Golden.Check("openmetrics-said.txt", ExpositionReading.Of(text, "apetest_", "gen_ai_"));
        Assert.EndsWith("# EOF\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Get_AnotherMethodThanGet_IsRefused()
    {
        await using var service = await TestService.StartAsync(new ServiceOptions { Service = "gateway" });

        using var response = await service.SendAsync(HttpMethod.Post, "/metrics");
        Assert.Equal(System.Net.HttpStatusCode.MethodNotAllowed, response.StatusCode);
    }

    private static async Task<string> GetAsync(TestService service, string type)
    {
        using var response = await service.SendAsync(HttpMethod.Get, "/metrics", headers => headers.Accept.Add(MediaTypeWithQualityHeaderValue.Parse(type)));
        Assert.Equal(type, response.Content.Headers.ContentType!.ToString());
        Assert.Equal("Accept", response.Headers.Vary.Single());
        return await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
    }
}
