using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using ApeTest.Agent.Brains;
using ApeTest.Agent.Sessions;
using ApeTest.Agent.Tests.Fakes;
using ApeTest.Runs.Recording;
using ApeTest.Runs.Records;
using ApeTest.Scenarios.Model;
using ApeTest.Targets.Http;
using ApeTest.Targets.Tools;
using ApeTest.Tests.Shared;

namespace ApeTest.Agent.Tests.Sessions;

/// <summary>MTBA and its measured parts: exact on a fake clock, found again over real HTTP.</summary>
public sealed class SessionTimeTests
{
    private const int Actions = 5;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Run_KnownInjectionsOnAFakeClock_AreFoundExactly(bool watched)
    {
        var clock = new FakeTimeProvider();
        // An observer's time is in no part and in no interval.
        var observer = watched ? new ListObserver(_ => clock.Advance(TimeSpan.FromMilliseconds(7))) : null;
        await using var sessions = new SessionHarness(Plan(new Uri("http://127.0.0.1:9")), new TimedBrain(clock), new TimedTarget(clock), clock, observer);
        var session = sessions.RunAsync();
        for (var i = 1; i < Actions; i++)
        {
            // The session's own time limit, then the think time.
            await clock.WaitForTimersAsync(2, TestContext.Current.CancellationToken);
            clock.Advance(TimeSpan.FromMilliseconds(100));
        }
        var record = await session;

        var metrics = sessions.Metrics();
        var times = metrics.Intervals;
        const int intervals = Actions - 1;
        Assert.Equal(intervals, times.Overall.Count);
        Assert.Equal(
            (100L * intervals, 40L * intervals, 10L * intervals, 25L * intervals, 3L * intervals),
            (Ms(times.Think), Ms(times.Model), Ms(times.Gateway), Ms(times.Target), Ms(times.Harness)));
        Assert.Equal(0.178, times.Overall.Max.TotalSeconds, 0.002);
        Assert.Equal(0.078, times.Active.Max.TotalSeconds, 0.001);
        Assert.All(record.Actions.Skip(1).SkipLast(1), action => Assert.Equal(new ActionParts(0.1, 0.04, 0.01, 0.025, 0.003), action.Parts));
        Assert.Equal(new ActionParts(0, 0.04, 0.01, 0.025, 0.003), record.Actions[0].Parts);
    }

