using System.Text.RegularExpressions;
using ApeTest.Tests.Shared;

namespace ApeTest.EndToEnd.Tests.Telemetry;

/// <summary>What a real Prometheus makes of a run's metrics by the shipped rules, against the run's own summary.</summary>
public sealed partial class RecordingRulesTests(ObservedRun run) : IClassFixture<ObservedRun>
{
    [Fact]
    public async Task Rules_AfterARun_SayWhatTheSummarySays()
    {
        await run.WatchAsync();
        // A rule that is compared with nothing is one that may say anything.
        var rules = Record().Matches(await File.ReadAllTextAsync(Repository.PathOf("deploy", "config", "prometheus", "rules", "recording.yml"), TestContext.Current.CancellationToken))
            .Select(match => match.Groups[1].Value);
        var compared = RunFigures.Near(run.Summary).Select(figure => figure.Rule).Concat(RunFigures.SameBucket(run.Summary).Select(figure => figure.Rule));
        Assert.Equal(rules.Order(StringComparer.Ordinal), compared.Distinct().Order(StringComparer.Ordinal));
        // And one that is nothing on both sides says nothing.
        Assert.Equal("completed", run.Summary.Run.Status);
        Assert.True(run.Summary.CostUsd > 0 && run.Summary.Errors.Length > 0 && run.Summary.Sessions.SuccessRate is > 0 and < 1);

        // The rules are evaluated once a second; the figures stand still since the run is over.
        await PrometheusServer.UntilAsync(async () =>
        {
            var problems = new List<string>();
            foreach (var (_, query, expected) in RunFigures.Near(run.Summary))
            {
                problems.Add(RunFigures.Judge(query, expected, await run.Prometheus.ValueAsync(query)));
            }
            foreach (var (query, expected, bounds) in RunFigures.SameBucket(run.Summary))
            {
                problems.Add(RunFigures.Judge(query, expected, await run.Prometheus.ValueAsync(query), bounds));
            }
            return string.Join('\n', problems.Where(problem => problem.Length > 0));
        });
    }

    [Fact]
    public async Task Counts_AfterARun_AreTheSummarys()
    {
        await run.WatchAsync();
        var summary = run.Summary;

        // Of both runs less those of the first: the second's.
        await PrometheusServer.UntilAsync(async () =>
        {
            var problems = new List<string>();
            foreach (var (query, expected) in new (string, double)[]
            {
                ("sum(max_over_time(apetest_sessions_total[5m]) - min_over_time(apetest_sessions_total[5m]))", summary.Sessions.Started),
                ("sum(max_over_time(apetest_sessions_total{outcome=\"succeeded\"}[5m]) - min_over_time(apetest_sessions_total{outcome=\"succeeded\"}[5m]))", summary.Sessions.Succeeded),
                ("sum(max_over_time(apetest_action_duration_seconds_count[5m]) - min_over_time(apetest_action_duration_seconds_count[5m]))", summary.Actions.Total),
                ("sum(max_over_time(apetest_action_interval_seconds_count[5m]) - min_over_time(apetest_action_interval_seconds_count[5m]))", summary.Mtba.Count),
                ("sum(max_over_time(apetest_errors_total[5m]) - min_over_time(apetest_errors_total[5m]))", summary.Errors.Sum(error => error.Count)),
                ("sum(max_over_time(gen_ai_server_time_to_first_token_seconds_count[5m]) - min_over_time(gen_ai_server_time_to_first_token_seconds_count[5m]))", summary.Ttft.Count),
            })
            {
                problems.Add(RunFigures.Judge(query, expected, await run.Prometheus.ValueAsync(query)));
            }
            return string.Join('\n', problems.Where(problem => problem.Length > 0));
        });
    }

