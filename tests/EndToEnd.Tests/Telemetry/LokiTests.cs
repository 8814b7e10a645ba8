using ApeTest.Tests.Shared;

namespace ApeTest.EndToEnd.Tests.Telemetry;

/// <summary>Log lines to Loki's own OTLP endpoint.</summary>
public sealed class LokiTests
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

    [Fact]
    public async Task Logs_RunWithoutFiles_LokiThatIsGone_SaysSoAndExits3()
    {
        using var directory = new TempDirectory();
        (await ApeProcess.RunAsync(directory, "start", "--agents", "1", "--iterations", "1", "--quiet")).Exits(0);
        var run = await RunOnDisk.ReadAsync(directory);
        foreach (var file in Directory.GetFiles(run.Directory.Logs))
        {
            File.Delete(file);
        }

        var gone = await ApeProcess.RunWithAsync(directory, new() { ["APETEST_LOKI"] = $"http://127.0.0.1:{PrometheusServer.FreePort()}" }, "logs");

        gone.Exits(3);
        Assert.Contains("APETEST_LOKI", gone.Error, StringComparison.Ordinal);
    }
}
