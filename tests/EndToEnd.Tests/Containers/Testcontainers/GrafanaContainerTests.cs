using System.Text.Json.Nodes;
using ApeTest.EndToEnd.Tests.Telemetry;
using ApeTest.Tests.Shared;

namespace ApeTest.EndToEnd.Tests.Containers.Testcontainers;

public sealed class GrafanaContainerTests
{
    private const string Password = "grafana-4711";

    [Fact]
    public async Task Dashboards_OfTheStacksGrafana_AreProvisionedAndAnswerEveryQuery()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        var dashboards = Repository.PathOf("deploy", "config", "grafana", "dashboards");
        await using var network = await StackContainer.CreateNetworkAsync(cancellationToken);
        using var directory = new TempDirectory();
        await using var stack = await TelemetryStack.StartAsync(directory);
        await using var relay = await MetricsRelay.StartAsync([.. stack.Targets]);
        await using var prometheus = await PrometheusContainer.StartAsync(network, relay.Scrape, cancellationToken);
        await using var loki = await LokiContainer.StartAsync(network, cancellationToken);
        await using var grafana = await GrafanaContainer.StartAsync(network, Password, cancellationToken);
        var url = new UriBuilder(grafana.Url) { UserName = GrafanaContainer.User, Password = Password }.Uri;
        await stack.RunAsync(10, ("iterations", "100"));
        using var http = new HttpClient { BaseAddress = prometheus.Url };
        await Machine.UntilAsync(async () =>
            JsonNode.Parse(await http.GetStringAsync("api/v1/query?query=apetest_sessions_total", cancellationToken))!["data"]!["result"]!.AsArray().Count > 0, "a session scraped");

        // It answers before it has read all dashboards.
        List<string> problems = [];
        var queries = (Answered: 0, WithData: 0);
        await Machine.UntilAsync(async () =>
        {
            using var check = new GrafanaCheck(url);
            await check.CheckAsync(dashboards);
            (problems, queries) = (check.Problems, check.Queries);
            return !problems.Any(static problem => problem.EndsWith(" is not found", StringComparison.Ordinal));
        }, "all dashboards provisioned");

        Assert.True(problems.Count == 0, string.Join('\n', problems));
        Assert.True(queries.Answered > 0);
        Assert.True(queries.WithData > 0, $"none of {queries.Answered} queries has data");
    }
}
