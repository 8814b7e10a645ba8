using System.Text.Json;
using ApeTest.Agent.Brains;
using ApeTest.Agent.Sessions;
using ApeTest.Agent.Tests.Fakes;
using ApeTest.Runs.Records;
using Microsoft.AspNetCore.Http;

namespace ApeTest.Agent.Tests.Sessions;

public sealed class SessionObserverTests
{
    [Fact]
    public async Task Run_Watched_TellsEveryStepInItsOrder()
    {
        await using var target = await FakeTarget.StartAsync();
        await using var server = await FakeChatServer.StartAsync(Replies.Journey());
        var observer = new ListObserver();
        await using var sessions = SessionHarness.Of(server, target, observer: observer);

        var record = await sessions.RunAsync();

        Type[] step = [typeof(SessionDecided), typeof(SessionActed)];
        Assert.Equal([typeof(SessionStarted), .. step, .. step, .. step, .. step, typeof(SessionDecided), typeof(SessionClaimed), typeof(SessionEnded)],
            observer.Events.Select(happened => happened.GetType()));
        Assert.All(observer.Events, happened => Assert.Equal("0-0", happened.Session));

        var started = Assert.IsType<SessionStarted>(observer.Events[0]);
        Assert.Equal((record.TraceId, Plans.Goal), (started.TraceId, started.Goal));
        Assert.StartsWith("Log in as ann / {{user.password}}, ", started.Text, StringComparison.Ordinal);

        var login = observer.Events.OfType<SessionActed>().First();
        Assert.Equal(("POST", "/login", 200, "login"), (login.Method, login.Path, login.Call.Status, login.Call.Tool));
        Assert.Equal(["cookie:sid", "token"], login.Call.Extracted.Keys);
        Assert.Contains("{{session.token}}", login.Observation, StringComparison.Ordinal);
        Assert.True(login.Target <= login.Duration);

        var ended = Assert.IsType<SessionEnded>(observer.Events[^1]);
        Assert.Same(record, ended.Record);
        Assert.Equal(4, ended.Actions);
    }

    [Fact]
    public async Task Run_Watched_TellsNoSecret()
    {
        await using var target = await FakeTarget.StartAsync();
        // A target that shows everything again, and a model that does too.
        target.Fault = async (context, _) =>
        {
            if (context.Request.Path != "/items")
            {
                return false;
            }
            await context.Response.WriteAsJsonAsync(new { hint = $"your password is pw-of-ann, your header {context.Request.Headers.Authorization}" }, context.RequestAborted);
            return true;
        };
        var journey = Replies.Journey();
        journey[1] = Reply.Stream(Reply.Lines("the password is pw-of-ann", "tool_calls", ("listItems", """{"q":"pw-of-ann and more"}""")));
        journey[4] = Reply.Finish(reason: "logged in with pw-of-ann");
        await using var server = await FakeChatServer.StartAsync(journey);
        var observer = new ListObserver();
        await using var sessions = SessionHarness.Of(server, target, observer: observer);

        await sessions.RunAsync();

        var token = target.Requests.Select(seen => seen.Authorization).First(header => header.Length > 0)["Bearer ".Length..];
        var told = string.Join('\n', observer.Events.Select(happened => JsonSerializer.Serialize(happened, happened.GetType())));
        Assert.DoesNotContain("pw-of-ann", told, StringComparison.Ordinal);
        Assert.DoesNotContain(token, told, StringComparison.Ordinal);
        Assert.Equal("/items?q={{user.password}} and more", observer.Events.OfType<SessionActed>().ElementAt(1).Path);
        Assert.Equal("the password is {{user.password}}", observer.Events.OfType<SessionDecided>().ElementAt(1).Text);
    }

    [Fact]
    public async Task Run_CallAgainstItsSchema_IsToldAsRejectedWithTheRule()
    {
        await using var target = await FakeTarget.StartAsync();
        await using var server = await FakeChatServer.StartAsync(Replies.Login(), Reply.Call("order", """{"itemId":"item-filter","quantity":"two"}"""), Replies.Order, Reply.Finish());
        var observer = new ListObserver();
        await using var sessions = SessionHarness.Of(server, target, observer: observer);

        await sessions.RunAsync();

        var rejected = Assert.Single(observer.Events.OfType<SessionRejected>());
        Assert.Equal((2, "order"), (rejected.Call.N, rejected.Call.Tool));
        Assert.Contains("$.quantity", rejected.Observation, StringComparison.Ordinal);
        Assert.Equal(["/login", "/orders"], observer.Events.OfType<SessionActed>().Select(acted => acted.Path));
    }

    [Fact]
    public async Task Run_ModelFailsOnce_IsToldWithTheRecovery()
    {
        await using var target = await FakeTarget.StartAsync();
        var failed = false;
        await using var server = await FakeChatServer.StartAsync(request =>
        {
            if (request.Turn == 0 && !failed)
            {
                failed = true;
                return Reply.Error(503, """{"error":{"message":"come back later"}}""");
            }
            return Reply.Finish();
        });
        var observer = new ListObserver();
        await using var sessions = SessionHarness.Of(server, target, observer: observer);

        var record = await sessions.RunAsync();

        Assert.Equal([typeof(SessionStarted), typeof(SessionModelFailed), typeof(SessionDecided), typeof(SessionRecovered), typeof(SessionClaimed), typeof(SessionEnded)],
            observer.Events.Select(happened => happened.GetType()));
        var failure = observer.Events.OfType<SessionModelFailed>().Single();
        Assert.Equal(("model_http_503", "come back later"), (failure.ErrorType, failure.Message));
        Assert.Equal(SessionOutcome.Stuck, record.Outcome);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Run_OnlyWatched_AsksForReasoning(bool watched)
    {
        var brain = new AskedBrain();
        await using var sessions = new SessionHarness(Plans.Of(new Uri("http://127.0.0.1:9")), brain, observer: watched ? new ListObserver() : null);

        await sessions.RunAsync();

        Assert.Equal(watched, brain.WasAsked);
    }

    private sealed class AskedBrain : IBrain
    {
        public bool? WasAsked { get; private set; }

        public ValueTask<Decision> DecideAsync(SessionView session, CancellationToken cancellationToken)
        {
            WasAsked = session.WantsReasoning;
            return ValueTask.FromException<Decision>(new BrainException("model_http_401", "no"));
        }
    }
}
