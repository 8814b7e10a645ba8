using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using ApeTest.EndToEnd.Tests.Telemetry;

namespace ApeTest.EndToEnd.Tests.Containers.Testcontainers;

public sealed class GrafanaContainerTests
{
    private const string Password = "grafana-4711";

    [Fact]
    public async Task Dashboards_OfTheStacksGrafana_AreProvisionedOverItsPrometheusAndLoki()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        await using var network = await StackContainer.CreateNetworkAsync(cancellationToken);
        await using var prometheus = await PrometheusContainer.StartAsync(network, ["{ job_name: prometheus, static_configs: [ { targets: [\"127.0.0.1:9090\"] } ] }"], cancellationToken);
        await using var loki = await LokiContainer.StartAsync(network, cancellationToken);
        await using var grafana = await GrafanaContainer.StartAsync(network, Password, cancellationToken);
        using var http = new HttpClient { BaseAddress = grafana.Url };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{GrafanaContainer.User}:{Password}")));

        var wanted = Directory.GetFiles(Repository.PathOf("deploy", "config", "grafana", "dashboards"), "*.json").Select(file => JsonNode.Parse(File.ReadAllText(file))!).ToArray();
        string[] uids = [.. wanted.Select(dashboard => dashboard["uid"]!.ToString()).Order(StringComparer.Ordinal)];
        await Machine.UntilAsync(async () =>
            uids.SequenceEqual((await GetAsync("api/search?type=dash-db")).AsArray().Select(found => found!["uid"]!.ToString()).Order(StringComparer.Ordinal)), "all dashboards provisioned");
        foreach (var dashboard in wanted)
        {
            var found = (await GetAsync($"api/dashboards/uid/{dashboard["uid"]}"))["dashboard"]!;
            Assert.Equal(dashboard["panels"]!.AsArray().Select(panel => panel!["title"]?.ToString()), found["panels"]!.AsArray().Select(panel => panel!["title"]?.ToString()));
        }

        // Through the provisioned data sources.
        await Machine.UntilAsync(async () => (await GetAsync("api/datasources/proxy/uid/prometheus/api/v1/query?query=up"))["data"]!["result"]!.AsArray().Count == 1, "a sample through Grafana");
        Assert.Equal("success", (await GetAsync("api/datasources/proxy/uid/loki/loki/api/v1/labels"))["status"]!.ToString());

        async Task<JsonNode> GetAsync(string path) => JsonNode.Parse(await http.GetStringAsync(path, cancellationToken))!;
    }
}
