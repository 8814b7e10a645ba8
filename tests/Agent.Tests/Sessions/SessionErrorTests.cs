using ApeTest.Agent.Tests.Fakes;
using ApeTest.Runs.Records;
using ApeTest.Scenarios.Model;
using ApeTest.Targets.Http;
using ApeTest.Targets.Policy;
using ApeTest.Tests.Shared;
using Microsoft.AspNetCore.Http;

namespace ApeTest.Agent.Tests.Sessions;

/// <summary>What goes wrong on the way is counted once, under a bounded <c>error.type</c> and whose fault it is.</summary>
public sealed class SessionErrorTests
{
    [Theory]
    [InlineData(400)]
    [InlineData(401)]
    [InlineData(403)]
    [InlineData(404)]
    [InlineData(409)]
    [InlineData(422)]
    [InlineData(429)]
    [InlineData(500)]
    [InlineData(502)]
    [InlineData(503)]
    [InlineData(599)]
    public async Task Run_TargetAnswersAnError_IsCountedOnceAsTheTargets(int status)
    {
        await using var target = await FakeTarget.StartAsync();
        target.Fault = (context, _) => Fail(context, () => context.Response.StatusCode = status);
        await using var server = await FakeChatServer.StartAsync(Replies.Items, Reply.Finish("failure"));
        await using var sessions = SessionHarness.Of(server, target);

        var record = await sessions.RunAsync();

        Assert.Equal((status, $"http_{status}"), (record.Actions[0].Status, record.Actions[0].Error));
        Assert.Equal(($"http_{status}", "target", 1L), Error(sessions));
    }

    [Fact]
    public async Task Run_ConnectionCut_IsCountedAsResetAndFailsTheSession()
    {
        await using var target = await FakeTarget.StartAsync();
        target.Fault = (context, _) => Fail(context, context.Abort);
        await using var server = await FakeChatServer.StartAsync(Replies.Items, Reply.Finish());
        await using var sessions = SessionHarness.Of(server, target);

        var record = await sessions.RunAsync();

        Assert.Equal((SessionOutcome.Failed, "target_error: listItems reset"), (record.Outcome, record.Reason));
        Assert.Equal(("reset", "target", 1L), Error(sessions));
    }

    [Fact]
    public async Task Run_TargetDoesNotAnswer_IsCountedAsTimeoutAndFailsTheSession()
    {
        await using var target = await FakeTarget.StartAsync();
        target.Fault = async (context, _) =>
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return true;
        };
        await using var server = await FakeChatServer.StartAsync(Replies.Items, Reply.Finish());
        await using var sessions = SessionHarness.Of(server, target, scenario => scenario with { Target = scenario.Target with { Timeout = TimeSpan.FromMilliseconds(200) } });

        var record = await sessions.RunAsync();