    [Fact]
    public async Task Exemplars_AfterARun_LeadToSessionsOfIt()
    {
        await run.WatchAsync();
        var end = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();

        foreach (var query in new[]
        {
            "apetest_action_duration_seconds_bucket", "apetest_action_interval_seconds_bucket", "apetest_session_duration_seconds_bucket", "apetest_sessions_total",
            "apetest_gateway_target_seconds_bucket", "gen_ai_server_time_to_first_token_seconds_bucket",
        })
        {
            var series = await run.Prometheus.GetAsync($"api/v1/query_exemplars?query={query}&start={end - 600}&end={end + 60}");
            var traces = series.EnumerateArray().SelectMany(one => one.GetProperty("exemplars").EnumerateArray())
                .Select(exemplar => exemplar.GetProperty("labels").GetProperty("trace_id").GetString()!).ToList();
            Assert.True(traces.Count > 0, $"no exemplar of {query}");
            Assert.All(traces, trace => Assert.Matches("^[0-9a-f]{32}$", trace));
        }
    }

    [Fact]
    public async Task Exemplars_OfJourneys_LeadToTheirSessions()
    {
        await run.WatchAsync();
        var kept = await run.TracesAsync();
        var end = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();

        foreach (var query in new[]
        {
            "apetest_session_duration_seconds_bucket{goal=\"look-0\"}", "apetest_sessions_total{goal=\"look-0\"}", "apetest_action_interval_seconds_bucket{goal=\"look-0\"}",
            "apetest_action_duration_seconds_bucket{tool=\"products-0-0\"}",
        })
        {
            var series = await run.Prometheus.GetAsync($"api/v1/query_exemplars?query={Uri.EscapeDataString(query)}&start={end - 600}&end={end + 60}");
            var traces = series.EnumerateArray().SelectMany(one => one.GetProperty("exemplars").EnumerateArray())
                .Select(exemplar => exemplar.GetProperty("labels").GetProperty("trace_id").GetString()!).ToList();
            Assert.True(traces.Count > 0, $"no exemplar of {query}");
            Assert.All(traces, trace => Assert.Contains(trace, kept));
        }
    }

    [Fact]
    public async Task Metrics_OfEveryService_AreReadByAnotherParserAndAreThoseOfTheDocumentation()
    {
        // Of Prometheus's Python client, the strictest there is (Debian: python3-prometheus-client); not by what a virtual environment calls python3.
        const string parser = """
            import sys
            from prometheus_client.openmetrics.parser import text_string_to_metric_families
            for family in text_string_to_metric_families(open(sys.argv[1]).read()):
                print(family.name + ('_total' if family.type == 'counter' else ''), family.type)
            """;
        await run.WatchAsync();
        Requires.That((await PeerCommand.RunAsync("/usr/bin/python3", "-c", "import prometheus_client")).Code == 0, "python3-prometheus-client is not installed");
        using var directory = new TempDirectory();
        using var http = new HttpClient();
        http.DefaultRequestHeaders.Accept.ParseAdd("application/openmetrics-text; version=1.0.0");
        var documented = MetricTable.Read();
        var shown = new HashSet<string>();

        foreach (var (job, address) in run.Stack.Targets)
        {
            var file = directory.Combine(job);
            await File.WriteAllTextAsync(file, await http.GetStringAsync(new Uri($"http://{address}/metrics"), TestContext.Current.CancellationToken), TestContext.Current.CancellationToken);
            var (code, output) = await PeerCommand.RunAsync("/usr/bin/python3", "-c", parser, file);
            Assert.True(code == 0, $"{job}: {output}");
            foreach (var family in output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(static family => family.StartsWith("apetest_", StringComparison.Ordinal) || family.StartsWith("gen_ai_", StringComparison.Ordinal)))
            {
                var (name, type) = (family.Split(' ')[0], family.Split(' ')[1]);
                Assert.Contains(documented, metric => metric.Name == name && (metric.Services is ["all"] || metric.Services.Contains(job)) && (metric.Type is "counter" or "gauge" ? metric.Type : "histogram") == type);
                shown.Add(name);
            }
        }
        // The rest is of what did not happen: failovers, changes of files.
        Assert.True(shown.Count > documented.Count / 2, string.Join(", ", shown));
    }

    [GeneratedRegex(@"record: (\S+)")]
    private static partial Regex Record();
}
