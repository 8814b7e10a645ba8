namespace ApeTest.EndToEnd.Tests.Telemetry;

/// <summary>
/// The dashboards as provisioned: in the real Grafana that APETEST_GRAFANA names (<c>http://admin:password@127.0.0.1:3000</c>), over whatever data it has. No
/// package here has one; then a double answers, which shows that the check asks what it should.
/// </summary>
[Collection(ObservedRun.Shared)]
public sealed class GrafanaTests(ObservedRun run)
{
    [Fact]
    public async Task Dashboards_InGrafana_AreProvisionedAndAnswerEveryQuery()
    {
        if (Environment.GetEnvironmentVariable("APETEST_GRAFANA") is { Length: > 0 } real)
        {
            using var check = new GrafanaCheck(new Uri(real));
            await check.CheckAsync(DashboardFiles.Folder);
            TestContext.Current.TestOutputHelper?.WriteLine($"{check.Queries.Answered} queries answered, {check.Queries.WithData} with data");
            Assert.True(check.Problems.Count == 0, string.Join('\n', check.Problems));
            return;
        }
        await run.WatchAsync();
        await using var grafana = await FakeGrafana.StartAsync(DashboardFiles.Folder, run.Prometheus);
        using var stub = new GrafanaCheck(grafana.Url);

        await stub.CheckAsync(DashboardFiles.Folder);

        TestContext.Current.TestOutputHelper?.WriteLine($"SKIPPED: APETEST_GRAFANA names no Grafana; a double answered {stub.Queries.Answered} queries, {stub.Queries.WithData} with data");
        Assert.True(stub.Problems.Count == 0, string.Join('\n', stub.Problems));
        // Every one that stands in the files, variables and annotations too.
        Assert.Equal((await DashboardFiles.QueriesAsync()).Count, stub.Queries.Answered);
        Assert.True(stub.Queries.WithData > stub.Queries.Answered / 2);
    }

    [Fact]
    public async Task Check_OfAGrafanaThatIsWrong_SaysWhatIs()
    {
        await run.WatchAsync();
        await using var grafana = await FakeGrafana.StartAsync(DashboardFiles.Folder, run.Prometheus, static dashboard =>
        {
            var panel = dashboard["panels"]!.AsArray().First(static panel => panel!["targets"] is not null)!;
            switch (dashboard["uid"]!.GetValue<string>())
            {
                case "apetest-overview":
                    return false;
                case "apetest-models":
                    panel["targets"]![0]!["expr"] = "sum(rate(x[5m])";
                    return true;
                case "apetest-gateway":
                    panel["title"] = "Another";
                    return true;
                case "apetest-sessions":
                    dashboard["annotations"]!["list"]![0]!["expr"] = "last_over_time(apetest_run_info[$__interval]";
                    return true;
                case "apetest-generators":
                    var run = dashboard["templating"]!["list"]!.AsArray().First(static variable => variable!["type"]!.GetValue<string>() == "query")!;
                    run["query"]!["query"] = "label_values(apetest_run_info{, run)";
                    dashboard["templating"]!["list"]![0]!["query"] = "graphite";
                    return true;
                default:
                    return true;
            }
        });
        using var check = new GrafanaCheck(grafana.Url);

        await check.CheckAsync(DashboardFiles.Folder);

        Assert.True(check.Problems.Count == 6, string.Join('\n', check.Problems));
        Assert.Contains(check.Problems, static problem => problem.StartsWith("apetest-sessions 'Run starts'", StringComparison.Ordinal) && problem.Contains("bad_data", StringComparison.Ordinal));
        Assert.Contains(check.Problems, static problem => problem.StartsWith("apetest-generators $run: 400", StringComparison.Ordinal) && problem.Contains("bad_data", StringComparison.Ordinal));
        Assert.Contains(check.Problems, static problem => problem == "apetest-generators $datasource: there is no data source of type graphite");
        Assert.Contains(check.Problems, static problem => problem == "apetest-overview is not found");
        Assert.Contains(check.Problems, static problem => problem.StartsWith("apetest-gateway has the panels ", StringComparison.Ordinal) && problem.Contains("Another", StringComparison.Ordinal));
        Assert.Contains(check.Problems, static problem => problem.StartsWith("apetest-models '", StringComparison.Ordinal) && problem.Contains("bad_data", StringComparison.Ordinal));
    }
}
