using System.Text.Json;
using ApeTest.EndToEnd.Tests.Distributed;
using ApeTest.Runs.Directory;
using ApeTest.Runs.Json;
using ApeTest.Runs.Records;
using ApeTest.Tests.Shared;

namespace ApeTest.EndToEnd.Tests.Telemetry;

/// <summary>All signals of a run on a stack, whose services are processes of their own: one trace goes through all of them.</summary>
public sealed class StackTelemetryTests
{
    private static readonly string[] Services = ["agent", "gateway", "llm-proxy", "shop"];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Start_OnAStackThatExports_EverySessionIsOneTreeAndItsLogsAreInLoki()
    {
        using var directory = new TempDirectory();
        await using var receiver = await OtlpReceiver.StartAsync();
        var server = await PostgresServer.SharedAsync(Cancellation);
        await using var stack = await StackProcesses.StartAsync(directory, await server.CreateDatabaseAsync(Cancellation), workers: 2, variables: new()
        {
            ["OTEL_EXPORTER_OTLP_ENDPOINT"] = receiver.Url.ToString(),
            ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
            ["OTEL_BSP_SCHEDULE_DELAY"] = "200",
            ["OTEL_BLRP_SCHEDULE_DELAY"] = "200",
            ["OTEL_METRIC_EXPORT_INTERVAL"] = "500",
            ["APETEST_LOKI"] = receiver.Url.ToString(),
        });
        directory.Write("s.yaml", stack.Scenario(agents: 4));

        var started = (await ApeProcess.RunAsync(directory, ["start", "s.yaml", "--iterations", "8", "--workers", "2", "--format", "json", .. stack.Flags])).Exits(0);

        var run = JsonSerializer.Deserialize(started.Out, RunsJson.Line.RunSummary)!.Run.Id;
        var sessions = new List<SessionRecord>();
        await foreach (var session in SessionLog.ReadAsync(new RunDirectory(Path.Combine(stack.RunsRoot, run)), null, Cancellation))
        {
            sessions.Add(session);
        }
        Assert.Equal(8, sessions.Count);
        // Batches are under way for a moment.
        await PrometheusServer.UntilAsync(() => Task.FromResult(Missing(receiver, sessions)));
        Assert.All(sessions, session => OtlpTests.IsWhole(session, [.. receiver.Spans.Where(span => span.Trace == session.TraceId)]));
        // Two workers, each with an instance of its own.
        Assert.Equal(2, receiver.Spans.Where(static span => span.Service == "agent").Select(static span => span.Resource["service.instance.id"]).Distinct().Count());
        Assert.Contains(receiver.Metrics, static metric => metric is { Service: "agent", Name: "apetest.sessions" });
        Assert.Contains(receiver.Metrics, static metric => metric is { Service: "collector", Name: "apetest.run.info" });

        // What the collector has of a session's lines, Loki has.
        await using var loki = await ReceivedLines.LokiOf(receiver);
        string[] logs = ["logs", run, "--grep", sessions[0].TraceId, "--service", "gateway", .. stack.Flags];
        var there = (await ApeProcess.RunAsync(directory, logs)).Exits(0);
        var inLoki = (await ApeProcess.RunWithAsync(directory, new() { ["APETEST_LOKI"] = loki.Url.ToString() }, logs)).Exits(0);
        Assert.NotEmpty(inLoki.Out);
        Assert.Equal(Lines(there), Lines(inLoki));
    }

    // Without the time: each of the two writers looks at the clock itself.
    private static IEnumerable<string> Lines(ApeResult result) =>
        result.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(static line => line[line.IndexOf(' ', StringComparison.Ordinal)..]).Order(StringComparer.Ordinal);

    private static string Missing(OtlpReceiver receiver, List<SessionRecord> sessions)
    {
        foreach (var session in sessions)
        {
            var spans = receiver.Spans.Where(span => span.Trace == session.TraceId).ToList();
            var ids = spans.Select(static span => span.Id).ToHashSet();
            if (Array.Find(Services, service => spans.TrueForAll(span => span.Service != service)) is { } service)
            {
                return $"no span of {service} in {session.TraceId}";
            }
            if (spans.Find(span => span.Parent.Length > 0 && !ids.Contains(span.Parent)) is { } orphan)
            {
                return $"{orphan.Service} {orphan.Name} has no parent";
            }
            if (!spans.Exists(static span => span.Parent.Length == 0))
            {
                return $"no root in {session.TraceId}";
            }
            if (Array.Find(Services[..3], name => !receiver.Logs.Any(log => log.Service == name && log.Trace == session.TraceId)) is { } silent)
            {
                return $"no line of {silent} in {session.TraceId}";
            }
        }
        return receiver.Metrics.Any(static metric => metric.Name == "apetest.sessions") && receiver.Metrics.Any(static metric => metric.Name == "apetest.run.info") ? "" : "no metrics";
    }
}
