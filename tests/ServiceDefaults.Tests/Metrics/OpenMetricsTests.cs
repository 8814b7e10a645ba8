using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Net.Http.Headers;
using ApeTest.Tests.Shared;
using Microsoft.Extensions.DependencyInjection;

namespace ApeTest.ServiceDefaults.Tests.Metrics;

/// <summary>OpenMetrics as read by the parser of Prometheus's Python client, the strictest there is (Debian: python3-prometheus-client).</summary>
public class OpenMetricsTests
{
    private const string Parser = """
        import sys
        from prometheus_client.openmetrics.parser import text_string_to_metric_families
        for family in text_string_to_metric_families(sys.stdin.read()):
            for sample in family.samples:
                if sample.exemplar: print(family.name, family.type, sample.exemplar.labels['trace_id'])
        """;

    [Fact]
    public async Task Get_AskedForOpenMetrics_IsReadByAnotherParser()
    {
        Requires.That(File.Exists("/usr/bin/python3") && (await RunAsync("import prometheus_client", "")).Code == 0, "python3-prometheus-client is not installed");
        await using var service = await TestService.StartAsync(new ServiceOptions { Service = "gateway" });
        var meter = service.App.Services.GetRequiredService<IMeterFactory>().Create("ApeTest.Test");
        using (var trace = new Activity("test").SetParentId(ActivityTraceId.CreateFromString("4bf92f3577b34da6a3ce929d0e0e4736"), ActivitySpanId.CreateRandom(), ActivityTraceFlags.Recorded).Start())
        {
            meter.CreateCounter<long>("apetest.sessions", "{session}", "Ended \"sessions\".\n\\").Add(3, new KeyValuePair<string, object?>("goal", "a \"b\"\n\\"));
            meter.CreateCounter<double>("apetest.llm.cost", "usd").Add(0.5);
            meter.CreateHistogram<double>("apetest.action.duration", "s", "Duration.").Record(0.2);
        }
        (await service.SendAsync(HttpMethod.Get, "/health/live")).EnsureSuccessStatusCode();

        using var response = await service.SendAsync(HttpMethod.Get, "/metrics", headers => headers.Accept.Add(MediaTypeWithQualityHeaderValue.Parse("application/openmetrics-text; version=1.0.0")));
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.Equal("application/openmetrics-text; version=1.0.0; charset=utf-8", response.Content.Headers.ContentType!.ToString());
        Assert.Equal("Accept", response.Headers.Vary.Single());
        var (code, output) = await RunAsync(Parser, text);
        Assert.True(code == 0, output);
        Assert.Equal(
            ["apetest_action_duration_seconds histogram", "apetest_llm_cost_usd counter", "apetest_sessions counter"],
            output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Replace(" 4bf92f3577b34da6a3ce929d0e0e4736", "", StringComparison.Ordinal)).Order(StringComparer.Ordinal));
        // And it can say no.
        Assert.NotEqual(0, (await RunAsync(Parser, text.Replace("# EOF\n", "", StringComparison.Ordinal))).Code);
    }

    private static Task<(int Code, string Output)> RunAsync(string script, string input) => PeerProgram.RunAsync("/usr/bin/python3", ["-c", script], input);
}
