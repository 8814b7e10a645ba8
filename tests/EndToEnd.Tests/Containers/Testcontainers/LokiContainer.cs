using ApeTest.EndToEnd.Tests.Telemetry;
using DotNet.Testcontainers.Builders;
using DotNet.Testcontainers.Networks;

namespace ApeTest.EndToEnd.Tests.Containers.Testcontainers;

/// <summary>The stack's Loki with the shipped configuration.</summary>
internal static class LokiContainer
{
    private const ushort Port = 3100;

    public static Task<StackContainer> StartAsync(INetwork network, CancellationToken cancellationToken) => StackContainer.StartAsync(
        network,
        "loki",
        Port,
        builder => builder
            .WithCommand("-config.file=/etc/loki/loki.yaml")
            .WithResourceMapping(FilePath.Of(Repository.PathOf("deploy", "config", "loki.yaml")), FilePath.Of("/etc/loki/loki.yaml"))
            .WithWaitStrategy(StackContainer.WhenItAnswers(Port, "/ready")),
        cancellationToken);
}
