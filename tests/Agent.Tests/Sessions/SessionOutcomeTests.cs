using ApeTest.Agent.Brains;
using ApeTest.Agent.Sessions;
using ApeTest.Agent.Tests.Fakes;
using ApeTest.Runs.Queue;
using ApeTest.Runs.Records;
using ApeTest.Scenarios.Model;
using Microsoft.AspNetCore.Http;

namespace ApeTest.Agent.Tests.Sessions;

/// <summary>Every outcome and reason of DESIGN 2, over real HTTP on both sides.</summary>
public sealed class SessionOutcomeTests
{
    [Fact]
    public async Task Run_GoalReached_SucceedsWithEvidenceAlthoughItLoggedOut()
    {
        await using var target = await FakeTarget.StartAsync();
        await using var server = await FakeChatServer.StartAsync(Replies.Journey());
        await using var sessions = SessionHarness.Of(server, target);

        var record = await sessions.RunAsync();

        Assert.Equal(SessionOutcome.Succeeded, record.Outcome);
        Assert.Equal([("order = 201", true), ("GET /orders/{{orderId}} = 200", true)], record.Evidence.Select(each => (each.Condition, each.Ok)));
        Assert.Equal(["login", "listItems", "order", "logout", "finish"], record.Actions.Select(action => action.Tool));
        Assert.Equal([200, 200, 201, 204, null], record.Actions.Select(action => action.Status));
        Assert.Equal(1, sessions.Metrics().Ended(SessionOutcome.Succeeded));
        Assert.Single(target.Orders);
    }

    [Fact]
    public async Task Run_EvidenceComplete_SucceedsWhateverTheBrainClaims()
        => await ExpectAsync(SessionOutcome.Succeeded, "evidence", [Replies.Login(), Replies.Order, Reply.Finish("failure", "I doubt it")]);

    [Fact]
    public async Task Run_ModelOnlyClaims_IsStuckWithoutEvidence()
    {
        var record = await ExpectAsync(SessionOutcome.Stuck, "finish_without_evidence", [Reply.Finish("success", "I bought the coffee!")]);

        Assert.All(record.Evidence, each => Assert.False(each.Ok));
    }

    [Fact]
    public async Task Run_BrainGivesUp_IsStuck()
        => await ExpectAsync(SessionOutcome.Stuck, "gave_up", [Replies.Login(), Reply.Finish("failure", "sold out")]);

    [Fact]
    public async Task Run_TargetErrorBrokeIt_FailsWhateverTheBrainClaims()
    {
        var record = await ExpectAsync(SessionOutcome.Failed, "target_error", [Replies.Login(), Replies.Order, Reply.Finish()], target => target.Fault = (context, _) => Answer(context, "/orders", 500));

        Assert.Equal("target_error: order http_500", record.Reason);
        Assert.Equal("http_500", record.Actions[1].Error);
    }

    [Fact]
    public async Task Run_FailureConditionHolds_FailsAtOnceWhateverElseHolds()
    {
        var record = await ExpectAsync(SessionOutcome.Failed, "failure_condition", [Replies.Login(), Replies.Order, Replies.Logout, Reply.Finish()],
            change: scenario => scenario with { Goals = [scenario.Goals[0] with { Failure = [new SuccessCondition { Operation = "order", Status = 201 }] }] });

        Assert.Equal(["login", "order"], record.Actions.Select(action => action.Tool));
    }

    [Fact]
    public async Task Run_StepCap_IsStuckThoughEvidenceIsComplete()
    {
        var record = await ExpectAsync(SessionOutcome.Stuck, "step_cap", [Replies.Login(), Replies.Order, Replies.Items], change: scenario => scenario with { Session = new SessionSpec { MaxSteps = 4 } });

        Assert.Equal(4, record.Actions.Length);
        Assert.All(record.Evidence, each => Assert.True(each.Ok));
    }

    [Fact]
    public async Task Run_SessionTimeout_IsStuck()
        => await ExpectAsync(SessionOutcome.Stuck, "session_timeout", [Reply.Stream([]) with { Hang = true }],
            change: scenario => scenario with { Session = new SessionSpec { Timeout = TimeSpan.FromMilliseconds(200) } });

    [Fact]
    public async Task Run_TokenBudgetOfSession_IsStuck()
    {
        var record = await ExpectAsync(SessionOutcome.Stuck, "token_budget", [Replies.Items], change: scenario => scenario with { Session = new SessionSpec { MaxTokens = 300 } });

        Assert.Equal("token_budget: 360 of 300 tokens", record.Reason);
    }

    [Fact]
    public async Task Run_CostBudgetOfSession_IsStuckAndCountsFailedCallsToo()
    {
        const string measure = """{"cost_usd":0.02,"prompt_tokens":100,"completion_tokens":20,"provider":"p","model":"m"}""";
        var failed = false;
        await using var target = await FakeTarget.StartAsync();
        await using var server = await FakeChatServer.StartAsync(request =>
        {
            if (request.Turn == 1 && !failed)
            {
                failed = true;
                return Reply.Error(503, "{}") with { MeasureHeader = measure };
            }
            return Replies.Items with { MeasureHeader = measure };
        });
        await using var sessions = SessionHarness.Of(server, target, scenario => scenario with { Session = new SessionSpec { MaxCostUsd = 0.05m } });

        var record = await sessions.RunAsync();

        Assert.Equal((SessionOutcome.Stuck, "cost_budget: 0.06 of 0.05 USD"), (record.Outcome, record.Reason));
        Assert.Equal(3, server.Requests.Count);
    }

