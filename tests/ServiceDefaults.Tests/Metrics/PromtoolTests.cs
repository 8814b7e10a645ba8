using System.Diagnostics.Metrics;
using ApeTest.ServiceDefaults.Metrics;
using ApeTest.Tests.Shared;
using Microsoft.Extensions.DependencyInjection;

namespace ApeTest.ServiceDefaults.Tests.Metrics;

/// <summary><c>/metrics</c> as judged by promtool, which is Prometheus's own.</summary>
public class PromtoolTests
{
    [Fact]
    public async Task Get_AsText_PassesCheckMetrics()
    {
        var promtool = Requires.Command("promtool");
        await using var service = await TestService.StartAsync(new ServiceOptions { Service = "gateway" });
        var meter = service.App.Services.GetRequiredService<IMeterFactory>().Create("ApeTest.Test");
        meter.CreateCounter<long>("apetest.sessions", "{session}", "Ended sessions.").Add(3, new KeyValuePair<string, object?>("goal", "a \"b\"\n\\"));
        meter.CreateHistogram<double>("apetest.action.duration", "s", "Duration.").Record(0.2);
        service.App.Services.GetRequiredService<RecordsDropped>().Add(RecordsDropped.Log);
        (await service.SendAsync(HttpMethod.Get, "/health/live")).EnsureSuccessStatusCode();
        var text = await service.Client.GetStringAsync("/metrics", TestContext.Current.CancellationToken);

        var (code, output) = await CheckAsync(promtool, text);
        Assert.True(code == 0, output);
        // And it can say no.
        (code, output) = await CheckAsync(promtool, text.Replace("# TYPE apetest_sessions_total counter", "# TYPE apetest_sessions_total count", StringComparison.Ordinal));
        Assert.True(code != 0, output);
    }

    private static Task<(int Code, string Output)> CheckAsync(string promtool, string text) => PeerProgram.RunAsync(promtool, ["check", "metrics"], text);
}