    [Fact]
    public async Task Run_KnownInjectionsOverHttp_AreFoundInTheirOwnPart()
    {
        await using var target = await FakeTarget.StartAsync();
        target.Fault = async (context, _) =>
        {
            await Task.Delay(TimeSpan.FromMilliseconds(25), TimeProvider.System, context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return false;
        };
        await using var server = await FakeChatServer.StartAsync(request => (request.Turn < Actions ? Replies.Items : Reply.Finish()) with { Delay = TimeSpan.FromMilliseconds(40) });
        await using var sessions = SessionHarness.Of(server, target, scenario => Plan(target.Url).Scenario);
        // The first session pays for connections and compilation.
        await sessions.RunAsync();
        _ = sessions.Metrics();

        await sessions.RunAsync(number: 1);

        var times = sessions.Metrics().Intervals;
        var count = times.Overall.Count;
        Assert.Equal(Actions - 1, count);
        // At least what was injected, less the timers' grain, is in its own part; how much a busy machine adds to each says nothing.
        Assert.InRange(Ms(times.Think) / count, 95, long.MaxValue);
        Assert.InRange(Ms(times.Model) / count, 35, long.MaxValue);
        Assert.InRange(Ms(times.Target) / count, 20, long.MaxValue);
        Assert.InRange(times.Think + times.Model + times.Gateway + times.Target + times.Harness, 0, times.Overall.Sum.Ticks);
    }

    [Fact]
    public void Acted_PartsNeverExceedTheInterval()
    {
        var clock = new FakeTimeProvider();
        var session = new SessionClock(clock);
        session.Acted("g", clock.GetTimestamp(), default, out _);
        clock.Advance(TimeSpan.FromMilliseconds(50));
        // The model claims more than the decision took.
        session.Model(TimeSpan.FromSeconds(9));
        clock.Advance(TimeSpan.FromMilliseconds(7));

        var sample = session.Acted("g", clock.GetTimestamp(), default, out _)!.Value;

        Assert.Equal(new IntervalSample("g", TimeSpan.FromMilliseconds(57), TimeSpan.Zero, TimeSpan.FromMilliseconds(50), TimeSpan.Zero, TimeSpan.Zero, TimeSpan.FromMilliseconds(7)), sample);
    }

    [Fact]
    public void Acted_WhatTheAgentDoesWithAnAnswer_IsHarness()
    {
        var clock = new FakeTimeProvider();
        var session = new SessionClock(clock);
        var dispatched = clock.GetTimestamp();
        clock.Advance(TimeSpan.FromMilliseconds(35));
        // Reading the body and writing the observation.
        clock.Advance(TimeSpan.FromMilliseconds(8));
        session.Acted("g", dispatched, new TargetTiming(TimeSpan.FromMilliseconds(10), TimeSpan.FromMilliseconds(25), TimeSpan.FromMilliseconds(30), 0, "none"), out _);
        session.Harness();
        clock.Advance(TimeSpan.FromMilliseconds(50));
        session.Model(TimeSpan.FromMilliseconds(50));

        var sample = session.Acted("g", clock.GetTimestamp(), default, out _)!.Value;

        Assert.Equal((93, 10 + 25 + 50 + 8), (sample.Interval.TotalMilliseconds, (sample.Gateway + sample.Target + sample.Model + sample.Harness).TotalMilliseconds));
        Assert.Equal(8, sample.Harness.TotalMilliseconds);
    }

    [Fact]
    public void Exclude_OwnRead_IsNoPartOfTheInterval()
    {
        var clock = new FakeTimeProvider();
        var session = new SessionClock(clock);
        session.Acted("g", clock.GetTimestamp(), default, out _);
        clock.Advance(TimeSpan.FromMilliseconds(50));
        session.Model(TimeSpan.FromMilliseconds(50));
        clock.Advance(TimeSpan.FromMilliseconds(400));
        session.Exclude();
        clock.Advance(TimeSpan.FromMilliseconds(7));

        var sample = session.Acted("g", clock.GetTimestamp(), default, out _)!.Value;

        Assert.Equal(new IntervalSample("g", TimeSpan.FromMilliseconds(57), TimeSpan.Zero, TimeSpan.FromMilliseconds(50), TimeSpan.Zero, TimeSpan.Zero, TimeSpan.FromMilliseconds(7)), sample);
    }

    private static long Ms(long ticks) => ticks / TimeSpan.TicksPerMillisecond;

    private static Scenarios.Planning.RunPlan Plan(Uri url) => Plans.Of(url, scenario => scenario with
    {
        Personas = [new PersonaSpec { Name = "steady", Think = new ThinkTime(TimeSpan.FromMilliseconds(100), TimeSpan.FromMilliseconds(100)) }],
    });

    /// <summary>Takes 43 ms to decide, 40 of which are the model's.</summary>
    private sealed class TimedBrain(FakeTimeProvider clock) : IBrain
    {
        public ValueTask<Decision> DecideAsync(SessionView session, CancellationToken cancellationToken)
        {
            clock.Advance(TimeSpan.FromMilliseconds(43));
            var call = session.Turns.Count < Actions
                ? new ToolCall($"c{session.Turns.Count}", "listItems", JsonDocument.Parse("{}").RootElement)
                : new ToolCall("end", "finish", JsonDocument.Parse("""{"outcome":"success","reason":"done"}""").RootElement);
            var use = new ModelUse("p", "m", TimeSpan.FromMilliseconds(40), TimeSpan.Zero, null, 1, 1, false, 0, 0);
            return ValueTask.FromResult(new Decision(ImmutableArray.Create(call), "tool_calls", use, TimeSpan.Zero));
        }
    }

    /// <summary>Answers after 35 ms: 10 of the gateway, 25 of the target.</summary>
    private sealed class TimedTarget(FakeTimeProvider clock) : ITargetTransport
    {
        public ValueTask<TargetExchange> SendAsync(TargetRequest request, CancellationToken cancellationToken)
        {
            clock.Advance(TimeSpan.FromMilliseconds(35));
            return ValueTask.FromResult(new TargetExchange
            {
                Status = 200,
                Headers = [new("Content-Type", "application/json")],
                Body = Encoding.UTF8.GetBytes("{}"),
                Url = request.Url,
                Timing = new TargetTiming(TimeSpan.FromMilliseconds(10), TimeSpan.FromMilliseconds(25), TimeSpan.FromMilliseconds(30), 0, "none"),
            });
        }
    }
}
