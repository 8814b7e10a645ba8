using System.Text.Json;
using System.Text.RegularExpressions;
using ApeTest.Runs.Directory;
using ApeTest.Tests.Shared;

namespace ApeTest.EndToEnd.Tests.Telemetry;

/// <summary>How a Prometheus finds the services of a run that brings them.</summary>
public sealed partial class ScrapeTargetsTests
{
    [Fact]
    public async Task Start_WhileItRuns_NamesItsServicesToPrometheus()
    {
        using var directory = new TempDirectory();
        await using var process = ApeProcess.Start(directory, "start", "--agents", "2", "--duration", "5m", "--think", "100ms", "--quiet");
        var file = (await ApeShell.UntilAsync(directory, status => status.File?.Status == "running")).Path + ".prometheus.json";
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

    /// <summary>The very configuration of the documentation finds a run that begins after Prometheus.</summary>
    [Fact]
    public async Task Prometheus_ConfiguredAsDocumented_ScrapesARun()
    {
        var docs = await File.ReadAllTextAsync(Repository.PathOf("docs", "observability.md"), TestContext.Current.CancellationToken);
        var documented = Discovery().Match(docs);
        Assert.True(documented.Success);
        using var directory = new TempDirectory();
        await using var prometheus = await PrometheusServer.StartAsync(directory, "1s", [], [$"{{ job_name: apetest, {documented.Groups[1].Value} }}"]);
        await using var process = ApeProcess.Start(directory, "start", "--agents", "2", "--duration", "5m", "--think", "100ms", "--quiet");

        await PrometheusServer.UntilAsync(async () => await prometheus.ValueAsync("sum(up{lifetime=\"run\"})") == 5 && await prometheus.ValueAsync("sum(apetest_sessions_total{job=\"agent\"})") > 0
            ? "" : "not all services of the run are scraped", TimeSpan.FromMinutes(3));

        process.Signal("INT");
        (await process.EndAsync()).Exits(130);
        await PrometheusServer.UntilAsync(async () => (await prometheus.GetAsync("api/v1/targets")).GetProperty("activeTargets").GetArrayLength() == 0 ? "" : "it still scrapes what is gone", TimeSpan.FromMinutes(3));
    }

    [Fact]
    public async Task Start_AfterARunThatWasKilled_RemovesWhatItLeft()
    {
        using var directory = new TempDirectory();
        await using (var killed = ApeProcess.Start(directory, "start", "--agents", "1", "--duration", "5m", "--think", "100ms", "--quiet"))
        {
            await ApeShell.UntilAsync(directory, status => status.File?.Status == "running");
            killed.Signal("KILL");
            await killed.EndAsync();
        }
        var runs = RunDirectory.RunsRoot(directory.Path);
        var left = Assert.Single(Directory.GetFiles(runs, "*.prometheus.json"));

        (await ApeProcess.RunAsync(directory, "start", "--agents", "1", "--iterations", "1", "--quiet")).Exits(0);

        Assert.False(File.Exists(left));
        Assert.Empty(Directory.GetFiles(runs));
    }

    [GeneratedRegex(@"- job_name: apetest\n\s+(file_sd_configs: .*)\n")]
    private static partial Regex Discovery();
}
