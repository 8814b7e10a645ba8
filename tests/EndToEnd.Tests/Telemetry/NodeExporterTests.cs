using System.Text.RegularExpressions;
using ApeTest.Tests.Shared;

namespace ApeTest.EndToEnd.Tests.Telemetry;

/// <summary>The stack's node exporter stands in a network of its own, which nobody wants to see as the machine's (docs/observability.md).</summary>
public sealed partial class NodeExporterTests
{
    [Fact]
    public async Task Metrics_WithTheStacksFlags_AreOfTheMachineAndOfNoNetwork()
    {
        var compose = await File.ReadAllTextAsync(Repository.PathOf("deploy", "compose.yaml"), TestContext.Current.CancellationToken);
        var flags = Flag().Matches(Service().Match(compose).Value).Select(static flag => flag.Groups[1].Value).ToArray();
        Assert.NotEmpty(flags);
        await using var exporter = NodeExporter.Start(flags);
        using var http = new HttpClient();
        var text = "";
        await PrometheusServer.UntilAsync(async () =>
        {
            try
            {
                text = await http.GetStringAsync(new Uri($"http://{exporter.Address}/metrics"), TestContext.Current.CancellationToken);
                return "";
            }
            catch (HttpRequestException exception)
            {
                return exception.Message;
            }
        });

        Assert.All(["node_cpu_seconds_total", "node_memory_MemAvailable_bytes", "node_filefd_allocated", "node_load1"], name => Assert.Contains($"\n{name}", text, StringComparison.Ordinal));
        Assert.DoesNotMatch("\nnode_(network|sockstat|netstat|arp|udp)_", text);
    }

    [GeneratedRegex(@"^  node-exporter:\n(    .*\n)+", RegexOptions.Multiline)]
    private static partial Regex Service();

    // Those that do not name a place in the container.
    [GeneratedRegex(@"^ +- (--no-collector\.\w+)$", RegexOptions.Multiline)]
    private static partial Regex Flag();
}
