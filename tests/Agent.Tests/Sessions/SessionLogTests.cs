using ApeTest.Agent.Tests.Fakes;
using ApeTest.Scenarios.Model;

namespace ApeTest.Agent.Tests.Sessions;

public sealed class SessionLogTests
{
    [Fact]
    public async Task Run_Sampled_WritesItsStoryWithIdentity()
    {
        var (lines, trace) = await LinesAsync(1.0, Replies.Journey());

        Assert.Equal(
            ["session.started", "model.completed", "action.completed", "model.completed", "action.completed", "model.completed", "action.completed", "model.completed",
                "action.completed", "model.completed", "session.ended"],
            lines.Select(line => line.Event));
        Assert.All(lines, line => Assert.Equal(("20261121-131502-7f3a", "0-0", "0", trace), (line.Identity!.Run, line.Identity.Session, line.Identity.Agent, line.Trace)));
        var order = lines.Where(line => line.Event == "action.completed").ElementAt(2);
        Assert.Equal(("3", "order", 201, null), (order.Identity!.Action, order.Fields["Tool"], order.Fields["Status"], order.Fields["at"]));
    }

    [Fact]
    public async Task Run_UnsampledSuccess_WritesNothing()
        => Assert.Empty((await LinesAsync(0, Replies.Journey())).Lines);

    [Fact]
    public async Task Run_UnsampledFailure_WritesItsLast64Lines()
    {
        var (lines, _) = await LinesAsync(0, [Replies.Items], new SessionSpec { MaxSteps = 40 });

        Assert.Equal(65, lines.Count);
        Assert.Equal("session.ended", lines[^1].Event);
        Assert.All(lines.SkipLast(1), line => Assert.NotNull(line.Fields["at"]));
        Assert.Equal("40", lines[^2].Identity!.Action);
    }

    private static async Task<(List<LogRecord> Lines, string Trace)> LinesAsync(double sample, Reply[] replies, SessionSpec? limits = null)
    {
        await using var target = await FakeTarget.StartAsync();
        await using var server = await FakeChatServer.StartAsync(replies);
        await using var sessions = SessionHarness.Of(server, target, scenario => scenario with { Telemetry = new TelemetrySpec { Sample = sample }, Session = limits ?? new SessionSpec() });
        var record = await sessions.RunAsync();
        Assert.All(target.Requests, seen => Assert.Equal($"{record.TraceId}-{(sample > 0 ? "01" : "00")}", seen.TraceParent.Split('-')[1] + "-" + seen.TraceParent.Split('-')[3]));
        Assert.All(server.Requests, request => Assert.StartsWith($"00-{record.TraceId}-", request.Headers["traceparent"], StringComparison.Ordinal));
        return ([.. sessions.Log.Records], record.TraceId);
    }
}