    [Fact]
    public async Task Run_SameFailingCallThreeTimes_IsStuck()
    {
        var record = await ExpectAsync(SessionOutcome.Stuck, "repeated_failure", [Replies.Order]);

        Assert.Equal("repeated_failure: order http_401 3 times with the same arguments", record.Reason);
        Assert.Equal(3, record.Actions.Length);
    }

    [Fact]
    public async Task Run_ThreeInvalidCallsInARow_IsAgentError()
    {
        var record = await ExpectAsync(SessionOutcome.AgentError, "invalid_calls",
            [Reply.Call("order", """{"quantity":"two"}"""), Reply.Call("buyCoffee", "{}"), Reply.Call("finish", """{"outcome":"maybe"}"""), Replies.Items]);

        Assert.Equal(["invalid_arguments", "unknown_tool", "invalid_arguments"], record.Actions.Select(action => action.Error));
    }

    [Fact]
    public async Task Run_TwoInvalidCallsThenAGoodOne_GoesOn()
        => await ExpectAsync(SessionOutcome.Succeeded, "evidence",
            [Reply.Call("order", "{}"), Reply.Call("login", "not json"), Replies.Login(), Reply.Call("order", "{}"), Replies.Order, Reply.Finish()]);

    [Fact]
    public async Task Run_ThreeAnswersWithoutCall_IsAgentError()
        => await ExpectAsync(SessionOutcome.AgentError, "no_call", [Reply.Text("I would log in first.")]);

    [Fact]
    public async Task Run_ModelFailsTwice_IsAgentErrorAfterOneBackoff()
    {
        await using var target = await FakeTarget.StartAsync();
        await using var server = await FakeChatServer.StartAsync(Reply.Error(500, "{}"));
        await using var sessions = SessionHarness.Of(server, target);

        var record = await sessions.RunAsync();

        Assert.Equal((SessionOutcome.AgentError, "model_http_500"), (record.Outcome, record.Reason.Split(':')[0]));
        Assert.Equal(2, server.Requests.Count);
        var metrics = sessions.Metrics();
        Assert.Empty(metrics.Recoveries);
        Assert.Equal(2, Assert.Single(metrics.Errors).Value.Count);
    }

    [Fact]
    public async Task Run_ModelRefusesForGood_IsAgentErrorAtOnce()
    {
        await using var target = await FakeTarget.StartAsync();
        await using var server = await FakeChatServer.StartAsync(Reply.Error(401, "{}"));
        await using var sessions = SessionHarness.Of(server, target);

        Assert.StartsWith("model_http_401", (await sessions.RunAsync()).Reason, StringComparison.Ordinal);
        Assert.Single(server.Requests);
    }

    [Fact]
    public async Task Run_RunBudgetExhausted_IsAbortedAndEndsTheRun()
    {
        await using var target = await FakeTarget.StartAsync();
        await using var server = await FakeChatServer.StartAsync(Replies.Login(), Reply.Error(429, """{"error":{"message":"used up","code":"budget_exhausted"}}"""));
        await using var sessions = SessionHarness.Of(server, target);

        var first = await sessions.RunAsync();
        await sessions.RunAsync(number: 1);

        Assert.Equal((SessionOutcome.Aborted, "budget: used up"), (first.Outcome, first.Reason));
        Assert.Equal(new RunSignal(RunSignalKind.Stop, Reason: "budget"), Assert.Single(sessions.Signals));
    }

    [Fact]
    public async Task Run_Aborted_EndsAtOnceWithTheOrdersReason()
    {
        await using var target = await FakeTarget.StartAsync();
        var asked = new TaskCompletionSource();
        await using var server = await FakeChatServer.StartAsync(_ =>
        {
            asked.TrySetResult();
            return Reply.Stream([]) with { Hang = true };
        });
        await using var sessions = SessionHarness.Of(server, target);
        var session = sessions.RunAsync();
        await asked.Task;

        sessions.Stop.Abort(Agent.Workers.StopOrder.RunAborted);

        var record = await session;
        Assert.Equal((SessionOutcome.Aborted, "run_aborted"), (record.Outcome, record.Reason));
        Assert.Empty(record.Evidence);
    }

    [Fact]
    public async Task Run_FaultOfTheAgent_CostsOneSessionOnly()
    {
        await using var target = await FakeTarget.StartAsync();
        await using var sessions = new SessionHarness(Plans.Of(target.Url), new ThrowingBrain());

        var record = await sessions.RunAsync();

        Assert.Equal((SessionOutcome.AgentError, "harness: InvalidTimeZoneException"), (record.Outcome, record.Reason));
        Assert.Contains(sessions.Log.Records, line => line.Event == "session.harness_failed");
    }

    private static async Task<SessionRecord> ExpectAsync(SessionOutcome outcome, string reason, Reply[] replies, Action<FakeTarget>? prepare = null, Func<Scenario, Scenario>? change = null)
    {
        await using var target = await FakeTarget.StartAsync();
        prepare?.Invoke(target);
        await using var server = await FakeChatServer.StartAsync(replies);
        await using var sessions = SessionHarness.Of(server, target, change);

        var record = await sessions.RunAsync();

        Assert.Equal((outcome, reason), (record.Outcome, record.Reason.Split(':')[0]));
        return record;
    }

    private static async Task<bool> Answer(HttpContext context, string path, int status)
    {
        if (!context.Request.Path.StartsWithSegments(path, StringComparison.Ordinal))
        {
            return false;
        }
        context.Response.StatusCode = status;
        await context.Response.WriteAsJsonAsync(new { title = "broken" }, context.RequestAborted);
        return true;
    }

    private sealed class ThrowingBrain : IBrain
    {
        public ValueTask<Decision> DecideAsync(SessionView session, CancellationToken cancellationToken) => throw new InvalidTimeZoneException("a bug");
    }
}
