using System.Text.Json.Nodes;
using ApeTest.EndToEnd.Tests.Peers;
using ApeTest.Tests.Shared;

namespace ApeTest.EndToEnd.Tests.Telemetry;

/// <summary>The shipped dashboards: by Grafana's types and grammars (build/dashcheck), and by what a real Prometheus answers after a run.</summary>
[Collection(ObservedRun.Shared)]
public sealed class DashboardTests(ObservedRun run)
{
    [Fact]
    public async Task Dashboards_FiveOfThem_HoldToTypesAndGrammars()
    {
        using var directory = new TempDirectory();
        var check = await InstallAsync(directory);

        var (code, output) = await check.RunScriptAsync(Script(directory), DashboardFiles.Folder);
        Assert.True(code == 0, output);
        Assert.Equal(5, Directory.GetFiles(DashboardFiles.Folder, "*.json").Length);

        // And it can say no: to a member that is none, a wrong type, a query that is none, a variable that nobody defines, panels that overlap.
        var panels = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(DashboardFiles.Folder, "overview.json"), TestContext.Current.CancellationToken))!;
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
        // No package here has Loki or cAdvisor: they are asked where there is one, otherwise their queries are told as skipped.
        List<string> arguments = ["--prom", run.Prometheus.Url.ToString(), "--range", "900"];
        if (ObservedRun.ContainerMetrics is null)
        {
            arguments.AddRange(["--without", "container_"]);
        }
        if (!NodeExporter.IsHere && Environment.GetEnvironmentVariable("APETEST_REQUIRE") != "all")
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
            (var code, output) = await check.RunScriptAsync(Script(directory), [.. arguments, DashboardFiles.Folder]);
            return code == 0 ? "" : output;
        }, TimeSpan.FromMinutes(2));

        TestContext.Current.TestOutputHelper?.WriteLine(output);
        var (queries, lines) = (await DashboardFiles.QueriesAsync(), output.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        var skipped = lines.Where(line => line.StartsWith("SKIPPED ", StringComparison.Ordinal)).ToList();
        // Nothing but those may be skipped, and everything else has returned data: as many as stand in the files.
        Assert.Equal($"{queries.Count - skipped.Count} passed, 0 failed, {skipped.Count} skipped", lines[^1]);
        Assert.Equal(queries.Count(query => IsSkipped(query, arguments)), skipped.Count);
        Assert.All(skipped, line => Assert.Matches("no loki is given|no metrics (container|node)_", line));
    }

    [Fact]
    public async Task Annotations_OfTheRun_StandAtItsStartAndItsEnd()
    {
        await run.WatchAsync();
        var started = run.Summary.Run.Started!.Value;
        var ended = started.AddSeconds(run.Summary.Run.DurationS);
        var annotations = await DashboardFiles.AnnotationsAsync();
        Assert.Equal(["Run ends", "Run starts"], annotations.Keys.Order(StringComparer.Ordinal));

        // That a run has ended is seen half a minute later. One mark each, however fine Grafana asks.
        foreach (var (name, at) in new[] { ("Run starts", started), ("Run ends", ended) })
        {
            foreach (var step in new[] { "1s", "10s" })
            {
                var query = annotations[name].Replace("$run", run.Summary.Run.Id, StringComparison.Ordinal).Replace("$__interval", step, StringComparison.Ordinal);
                await PrometheusServer.UntilAsync(async () => await run.Prometheus.RangeAsync(query, started.AddSeconds(-30), TimeProvider.System.GetUtcNow(), step) switch
                {
                    [] => $"no mark for '{name}'",
                    [(var labels, [var mark])] when labels["run"] == run.Summary.Run.Id && mark >= at.AddSeconds(-1) && mark <= at.AddSeconds(45) => "",
                    var marks => $"'{name}' at {at:O} is marked at {string.Join("; ", marks.Select(mark => $"{mark.Labels["run"]} {string.Join(", ", mark.Times.Select(time => $"{time:O}"))}"))}",
                }, TimeSpan.FromMinutes(2));
            }
        }
        // Of another run there is none.
        Assert.Empty(await run.Prometheus.RangeAsync(annotations["Run starts"].Replace("$run", "none", StringComparison.Ordinal).Replace("$__interval", "1s", StringComparison.Ordinal), started.AddSeconds(-30), TimeProvider.System.GetUtcNow(), "1s"));
    }

    [Fact]
    public async Task Queries_OfAnotherRun_ReturnNothing()
    {
        await run.WatchAsync();
        var joined = (await DashboardFiles.QueriesAsync()).Where(query => query.Contains("$run", StringComparison.Ordinal) && !query.Contains("vector(0)", StringComparison.Ordinal) && !query.StartsWith('{')).ToList();
        Assert.True(joined.Count > 20);

        foreach (var query in joined)
        {
            var asked = query.Replace("$__rate_interval", "1m", StringComparison.Ordinal).Replace("$__range", "10m", StringComparison.Ordinal).Replace("$__interval", "10s", StringComparison.Ordinal);
            Assert.True((await run.Prometheus.QueryAsync(asked.Replace("$run", "20200101-000000-aaaa", StringComparison.Ordinal))).Count == 0, query);
        }
    }

    private static bool IsSkipped(string query, List<string> arguments) =>
        query.StartsWith('{') ? !arguments.Contains("--loki")
        : new[] { "container_", "node_" }.Any(prefix => arguments.Contains(prefix) && query.Contains(prefix, StringComparison.Ordinal));

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
