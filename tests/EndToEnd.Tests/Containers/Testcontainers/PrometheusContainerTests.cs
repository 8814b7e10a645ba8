using System.Globalization;
using System.Text.Json.Nodes;
using ApeTest.EndToEnd.Tests.Telemetry;
using ApeTest.Tests.Shared;

namespace ApeTest.EndToEnd.Tests.Containers.Testcontainers;

public sealed class PrometheusContainerTests
{
    [Fact]
    public async Task Run_ScrapedByTheStacksPrometheus_IsCountedAndJudgedByItsRules()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        await using var network = await StackContainer.CreateNetworkAsync(cancellationToken);
        using var directory = new TempDirectory();
        await using var stack = await TelemetryStack.StartAsync(directory);
        await using var relay = await MetricsRelay.StartAsync([.. stack.Targets]);
        await using var prometheus = await PrometheusContainer.StartAsync(network, relay.Scrape, cancellationToken);
        using var http = new HttpClient { BaseAddress = prometheus.Url };

        var summary = await stack.RunAsync(10, ("iterations", "100"));

        await Machine.UntilAsync(async () => await ValueAsync("sum(apetest_sessions_total)") == summary.Sessions.Started, "every session scraped");
        Assert.Equal(relay.Scrape.Count, await ValueAsync("sum(up)"));
        JsonNode[] rules = [];
        await Machine.UntilAsync(async () =>
        {
            var groups = (await GetAsync("api/v1/rules"))["groups"]!.AsArray();
            rules = [.. groups.SelectMany(group => group!["rules"]!.AsArray()).Select(rule => rule!)];
            return rules.Length > 0 && rules.All(rule => rule["health"]!.ToString() != "unknown");
        }, "every rule evaluated");
        Assert.All(rules, rule => Assert.True(rule["health"]!.ToString() == "ok", rule.ToJsonString()));
        Assert.Equal(["alerting", "recording"], rules.Select(rule => rule["type"]!.ToString()).Distinct().Order(StringComparer.Ordinal));

        async Task<double> ValueAsync(string query) => (await GetAsync($"api/v1/query?query={Uri.EscapeDataString(query)}"))["result"]!.AsArray() is [{ } sample]
            ? double.Parse(sample["value"]![1]!.ToString(), CultureInfo.InvariantCulture)
            : double.NaN;

        async Task<JsonNode> GetAsync(string path) => JsonNode.Parse(await http.GetStringAsync(path, cancellationToken))!["data"]!;
    }
}