        Assert.Equal((SessionOutcome.Failed, "target_error: listItems timeout"), (record.Outcome, record.Reason));
        Assert.Equal(("timeout", "target", 1L), Error(sessions));
    }

    [Fact]
    public async Task Run_PatienceEndsWhileTheTargetIsWaitedFor_TellsTheActionAsTheTargets()
    {
        await using var target = await FakeTarget.StartAsync();
        target.Fault = async (context, _) =>
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return true;
        };
        await using var server = await FakeChatServer.StartAsync(Replies.Items, Reply.Finish());
        await using var sessions = SessionHarness.Of(server, target, scenario => scenario with { Session = scenario.Session with { Timeout = TimeSpan.FromSeconds(4) } });

        var record = await sessions.RunAsync();

        Assert.StartsWith("session_timeout", record.Reason, StringComparison.Ordinal);
        Assert.Equal(("listItems", "session_timeout", (int?)null), (record.Actions[0].Tool, record.Actions[0].Error, record.Actions[0].Status));
        Assert.Equal(("session_timeout", "target", 1L), Error(sessions));
    }

    [Fact]
    public async Task Run_NobodyListens_IsCountedAsConnectAndFailsTheSession()
    {
        await using var target = await FakeTarget.StartAsync();
        await using var server = await FakeChatServer.StartAsync(Replies.Items, Reply.Finish());
        await using var sessions = SessionHarness.Of(server, target, scenario => scenario with { Target = scenario.Target with { Url = Closed() } });

        var record = await sessions.RunAsync();

        Assert.Equal((SessionOutcome.Failed, "target_error: listItems connect"), (record.Outcome, record.Reason));
        Assert.Null(record.Actions[0].Status);
        Assert.Equal(("connect", "target", 1L), Error(sessions));
    }

    [Fact]
    public async Task Run_PolicyRefuses_IsCountedAsTheGatewaysAndReachesNobody()
    {
        await using var target = await FakeTarget.StartAsync();
        await using var server = await FakeChatServer.StartAsync(Replies.Items, Reply.Finish());
        await using var transport = new Policed(Plans.Of(target.Url).Scenario, static (own, _) => own.Deny = ["listItems"]);
        await using var sessions = SessionHarness.Of(server, target, transport: transport.Transport);

        var record = await sessions.RunAsync();

        // Who is forbidden something by us has not been failed by the target.
        Assert.Equal((SessionOutcome.Stuck, "finish_without_evidence"), (record.Outcome, record.Reason.Split(':')[0]));
        Assert.Equal("denied", record.Actions[0].Error);
        Assert.Equal(("denied", "gateway", 1L), Error(sessions));
        Assert.Empty(target.Requests);
    }

    [Fact]
    public async Task Run_RequestBudgetOfTheRunUsedUp_IsAbortedAndEndsTheRun()
    {
        await using var target = await FakeTarget.StartAsync();
        await using var server = await FakeChatServer.StartAsync(Replies.Journey());
        await using var transport = new Policed(Plans.Of(target.Url).Scenario, static (_, file) => file.Limits.RequestBudget = 2);
        await using var sessions = SessionHarness.Of(server, target, transport: transport.Transport);

        var first = await sessions.RunAsync();
        var second = await sessions.RunAsync(number: 1);

        Assert.Equal((SessionOutcome.Aborted, "budget: the run's request budget is used up"), (first.Outcome, first.Reason));
        Assert.Equal(first.Reason, second.Reason);
        Assert.Equal(2, target.Requests.Count);
        Assert.Equal("budget", Assert.Single(sessions.Signals).Reason);
    }

    [Fact]
    public async Task Run_IndependentReadBreaks_FailsAndIsCountedAsTheTargets()
    {
        await using var target = await FakeTarget.StartAsync();
        target.Fault = (context, _) => context.Request.Path.StartsWithSegments("/orders/order-0001", StringComparison.Ordinal)
            ? Fail(context, () => context.Response.StatusCode = 500)
            : Task.FromResult(false);
        await using var server = await FakeChatServer.StartAsync(Replies.Login(), Replies.Order, Reply.Finish());
        await using var sessions = SessionHarness.Of(server, target);

        var record = await sessions.RunAsync();

        Assert.Equal((SessionOutcome.Failed, "target_error"), (record.Outcome, record.Reason.Split(':')[0]));
        Assert.Equal(("oracle_read", "target", 1L), Error(sessions));
    }

    [Fact]
    public async Task Run_IndependentReadDoesNotConfirm_IsStuckWithoutEvidence()
    {
        await using var target = await FakeTarget.StartAsync();
        target.Fault = (context, _) => context.Request.Path.StartsWithSegments("/orders/order-0001", StringComparison.Ordinal)
            ? Fail(context, () => context.Response.StatusCode = 404)
            : Task.FromResult(false);
        await using var server = await FakeChatServer.StartAsync(Replies.Login(), Replies.Order, Reply.Finish());
        await using var sessions = SessionHarness.Of(server, target);

        var record = await sessions.RunAsync();

        Assert.Equal((SessionOutcome.Stuck, "finish_without_evidence"), (record.Outcome, record.Reason.Split(':')[0]));
        Assert.Equal([true, false], record.Evidence.Select(each => each.Ok));
    }

    private static Task<bool> Fail(HttpContext context, Action fail)
    {
        fail();
        return Task.FromResult(true);
    }

    /// <summary>The only error that was counted.</summary>
    private static (string Type, string Where, long Count) Error(SessionHarness sessions)
    {
        var error = Assert.Single(sessions.Metrics().Errors).Value;
        return (error.Type, error.Where, error.Count);
    }

    private static Uri Closed() => new($"http://127.0.0.1:{FreePort.Take()}");

    /// <summary>The scenario's target under a policy with rules of the test's own.</summary>
    private sealed class Policed : IAsyncDisposable
    {
        public Policed(Scenario scenario, Action<TargetOptions, GatewayFile> rules)
        {
            var target = TargetOptions.From(scenario.Target);
            var file = new GatewayFile { Targets = [target] };
            rules(target, file);
            Transport = new SocketsTransport(new TargetPolicy(file), TimeProvider.System);
        }

        public SocketsTransport Transport { get; }

        public ValueTask DisposeAsync()
        {
            Transport.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
