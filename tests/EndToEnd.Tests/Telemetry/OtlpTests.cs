using ApeTest.Runs.Records;
using ApeTest.Tests.Shared;

namespace ApeTest.EndToEnd.Tests.Telemetry;

/// <summary>All three signals of one run, received by a collector that is not OpenTelemetry's.</summary>
public sealed class OtlpTests
{
    [Theory]
    [InlineData("http/protobuf")]
    [InlineData("grpc")]
    public async Task Start_WithEndpoint_ExportsSpansMetricsAndLogsOfEveryService(string protocol)
    {
        using var directory = new TempDirectory();
        await using var receiver = await OtlpReceiver.StartAsync(grpc: protocol == "grpc");

        var run = await ApeProcess.RunWithAsync(directory, new()
        {
            ["OTEL_EXPORTER_OTLP_ENDPOINT"] = receiver.Url.ToString(),
            ["OTEL_EXPORTER_OTLP_PROTOCOL"] = protocol,
            ["OTEL_EXPORTER_OTLP_HEADERS"] = "x-key=secret",
            ["OTEL_RESOURCE_ATTRIBUTES"] = "deployment.environment=test",
        }, "start", "--agents", "2", "--iterations", "4", "--quiet");
        run.Exits(0);

        Assert.All(receiver.Requests, request => Assert.Equal("secret", request.Key));
        // Spans: each session is one whole tree, from the agent to the target.
        var sessions = (await RunOnDisk.ReadAsync(directory)).Sessions;
        Assert.Equal(4, sessions.Count);
        Assert.All(sessions, session => IsWhole(session, [.. receiver.Spans.Where(span => span.Trace == session.TraceId)]));
        Assert.All(receiver.Spans, span => Assert.Equal("test", span.Resource["deployment.environment"]));
        // Nobody looks for the traces of health checks.
        Assert.DoesNotContain(receiver.Spans, span => span.Name.Contains("/health", StringComparison.Ordinal) || span.Name.Contains("/metrics", StringComparison.Ordinal));
        Assert.Contains(receiver.Spans, span => span is { Service: "gateway" } && span.Name.Contains("{**", StringComparison.Ordinal));
        // Metrics, each from its own service.
        Assert.Contains(receiver.Metrics, metric => metric is { Service: "agent", Name: "apetest.sessions" });
        Assert.Contains(receiver.Metrics, metric => metric is { Service: "gateway", Name: "apetest.gateway.target", Unit: "s" });
        Assert.Contains(receiver.Metrics, metric => metric is { Service: "llm-proxy", Name: "gen_ai.server.time_to_first_token", Unit: "s" });
        Assert.Contains(receiver.Metrics, metric => metric is { Service: "shop", Name: "http.server.request.duration" });
        Assert.DoesNotContain(receiver.Metrics, metric => metric.Name == "apetest.sessions" && metric.Service != "agent");
        // Logs, with the session's identity.
        foreach (var session in sessions)
        {
            foreach (var service in new[] { "agent", "llm-proxy", "gateway" })
            {
                Assert.Contains(receiver.Logs, log => log.Service == service && log.Trace == session.TraceId && log.Attributes["session"] == session.Session && log.Attributes["run"] == session.Run);
            }
        }
    }

    internal static void IsWhole(SessionRecord session, List<ReceivedSpan> spans)
    {
        var tree = string.Join('\n', spans.Select(span => $"{span.Parent} > {span.Id} {span.Service} {span.Name}"));
        var byId = spans.ToDictionary(span => span.Id);
        var root = spans.Where(span => span.Parent.Length == 0).ToList();
        Assert.True(root is [{ Service: "agent", Name: var name }] && name.StartsWith("invoke_agent ", StringComparison.Ordinal), $"no single root:\n{tree}");
        Assert.True(spans.TrueForAll(span => span.Parent.Length == 0 || byId.ContainsKey(span.Parent)), $"spans without a parent:\n{tree}");
        Assert.True(spans.Count(span => span.Name.StartsWith("execute_tool ", StringComparison.Ordinal)) >= session.Actions.Count(action => action.Status is not null), tree);
        // The services on the way from the root to each request of the target, and to each call of the model.
        var ways = spans.Select(span => string.Join('>', Way(span, byId))).ToHashSet();
        Assert.True(ways.Contains("agent>gateway>shop"), $"nothing goes through the gateway to the shop:\n{tree}");
        Assert.True(ways.Contains("agent>llm-proxy"), $"nothing goes to the proxy:\n{tree}");
    }

    private static IEnumerable<string> Way(ReceivedSpan span, Dictionary<string, ReceivedSpan> byId)
    {
        var services = new List<string>();
        for (ReceivedSpan? at = span; at is not null; at = byId.GetValueOrDefault(at.Parent))
        {
            if (services.Count == 0 || services[^1] != at.Service)
            {
                services.Add(at.Service);
            }
        }
        services.Reverse();
        return services;
    }
}
