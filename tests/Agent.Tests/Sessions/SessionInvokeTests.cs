using System.Collections.Immutable;
using System.Text.Json;
using ApeTest.Agent.Brains;
using ApeTest.Agent.Sessions;
using ApeTest.Agent.Tests.Fakes;
using ApeTest.Runs.Records;
using ApeTest.Targets.Tools;

namespace ApeTest.Agent.Tests.Sessions;

/// <summary>Calls that a brain makes while it decides are the session's like those it decided.</summary>
public sealed class SessionInvokeTests
{
    [Fact]
    public async Task Invoke_DuringDecisions_ActsInOneSessionAndIsTold()
    {
        await using var target = await FakeTarget.StartAsync();
        var brain = new InvokingBrain(
            ("login", """{"name":"ann","password":"{{user.password}}"}"""),
            ("state_update", """{"values":{"cheapest":"item-filter"}}"""),
            ("listItems", "{}"),
            ("order", """{"itemId":"item-filter","quantity":2}"""),
            ("logout", "{}"));
        await using var sessions = new SessionHarness(Plans.Of(target.Url), brain);

        var record = await sessions.RunAsync();

        Assert.Equal((SessionOutcome.Succeeded, 6), (record.Outcome, record.Actions.Length));
        Assert.Equal("ann", Assert.Single(target.Orders).Value);
        Assert.Equal(3, sessions.Metrics().Intervals.Overall.Count);
        // After the five calls, the last view shows them as turns, each beside what was said with it.
        Assert.Equal(["login", "state_update", "listItems", "order", "logout"], brain.Last!.Turns.SelectMany(turn => turn.Calls).Select(call => call.Tool));
        Assert.Equal(5, brain.Last.Turns.SelectMany(turn => turn.Calls).Select(call => call.Id).Distinct().Count());
        Assert.Equal("item-filter", brain.Last.State["cheapest"].GetString());
        Assert.DoesNotContain("pw-of-ann", string.Concat(brain.Observations), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Invoke_CallThatEndsTheSession_IsItsEnd()
    {
        await using var target = await FakeTarget.StartAsync();
        var brain = new InvokingBrain(("finish", """{"outcome":"failure","reason":"sold out"}"""), ("listItems", "{}"));
        await using var sessions = new SessionHarness(Plans.Of(target.Url), brain);

        var record = await sessions.RunAsync();

        Assert.Contains("sold out", record.Reason, StringComparison.Ordinal);
        Assert.Single(brain.Observations);
        Assert.Empty(target.Requests);
    }

    /// <summary>Invokes one call a decision, says something beside it, and in the end decides to finish.</summary>
    private sealed class InvokingBrain(params (string Tool, string Arguments)[] calls) : IBrain
    {
        public List<string> Observations { get; } = [];

        public SessionView? Last { get; private set; }

        public async ValueTask<Decision> DecideAsync(SessionView session, CancellationToken cancellationToken)
        {
            Last = session;
            if (Observations.Count == calls.Length)
            {
                var claim = JsonDocument.Parse("""{"outcome":"success","reason":"done"}""").RootElement;
                return new Decision(ImmutableArray.Create(new ToolCall("end", FinishTool.Name, claim)), "tool_calls", null, TimeSpan.Zero);
            }
            var (tool, arguments) = calls[Observations.Count];
            Observations.Add(await session.Invoke!(tool, JsonDocument.Parse(arguments).RootElement, cancellationToken));
            return new Decision([], "stop", null, TimeSpan.Zero) { Text = "done" };
        }
    }
}
