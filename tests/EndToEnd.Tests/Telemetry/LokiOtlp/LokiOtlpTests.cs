using ApeTest.Tests.Shared;

namespace ApeTest.EndToEnd.Tests.Telemetry.LokiOtlp;

/// <summary>Log lines to Loki's own OTLP endpoint: of a build with the partial feed.</summary>
public sealed class LokiOtlpTests
{
    [Fact]
    public async Task Start_WithLoki_SendsEveryServicesLinesAndNoLabelButTheService()
    {
        using var directory = new TempDirectory();
        await using var loki = await OtlpReceiver.StartAsync();

        (await ApeProcess.RunWithAsync(directory, new() { ["APETEST_LOKI"] = loki.Url.ToString() }, "start", "--agents", "2", "--iterations", "4", "--quiet")).Exits(0);

        Assert.All(loki.Requests, request => Assert.Equal("/otlp/v1/logs", request.Path));
        var sessions = (await RunOnDisk.ReadAsync(directory)).Sessions;
        foreach (var session in sessions)
        {
            Assert.All(["agent", "llm-proxy", "gateway"], service => Assert.Contains(loki.Logs, log => log.Service == service && log.Trace == session.TraceId));
        }
        // Loki makes labels of some attributes of the resource, by its default list; of the record's none.
        Assert.All(loki.Logs, log => Assert.All(log.Resource.Keys, key => Assert.True(key is "service.name" || key.StartsWith("telemetry.sdk.", StringComparison.Ordinal), key)));
        Assert.All(loki.Logs, log => Assert.NotEmpty(log.Severity));
        Assert.Contains(loki.Logs, log => log.Attributes.TryGetValue("event", out var name) && name == "session.ended" && log.Attributes["run"] == sessions[0].Run);
    }
}
