using System.Text.Json.Nodes;
using ApeTest.EndToEnd.Tests.Peers;
using ApeTest.Tests.Shared;

namespace ApeTest.EndToEnd.Tests.Telemetry;

/// <summary>The shipped dashboards: by Grafana's types and grammars (build/dashcheck), and by what a real Prometheus answers after a run.</summary>
public sealed class DashboardTests(ObservedRun run) : IClassFixture<ObservedRun>
{
    private static readonly string Dashboards = Repository.PathOf("deploy", "config", "grafana", "dashboards");

    [Fact]
    public async Task Dashboards_FiveOfThem_HoldToTypesAndGrammars()
    {
        using var directory = new TempDirectory();
        var check = await InstallAsync(directory);

        var (code, output) = await check.RunScriptAsync(Script(directory), Dashboards);
        Assert.True(code == 0, output);
        Assert.Equal(5, Directory.GetFiles(Dashboards, "*.json").Length);

        // And it can say no: to a member that is none, a wrong type, a query that is none, a variable that nobody defines, panels that overlap.
        var panels = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(Dashboards, "overview.json"), TestContext.Current.CancellationToken))!;
        var wrong = panels["panels"]!.AsArray().First(panel => panel!["type"]!.GetValue<string>() == "stat")!;
        wrong["options"]!["colourMode"] = "value";
        wrong["transparent"] = "yes";
        wrong["targets"]![0]!["expr"] = "sum(rate(x[5m])";
        wrong["gridPos"]!["x"] = 22;
        panels["panels"]![2]!["targets"]![0]!["expr"] = "up{run=\"$nobody\"}";
        var bad = Path.Combine(directory.Path, "bad.json");
        await File.WriteAllTextAsync(bad, panels.ToJsonString(), TestContext.Current.CancellationToken);
        (code, output) = await check.RunScriptAsync(Script(directory), bad);
        Assert.Equal(1, code);
        Assert.All(["colourMode", "/transparent: must be boolean", "syntax error", "$nobody", "outside the 24 columns"], what => Assert.Contains(what, output, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Queries_AfterARun_ReturnData()
    {
        await run.WatchAsync();
        using var directory = new TempDirectory();
        var check = await InstallAsync(directory);
        // cAdvisor needs a container engine. Loki is asked where there is one; otherwise its queries are told as skipped.
        List<string> arguments = ["--prom", run.Prometheus.Url.ToString(), "--range", "300", "--without", "container_"];
        if (!NodeExporter.IsHere)
        {
            arguments.AddRange(["--without", "node_"]);
        }
        if (Environment.GetEnvironmentVariable("APETEST_LOKI") is { Length: > 0 } loki)
        {
            arguments.AddRange(["--loki", loki]);
        }

        // That a run has ended is seen half a minute later.
        var output = "";
        await PrometheusServer.UntilAsync(async () =>
        {
            (var code, output) = await check.RunScriptAsync(Script(directory), [.. arguments, Dashboards]);
            return code == 0 ? "" : output;
        }, TimeSpan.FromMinutes(2));

        TestContext.Current.TestOutputHelper?.WriteLine(output);
        Assert.DoesNotMatch(@"^0 passed", output.Split('\n', StringSplitOptions.RemoveEmptyEntries)[^1]);
    }

    private static string Script(TempDirectory directory) => $"await import('{new Uri(Path.Combine(directory.Path, "dashcheck.mjs"))}');";

    private static async Task<NodePackage> InstallAsync(TempDirectory directory)
    {
        foreach (var file in Directory.GetFiles(Repository.PathOf("build", "dashcheck")))
        {
            File.Copy(file, Path.Combine(directory.Path, Path.GetFileName(file)));
        }
        var check = new NodePackage(directory);
        // What package.json names.
        await check.InstallAsync();
        return check;
    }
}
