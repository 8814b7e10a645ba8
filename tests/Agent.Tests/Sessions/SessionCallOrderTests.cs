using ApeTest.Agent.Tests.Fakes;
using ApeTest.Runs.Records;
using ApeTest.Scenarios.Model;
using Microsoft.AspNetCore.Http;

namespace ApeTest.Agent.Tests.Sessions;

/// <summary>Several calls in one answer, and what of a long conversation goes to the model.</summary>
public sealed class SessionCallOrderTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(100_000)]
    public async Task Run_ParallelCalls_AreMadeOneAfterTheOtherInTheirOrder(int size)
    {
        await using var target = await FakeTarget.StartAsync();
        var (underWay, most) = (0, 0);
        target.Fault = async (_, _) =>
        {
            most = Math.Max(most, Interlocked.Increment(ref underWay));
            await Task.Yield();
            Interlocked.Decrement(ref underWay);
            return false;
        };
        // The order needs the token of the login in the same answer, the read the id that only its answer has.
        await using var server = await FakeChatServer.StartAsync(
            Reply.Calls(
                ("listItems", "{}"),
                ("login", """{"name":"ann","password":"{{user.password}}"}"""),
                ("order", """{"itemId":"item-filter","quantity":2}"""),
                ("getOrder", """{"id":"order-0001"}"""),
                ("logout", "{}")).Cut(size),
            Reply.Finish());
        await using var sessions = SessionHarness.Of(server, target);

        var record = await sessions.RunAsync();

        Assert.Equal(SessionOutcome.Succeeded, record.Outcome);
        Assert.Equal([(1, "listItems"), (2, "login"), (3, "order"), (4, "getOrder"), (5, "logout"), (6, "finish")], record.Actions.Select(action => (action.N, action.Tool)));
        Assert.Equal(1, most);
        // Each call has its own answer, in the same order.
        var messages = server.Requests.Last().Messages.ToList();
        var calls = messages.Single(message => message.GetProperty("role").GetString() == "assistant").GetProperty("tool_calls").EnumerateArray();
        Assert.Equal(calls.Select(call => call.GetProperty("id").GetString()),
            messages.Where(message => message.GetProperty("role").GetString() == "tool").Select(message => message.GetProperty("tool_call_id").GetString()));
    }

    [Fact]
    public async Task Run_ParallelCallsOfWhichOneIsWrong_MakesTheOthers()
    {
        await using var target = await FakeTarget.StartAsync();
        await using var server = await FakeChatServer.StartAsync(
            Reply.Calls(("listItems", "{}"), ("order", """{"quantity":"two"}"""), ("noSuchTool", "{}"), ("listItems", """{"q":"filter"}""")),
            Reply.Finish("failure"));
        await using var sessions = SessionHarness.Of(server, target);

        var record = await sessions.RunAsync();

        Assert.Equal([null, "invalid_arguments", "unknown_tool", null, null], record.Actions.Select(action => action.Error));
        Assert.Equal(["/items", "/items"], target.Requests.Select(seen => seen.Path));
    }

    [Fact]
    public async Task Run_CallsBehindFinish_AreNotMade()
    {
        await using var target = await FakeTarget.StartAsync();
        await using var server = await FakeChatServer.StartAsync(Reply.Calls(("listItems", "{}"), ("finish", """{"outcome":"success","reason":"done"}"""), ("logout", "{}")));
        await using var sessions = SessionHarness.Of(server, target);

        var record = await sessions.RunAsync();

        Assert.Equal(["listItems", "finish"], record.Actions.Select(action => action.Tool));
        Assert.Equal(["/items"], target.Requests.Select(seen => seen.Path));
    }

    [Fact]
    public async Task Run_LongSession_PromptStaysUnderItsBudgetAndKeepsGoalAndNewest()
    {
        const int steps = 40;
        const int budget = 12_000 * 4;
        await using var target = await FakeTarget.StartAsync();
        target.Fault = async (context, before) =>
        {
            await context.Response.WriteAsJsonAsync(new { page = $"page-{before:000}", text = new string('z', 6000) }, context.RequestAborted);
            return true;
        };
        await using var server = await FakeChatServer.StartAsync(_ => Replies.Items);
        await using var sessions = SessionHarness.Of(server, target, scenario => scenario with { Session = new SessionSpec { MaxSteps = steps } });

        await sessions.RunAsync();

        Assert.Equal(steps, server.Requests.Count);
        var goal = server.Requests.First().Messages.ElementAt(1).GetRawText();
        foreach (var (index, request) in server.Requests.Index())
        {
            var messages = request.Messages.Select(message => message.GetRawText()).ToList();
            // Beside the turns: rules and goal, and what JSON puts around each message.
            Assert.InRange(messages.Skip(2).Sum(message => message.Length), 0, budget + (messages.Count * 200));
            Assert.Equal(goal, messages[1]);
            if (index > 0)
            {
                Assert.Contains($"page-{index - 1:000}", messages[^1], StringComparison.Ordinal);
                Assert.Equal(6000, messages[^1].Count(letter => letter == 'z'));
            }
        }
        // What is dropped first is the oldest.
        var last = server.Requests.Last().Text;
        Assert.DoesNotContain("page-000", last, StringComparison.Ordinal);
        Assert.Contains("Earlier in this session, oldest first: ", last, StringComparison.Ordinal);
        Assert.Contains("older observation, shortened", last, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_ManyParallelCalls_PromptStaysUnderItsBudget()
    {
        const int calls = 20;
        const int budget = 12_000 * 4;
        await using var target = await FakeTarget.StartAsync();
        target.Fault = async (context, before) =>
        {
            await context.Response.WriteAsJsonAsync(new { page = $"page-{before:000}", text = new string('z', 6000) }, context.RequestAborted);
            return true;
        };
        await using var server = await FakeChatServer.StartAsync(Reply.Calls([.. Enumerable.Repeat(("listItems", "{}"), calls)]), Reply.Finish("failure"));
        await using var sessions = SessionHarness.Of(server, target);

        await sessions.RunAsync();

        var messages = server.Requests.Last().Messages.Select(message => message.GetRawText()).ToList();
        Assert.Equal(calls, messages.Count(message => message.Contains("\"tool_call_id\"", StringComparison.Ordinal)));
        Assert.InRange(messages.Skip(2).Sum(message => message.Length), 0, budget + (messages.Count * 200));
        Assert.Contains($"page-{calls - 1:000}", messages[^1], StringComparison.Ordinal);
        Assert.Equal(6000, messages[^1].Count(letter => letter == 'z'));
    }
}
