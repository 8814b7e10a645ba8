using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using ApeTest.Tests.Shared;

namespace ApeTest.EndToEnd.Tests.Telemetry;

/// <summary>The shipped dashboards by what stands in their files, and by promtool: no server and no run is needed.</summary>
public sealed partial class DashboardFileTests
{
    private static readonly string Folder = DashboardFiles.Folder;

    /// <summary>
    /// Grafana puts a variable into a link as it is, and the value of All is <c>.+</c>, whose plus a URL reads as a space
    /// (https://github.com/grafana/grafana/issues/31268). <c>queryparam</c> writes name and value as a URL wants them, and All as such.
    /// </summary>
    [Fact]
    public async Task Links_WithVariables_AreWrittenForAUrl()
    {
        var urls = 0;
        foreach (var file in Directory.GetFiles(Folder, "*.json"))
        {
            foreach (var url in Url().Matches(await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken)).Select(static match => match.Groups[1].Value).Where(static url => url.Length > 0))
            {
                urls++;
                Assert.StartsWith("/d/apetest-overview?${run:queryparam}", url, StringComparison.Ordinal);
            }
        }
        Assert.True(urls > 20);
    }

    /// <summary>A success rate that is no data while nothing succeeds is missed when it is wanted most.</summary>
    [Theory]
    [InlineData("overview.json", "Sessions succeeded", "{}")]
    [InlineData("sessions.json", "Success rate", "{goal=\"buy\"}")]
    public async Task SuccessRate_WhereNoSessionSucceeded_IsZero(string dashboard, string title, string labels)
    {
        var query = await QueryAsync(dashboard, title, "1m");

        await PassesAsync("15s",
            ["""'apetest_sessions_total{job="agent", instance="a1", goal="buy", outcome="failed"}', values: 0+10x40""", """'apetest_run_info{job="agent", instance="a1", run="r1", scenario="s"}', values: 1x40"""],
            [$$"""'{{query}}', eval_time: 8m, exp_samples: [ { labels: '{{labels}}', value: 0 } ]"""]);
    }

    /// <summary>Lines of other runs are nobody's business; those of none, such as a worker's trouble with its queue, may stand beside.</summary>
    [Fact]
    public async Task LogPanels_OfEveryDashboard_TakeTheRun()
    {
        var logs = (await DashboardFiles.QueriesAsync()).Where(static query => query.StartsWith('{')).ToList();

        Assert.Equal(5, logs.Count);
        Assert.All(logs, static query => Assert.Matches("""\| run=~"\$run\|?"( |$)""", query));
    }

    /// <summary>
    /// A window of a fixed length has no sample where Prometheus scrapes more slowly, and where a day is shown it misses runs that lie between two points: windows are as long as Grafana says.
    /// Those of marks are told by <see cref="Annotations_AtAnyScrapeInterval_MarkARunOnce"/>.
    /// </summary>
    [Fact]
    public async Task Windows_OfPanels_FollowIntervalAndRange()
    {
        var marks = await DashboardFiles.AnnotationsAsync();
        var windows = (await DashboardFiles.QueriesAsync()).Except(marks.Values).SelectMany(static query => Window().Matches(query)).Select(static match => match.Groups[1].Value).ToList();

        Assert.Equal(["$__range", "$__rate_interval"], windows.Distinct().Order(StringComparer.Ordinal));
    }

    /// <summary>A run of two minutes, scraped each minute, in a panel over half a day: five minutes between points, of which none lies in the run.</summary>
    [Theory]
    [InlineData("overview.json", "Sessions ended")]
    [InlineData("sessions.json", "Sessions by outcome")]
    public async Task Panel_OfALongTime_ShowsAShortRun(string dashboard, string title)
    {
        // As Grafana makes it of this step and that scrape interval.
        var query = await QueryAsync(dashboard, title, "6m");

        await PassesAsync("1m",
            ["""'apetest_sessions_total{job="agent", instance="a1", goal="buy", outcome="failed"}', values: 0 0 10 20 20x20""", """'apetest_run_info{job="agent", instance="a1", run="r1", scenario="s"}', values: _ _ 1 1 stale"""],
            [$"'count({query} > 0)', eval_time: 5m, exp_samples: [ {{ labels: '{{}}', value: 1 }} ]", $"'count({query} > 0)', eval_time: 15m, exp_samples: []"]);
    }

    /// <summary>
    /// Marks of runs are single points: where Grafana asks coarser than Prometheus scrapes (a day is asked by a quarter of an hour) none is missed, and where Prometheus scrapes
    /// more slowly than Grafana asks, or misses some scrapes, none is repeated.
    /// </summary>
    [Theory]
    [InlineData("1s", "1x200 stale", 1, 1)]
    [InlineData("15s", "_x9 1x40 stale", 1, 1)]
    [InlineData("1m", "_x5 1x10 stale", 1, 1)]
    [InlineData("4m", "_x5 1x6 stale", 1, 1)]
    [InlineData("15s", "1x20 stale _x20 1x20 stale", 1, 1)]
    [InlineData("15s", "1x400", 1, 0)]
    [InlineData("1m", "1x100", 1, 0)]
    public async Task Annotations_AtAnyScrapeInterval_MarkARunOnce(string scrapes, string values, int starts, int ends)
    {
        var annotations = await DashboardFiles.AnnotationsAsync();
        var counts = from mark in new[] { ("Run starts", starts), ("Run ends", ends) }
                     from step in new[] { "10s", "1m", "15m" }
                     let query = annotations[mark.Item1].Replace("$run", ".+", StringComparison.Ordinal).Replace("$__interval", step, StringComparison.Ordinal)
                     let samples = mark.Item2 == 0 ? "" : $$"""{ labels: '{run="r1", scenario="s"}', value: {{mark.Item2}} }"""
                     select $"'count_over_time(({query})[3h:{step}])', eval_time: 90m, exp_samples: [ {samples} ]";

        await PassesAsync(scrapes,
            [$$"""'apetest_run_info{job="agent", instance="a1", run="r1", scenario="s"}', values: {{values}}""", $$"""'apetest_run_info{job="collector", instance="c", run="r1", scenario="s"}', values: {{values}}"""],
            counts);
    }

    /// <summary>Judges by promtool what queries return of series, which are scraped at an interval.</summary>
    private static async Task PassesAsync(string interval, IEnumerable<string> series, IEnumerable<string> expected)
    {
        using var directory = new TempDirectory();
        var test = directory.Write("test.yml", $$"""
            evaluation_interval: {{interval}}
            tests:
              - interval: {{interval}}
                input_series: [ {{string.Join(", ", series.Select(static one => $"{{ series: {one} }}"))}} ]
                promql_expr_test: [ {{string.Join(", ", expected.Select(static one => $"{{ expr: {one} }}"))}} ]
            """);

        var (code, output) = await PeerCommand.RunAsync("promtool", "test", "rules", test);

        Assert.True(code == 0, output);
    }

    /// <summary>A panel's first query about the run r1, as Grafana sends it.</summary>
    private static async Task<string> QueryAsync(string dashboard, string title, string interval)
    {
        var panels = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(Folder, dashboard), TestContext.Current.CancellationToken))!["panels"]!.AsArray();
        return panels.First(panel => panel!["title"]!.GetValue<string>() == title)!["targets"]![0]!["expr"]!.GetValue<string>()
            .Replace("$__rate_interval", interval, StringComparison.Ordinal).Replace("$__range", "5m", StringComparison.Ordinal).Replace("$run", "r1", StringComparison.Ordinal);
    }

    [GeneratedRegex(@"\[([^\]]+)\]")]
    private static partial Regex Window();

    [GeneratedRegex("""
        "url": "([^"]*)"
        """)]
    private static partial Regex Url();
}
