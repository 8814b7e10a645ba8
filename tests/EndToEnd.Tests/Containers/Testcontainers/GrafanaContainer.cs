using ApeTest.EndToEnd.Tests.Telemetry;
using DotNet.Testcontainers.Builders;
using DotNet.Testcontainers.Networks;

namespace ApeTest.EndToEnd.Tests.Containers.Testcontainers;

/// <summary>The stack's Grafana, provisioned by the shipped files. It finds its data at the names <c>prometheus</c> and <c>loki</c> of its network.</summary>
internal static class GrafanaContainer
{
    public const string User = "admin";

    private const ushort Port = 3000;

    public static Task<StackContainer> StartAsync(INetwork network, string password, CancellationToken cancellationToken) => StackContainer.StartAsync(
        network,
        "grafana",
        Port,
        builder => builder
            .WithEnvironment("GF_SECURITY_ADMIN_PASSWORD", password)
            .WithEnvironment("GF_ANALYTICS_REPORTING_ENABLED", "false")
            .WithEnvironment("GF_ANALYTICS_CHECK_FOR_UPDATES", "false")
            .WithResourceMapping(FilePath.Of(Config("grafana-datasources.yaml")), FilePath.Of("/etc/grafana/provisioning/datasources/ape.yaml"))
            .WithResourceMapping(FilePath.Of(Config("grafana", "provisioning", "dashboards.yaml")), FilePath.Of("/etc/grafana/provisioning/dashboards/ape.yaml"))
            .WithResourceMapping(DirectoryPath.Of(Config("grafana", "dashboards")), DirectoryPath.Of("/etc/grafana/dashboards"))
            .WithWaitStrategy(StackContainer.WhenItAnswers(Port, "/api/health")),
        cancellationToken);

    private static string Config(params string[] parts) => Repository.PathOf(["deploy", "config", .. parts]);
}
