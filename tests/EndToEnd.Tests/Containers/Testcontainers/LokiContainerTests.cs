using System.Text.Json.Nodes;
using ApeTest.Tests.Shared;

namespace ApeTest.EndToEnd.Tests.Containers.Testcontainers;

public sealed class LokiContainerTests
{
    [Fact]
    public async Task Logs_OfARunWhoseFilesAreGone_AreReadFromTheStacksLoki()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        await using var network = await StackContainer.CreateNetworkAsync(cancellationToken);
        await using var loki = await LokiContainer.StartAsync(network, cancellationToken);
        using var directory = new TempDirectory();
        Dictionary<string, string> variables = new() { ["APETEST_LOKI"] = loki.Url.ToString() };
        (await ApeProcess.RunWithAsync(directory, variables, "start", "--agents", "2", "--iterations", "4", "--quiet")).Exits(0);
        var run = await RunOnDisk.ReadAsync(directory);
        var trace = run.Sessions[0].TraceId;
        var before = await ReadAsync();
        var journey = await ReadAsync("--grep", trace!);
        Assert.NotEmpty(journey);

        // Without files, the command turns to Loki.
        foreach (var file in Directory.GetFiles(run.Directory.Logs))
        {
            File.Delete(file);
        }
        string[] there = [];
        await Machine.UntilAsync(async () => (there = await ReadAsync()).Length >= before.Length, "all lines in Loki");

        Assert.Equal(before, there);
        Assert.Equal(journey, await ReadAsync("--grep", trace!));
        Assert.Equal(before.Where(line => JsonNode.Parse(line)!["service"]!.ToString() == "gateway"), await ReadAsync("--service", "gateway"));
        using var http = new HttpClient { BaseAddress = loki.Url };
        var labels = JsonNode.Parse(await http.GetStringAsync("loki/api/v1/labels", cancellationToken))!["data"]!.AsArray().Select(label => label!.ToString());
        // The third is Loki's own, made of the first.
        Assert.Equal(["level", "service", "service_name"], labels.Order(StringComparer.Ordinal));

        // Lines of one time have no order.
        async Task<string[]> ReadAsync(params string[] more) =>
            [.. (await ApeProcess.RunWithAsync(directory, variables, ["logs", "--format", "json", .. more])).Exits(0).Out.Split('\n', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal)];
    }
}
