using System.Text;
using ApeTest.EndToEnd.Tests.Telemetry;
using DotNet.Testcontainers.Builders;
using DotNet.Testcontainers.Networks;

namespace ApeTest.EndToEnd.Tests.Containers.Testcontainers;

/// <summary>The stack's Prometheus with the shipped rules.</summary>
internal static class PrometheusContainer
{
    private const ushort Port = 9090;

    /// <param name="network">The test's network.</param>
    /// <param name="scrape">The scrape configurations, as YAML in one line each.</param>
    /// <param name="cancellationToken">Ends the start.</param>
    public static Task<StackContainer> StartAsync(INetwork network, IEnumerable<string> scrape, CancellationToken cancellationToken)
    {
        var config = $$"""
            global: { scrape_interval: 1s, scrape_timeout: 1s, evaluation_interval: 1s }
            rule_files: [/etc/prometheus/rules/*.yml]
            scrape_configs:
            {{string.Join('\n', scrape.Select(one => "  - " + one))}}
            """;
        return StackContainer.StartAsync(
            network,
            "prometheus",
            Port,
            builder => builder
                .WithCommand("--config.file=/etc/prometheus/prometheus.yml", "--storage.tsdb.path=/prometheus", "--enable-feature=exemplar-storage")
                .WithResourceMapping(Encoding.UTF8.GetBytes(config), FilePath.Of("/etc/prometheus/prometheus.yml"))
                .WithResourceMapping(DirectoryPath.Of(Repository.PathOf("deploy", "config", "prometheus", "rules")), DirectoryPath.Of("/etc/prometheus/rules"))
                .WithWaitStrategy(StackContainer.WhenItAnswers(Port, "/-/ready")),
            cancellationToken);
    }
}
