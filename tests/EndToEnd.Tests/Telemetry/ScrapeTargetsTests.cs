using System.Text.Json;
using ApeTest.Tests.Shared;

namespace ApeTest.EndToEnd.Tests.Telemetry;

/// <summary>How a Prometheus finds the services of a run in one process.</summary>
public sealed class ScrapeTargetsTests
{
    [Fact]
    public async Task Start_WhileItRuns_NamesItsServicesToPrometheus()
    {
        using var directory = new TempDirectory();
        await using var process = ApeProcess.Start(directory, "start", "--agents", "2", "--duration", "60s", "--think", "100ms", "--quiet");
        var run = await ApeShell.UntilAsync(directory, status => status.File?.Status == "running");
        var file = Path.Combine(run.Path, "prometheus.json");
        // The agents come last.
        await ApeShell.UntilAsync(() => File.ReadAllText(file).Contains("\"agent\"", StringComparison.Ordinal));

        using var document = JsonDocument.Parse(await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken));
        using var http = new HttpClient();
        var jobs = new List<string>();
        foreach (var group in document.RootElement.EnumerateArray())
        {
            jobs.Add(group.GetProperty("labels").GetProperty("job").GetString()!);
            // By which ApeTestServiceGone knows that they are to end.
            Assert.Equal("run", group.GetProperty("labels").GetProperty("lifetime").GetString());
            var text = await http.GetStringAsync(new Uri($"http://{group.GetProperty("targets")[0].GetString()}/metrics"), TestContext.Current.CancellationToken);
            Assert.Contains("process_cpu_seconds_total", text, StringComparison.Ordinal);
        }
        Assert.Equal(["agent", "collector", "gateway", "llm-proxy", "shop"], jobs);

        process.Signal("INT");
        (await process.EndAsync()).Exits(130);
        Assert.False(File.Exists(file));
    }
}
