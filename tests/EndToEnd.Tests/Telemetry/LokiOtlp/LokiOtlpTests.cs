using System.Text.Json.Nodes;
using ApeTest.Runs.Logs;
using ApeTest.Tests.Shared;
using ApeTest.Tests.Shared.Loki;

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
        // Loki makes labels of some attributes of the resource, by its default list, and of the record's `level`, by deploy/config/loki.yaml.
        Assert.All(loki.Logs, log => Assert.All(log.Resource.Keys, key => Assert.True(key is "service.name" || key.StartsWith("telemetry.sdk.", StringComparison.Ordinal), key)));
        Assert.All(loki.Logs, log => Assert.Contains(log.Attributes["level"], LogQuery.Levels));
        Assert.Contains(loki.Logs, log => log.Attributes.TryGetValue("event", out var name) && name == "session.ended" && log.Attributes["run"] == sessions[0].Run);
        var config = await File.ReadAllTextAsync(Repository.PathOf("deploy", "config", "loki.yaml"), TestContext.Current.CancellationToken);
        Assert.Contains("ignore_defaults: true, attributes_config: [ { action: index_label, attributes: [service.name] } ]", config, StringComparison.Ordinal);
        Assert.Contains("log_attributes: [ { action: index_label, attributes: [level] } ]", config, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Logs_OfARunThatLokiTook_AreTheLinesOfItsFiles()
    {
        using var directory = new TempDirectory();
        await using var receiver = await OtlpReceiver.StartAsync();
        (await ApeProcess.RunWithAsync(directory, new() { ["APETEST_LOKI"] = receiver.Url.ToString() }, "start", "--agents", "2", "--iterations", "4", "--quiet")).Exits(0);
        var run = await RunOnDisk.ReadAsync(directory);
        var trace = run.Sessions[0].TraceId;
        var files = new Dictionary<string, List<string>>();
        string[][] filters = [["--grep", trace], ["--service", "gateway"], ["--event", "session.ended"], ["--session", run.Sessions[0].Session], ["--level", "warn"], ["--regex", "\"status\":2\\d\\d"]];
        foreach (var filter in filters)
        {
            files[string.Join(' ', filter)] = Lines(await ApeProcess.RunAsync(directory, ["logs", "--format", "json", .. filter]));
        }
        await using var loki = await ReceivedLines.LokiOf(receiver);
        foreach (var file in Directory.GetFiles(run.Directory.Logs))
        {
            File.Delete(file);
        }

        foreach (var filter in filters)
        {
            var lines = Lines(await ApeProcess.RunWithAsync(directory, new() { ["APETEST_LOKI"] = loki.Url.ToString() }, ["logs", "--format", "json", .. filter]));
            Assert.Equal(files[string.Join(' ', filter)], lines);
        }
        Assert.NotEmpty(files[$"--grep {trace}"]);
    }

    [Fact]
    public async Task Dashboards_LogQueries_NameWhatLinesHaveAndFindThem()
    {
        using var directory = new TempDirectory();
        await using var receiver = await OtlpReceiver.StartAsync();
        // Some sessions fail.
        await ApeProcess.RunWithAsync(directory, new() { ["APETEST_LOKI"] = receiver.Url.ToString() }, "start", "--agents", "2", "--iterations", "8", "--quiet");
        await using var loki = await ReceivedLines.LokiOf(receiver);
        var run = (await RunOnDisk.ReadAsync(directory)).Summary.Run.Id;
        var known = receiver.Logs.SelectMany(static log => ReceivedLines.Labels(log).Keys).ToHashSet();

        var queries = 0;
        foreach (var file in Directory.GetFiles(Repository.PathOf("deploy", "config", "grafana", "dashboards"), "*.json"))
        {
            var dashboard = JsonNode.Parse(await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken))!;
            foreach (var text in dashboard["panels"]!.AsArray().SelectMany(static panel => panel!["targets"]?.AsArray() ?? []).Select(static target => target!["expr"]!.GetValue<string>()).Where(static text => text.StartsWith('{')))
            {
                var query = LogQl.Parse(text.Replace("$run", run, StringComparison.Ordinal).Replace("$trace", "", StringComparison.Ordinal));
                Assert.True(query is not null, text);
                Assert.All(query.Names, name => Assert.True(known.Contains(name), $"{text}: no line has {name}"));
                queries++;
            }
        }
        Assert.Equal(5, queries);
    }

    // Fields of the line's own come in the order of their names, and not as they were logged; and each of the two writers looks at the clock itself.
    private static List<string> Lines(ApeResult result) => [.. result.Exits(0).Out.Split('\n', StringSplitOptions.RemoveEmptyEntries)
        .Select(static line => JsonNode.Parse(line)!.AsObject().Where(static field => field.Key != "ts").OrderBy(static field => field.Key, StringComparer.Ordinal))
        .Select(static fields => string.Join(", ", fields.Select(static field => $"{field.Key}: {field.Value?.ToJsonString()}"))).Order(StringComparer.Ordinal)];
}
