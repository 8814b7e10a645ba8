using System.Collections.Immutable;
using ApeTest.Agent.Tests.Fakes;
using ApeTest.Runs.Records;
using ApeTest.Scenarios.Model;
using ApeTest.Scenarios.Success;
using Microsoft.AspNetCore.Http;

namespace ApeTest.Agent.Tests.Sessions;

/// <summary>Conditions beyond status and read, over real HTTP on both sides.</summary>
public sealed class OracleConditionTests
{
    [Fact]
    public async Task Run_FailureConditionHolds_EndsTheSessionAsFailed()
    {
        await using var target = await FakeTarget.StartAsync();
        await using var server = await FakeChatServer.StartAsync(Replies.Journey());
        await using var sessions = SessionHarness.Of(server, target, scenario => With(scenario, success: null, "order=201"));

        var record = await sessions.RunAsync();

        Assert.Equal(SessionOutcome.Failed, record.Outcome);
        Assert.Equal("failure_condition: order = 201 (action 3: 201)", record.Reason);
        Assert.Equal(["login", "listItems", "order"], record.Actions.Select(action => action.Tool));
        Assert.Equal(("must not hold: order = 201", false), (record.Evidence[^1].Condition, record.Evidence[^1].Ok));
        Assert.All(record.Evidence.SkipLast(1), static each => Assert.True(each.Ok));
    }

    [Fact]
    public async Task Run_FailureReadHolds_FailsAlthoughSuccessHolds()
    {
        await using var target = await FakeTarget.StartAsync();
        await using var server = await FakeChatServer.StartAsync(Replies.Journey());
        await using var sessions = SessionHarness.Of(server, target, scenario => With(scenario, success: null, "GET /items=200"));

        var record = await sessions.RunAsync();

        Assert.Equal((SessionOutcome.Failed, "failure_condition: GET /items = 200 (GET /items: 200)"), (record.Outcome, record.Reason));
        Assert.Equal("finish", record.Actions[^1].Tool);
    }

    [Fact]
    public async Task Run_ReadAsNobody_ShowsNothingOfTheSession()
    {
        await using var target = await FakeTarget.StartAsync();
        await using var server = await FakeChatServer.StartAsync(Replies.Journey());
        await using var sessions = SessionHarness.Of(server, target, scenario => With(scenario,
            [.. SuccessExpression.Parse("order=201{orderId=$.id}"), new SuccessCondition { Read = "GET /orders/{{orderId}}", As = ReadAs.Nobody, Status = 401 }]));

        var record = await sessions.RunAsync();

        Assert.Equal(SessionOutcome.Succeeded, record.Outcome);
        var read = Assert.Single(target.Requests, static request => request.Path.StartsWith("/orders/", StringComparison.Ordinal));
        Assert.Equal(("", ""), (read.Authorization, read.Cookie));
    }

    [Fact]
    public async Task Run_AnyWithSecretAndNot_IsJudgedAndTellsNoSecret()
    {
        await using var target = await FakeTarget.StartAsync();
        await using var server = await FakeChatServer.StartAsync(Replies.Journey());
        var token = ImmutableSortedDictionary<string, string>.Empty.Add("token", "$.token");
        var password = ImmutableSortedDictionary<string, string>.Empty.Add("token", """{"not":"{{user.password}}"}""");
        await using var sessions = SessionHarness.Of(server, target, scenario => With(scenario,
        [
            new SuccessCondition { Operation = "login", Capture = token },
            new SuccessCondition { Captured = password },
            new SuccessCondition { Any = [.. SuccessExpression.Parse("order=409"), .. SuccessExpression.Parse("order=201")] },
            new SuccessCondition { Not = SuccessExpression.Parse("order=5xx")[0] },
        ]));

        var record = await sessions.RunAsync();

        Assert.Equal(SessionOutcome.Succeeded, record.Outcome);
        Assert.All(record.Evidence, static each => Assert.True(each.Ok));
        Assert.All(record.Evidence, static each => Assert.DoesNotContain("token-ann-", each.Detail, StringComparison.Ordinal));
        Assert.All(record.Evidence, static each => Assert.DoesNotContain("pw-of", each.Detail, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Run_NotHolds_ReadsTheAnswersOfTheWholeSession()
    {
        await using var target = await FakeTarget.StartAsync();
        target.Fault = static async (context, before) =>
        {
            if (context.Request.Path != "/orders" || before > 0)
            {
                return false;
            }
            context.Response.StatusCode = StatusCodes.Status500InternalServerError;
            await context.Response.WriteAsync("boom", context.RequestAborted);
            return true;
        };
        await using var server = await FakeChatServer.StartAsync([Replies.Login(), Replies.Order, Replies.Order, Reply.Finish("success", "done")]);
        await using var sessions = SessionHarness.Of(server, target, scenario => With(scenario,
            [.. SuccessExpression.Parse("order=201"), new SuccessCondition { Not = SuccessExpression.Parse("order=5xx")[0] }]));

        var record = await sessions.RunAsync();

        Assert.Equal(SessionOutcome.Stuck, record.Outcome);
        Assert.Equal(("not order = 5xx", false, "action 2: 500"), (record.Evidence[1].Condition, record.Evidence[1].Ok, record.Evidence[1].Detail));
    }

    private static Scenario With(Scenario scenario, ImmutableArray<SuccessCondition>? success, string? failure = null) => scenario with
    {
        Goals = [scenario.Goals[0] with
        {
            Success = success ?? scenario.Goals[0].Success,
            Failure = failure is null ? [] : SuccessExpression.Parse(failure),
        }],
    };
}
