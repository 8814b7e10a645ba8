using ApeTest.Agent.Tests.Fakes;
using ApeTest.Runs.Records;
using Microsoft.AspNetCore.Http;

namespace ApeTest.Agent.Tests.Sessions;

public sealed class SessionRecoveryTests
{
    [Fact]
    public async Task Run_TokenExpiresMidSession_LogsInAgainAndCountsOneRecovery()
    {
        await using var target = await FakeTarget.StartAsync();
        target.Fault = (context, before) =>
        {
            if (context.Request.Path == "/orders" && before == 0)
            {
                target.ForgetLogins();
            }
            return Task.FromResult(false);
        };
        await using var server = await FakeChatServer.StartAsync(Replies.Login(), Replies.Order, Replies.Login(), Replies.Order, Reply.Finish());
        await using var sessions = SessionHarness.Of(server, target);

        var record = await sessions.RunAsync();

        Assert.Equal(SessionOutcome.Succeeded, record.Outcome);
        Assert.Equal([200, 401, 200, 201, null], record.Actions.Select(action => action.Status));
        Assert.Equal(new KeyValuePair<string, long>("reauth", 1), Assert.Single(sessions.Metrics().Recoveries));
        var told = server.Requests.ElementAt(2).LastObservation;
        Assert.Contains("log in again", told.GetProperty("note").GetString(), StringComparison.Ordinal);
        // The dropped token is not sent any more.
        Assert.Equal("", target.Requests.Where(seen => seen.Path == "/login").Last().Authorization);
    }

    [Fact]
    public async Task Run_WrongPassword_IsNoRecovery()
    {
        await using var target = await FakeTarget.StartAsync();
        await using var server = await FakeChatServer.StartAsync(Reply.Call("login", """{"name":"ann","password":"wrong"}"""), Replies.Login(), Replies.Order, Reply.Finish());
        await using var sessions = SessionHarness.Of(server, target);

        Assert.Equal(SessionOutcome.Succeeded, (await sessions.RunAsync()).Outcome);
        Assert.Empty(sessions.Metrics().Recoveries);
    }

    [Fact]
    public async Task Run_CookieOfTheSessionExpires_LogsInAgainAndCountsOneRecovery()
    {
        await using var target = await FakeTarget.StartAsync();
        var logins = 0;
        target.Fault = async (context, _) =>
        {
            context.Response.StatusCode = 200;
            switch (context.Request.Path.Value)
            {
                case "/login":
                    context.Response.Cookies.Append("sid", $"session-{++logins}");
                    await context.Response.WriteAsJsonAsync(new { ok = true }, context.RequestAborted);
                    return true;
                case "/orders":
                    // Only a session that began after the first was thrown away.
                    context.Response.StatusCode = context.Request.Cookies["sid"] == "session-2" ? 201 : 401;
                    await context.Response.WriteAsJsonAsync(new { id = "o-1" }, context.RequestAborted);
                    return true;
                case "/orders/o-1":
                    return true;
                default:
                    return false;
            }
        };
        await using var server = await FakeChatServer.StartAsync(Replies.Login(), Replies.Order, Replies.Login(), Replies.Order, Reply.Finish());
        await using var sessions = SessionHarness.Of(server, target);

        var record = await sessions.RunAsync();

        Assert.Equal([200, 401, 200, 201, null], record.Actions.Select(action => action.Status));
        Assert.Equal((SessionOutcome.Succeeded, new KeyValuePair<string, long>("reauth", 1)), (record.Outcome, Assert.Single(sessions.Metrics().Recoveries)));
    }

    [Fact]
    public async Task Run_LoginAgainThatDoesNotHelp_IsNoRecovery()
    {
        await using var target = await FakeTarget.StartAsync();
        target.Fault = (context, _) =>
        {
            if (context.Request.Path != "/orders")
            {
                return Task.FromResult(false);
            }
            context.Response.StatusCode = StatusCodes.Status401Unauthorized;
            return Task.FromResult(true);
        };
        await using var server = await FakeChatServer.StartAsync(Replies.Login(), Replies.Order, Replies.Login(), Replies.Order, Replies.Login(), Replies.Order, Reply.Finish());
        await using var sessions = SessionHarness.Of(server, target);

        var record = await sessions.RunAsync();

        Assert.Equal("repeated_failure: order http_401 3 times with the same arguments", record.Reason);
        var metrics = sessions.Metrics();
        Assert.Empty(metrics.Recoveries);
        Assert.Equal(("http_401", 3L), (Assert.Single(metrics.Errors).Value.Type, metrics.Errors.Values.Single().Count));
    }

    [Fact]
    public async Task Run_TokenExpiresTwice_CountsTwoRecoveries()
    {
        await using var target = await FakeTarget.StartAsync();
        target.Fault = (context, before) =>
        {
            if (context.Request.Path == "/orders" && before is 0 or 2)
            {
                target.ForgetLogins();
            }
            return Task.FromResult(false);
        };
        var reorder = Reply.Call("order", """{"itemId":"item-filter","quantity":1}""");
        await using var server = await FakeChatServer.StartAsync(
            Replies.Login(), Replies.Order, Replies.Login(), Replies.Order, reorder, Replies.Login(), reorder, Reply.Finish());
        await using var sessions = SessionHarness.Of(server, target);

        var record = await sessions.RunAsync();

        Assert.Equal([200, 401, 200, 201, 401, 200, 201, null], record.Actions.Select(action => action.Status));
        Assert.Equal((SessionOutcome.Succeeded, new KeyValuePair<string, long>("reauth", 2)), (record.Outcome, Assert.Single(sessions.Metrics().Recoveries)));
    }

    [Theory]
    [InlineData(503)]
    [InlineData(429)]
    public async Task Run_RetryAfter_WaitsAsToldWhenTheBrainRepeats(int status)
    {
        await using var target = await FakeTarget.StartAsync();
        target.Fault = async (context, before) =>
        {
            if (context.Request.Path != "/items" || before > 0)
            {
                return false;
            }
            context.Response.StatusCode = status;
            context.Response.Headers.RetryAfter = "1";
            await context.Response.WriteAsync("", context.RequestAborted);
            return true;
        };
        await using var server = await FakeChatServer.StartAsync(Replies.Login(), Replies.Items, Replies.Items, Replies.Order, Reply.Finish());
        await using var sessions = SessionHarness.Of(server, target);

        var record = await sessions.RunAsync();

        Assert.Equal(SessionOutcome.Succeeded, record.Outcome);
        Assert.Equal([200, status, 200, 201, null], record.Actions.Select(action => action.Status));
        Assert.True(record.DurationS > 0.9, $"{record.DurationS} s");
        Assert.Equal(new KeyValuePair<string, long>("retry_after", 1), Assert.Single(sessions.Metrics().Recoveries));
    }

    [Fact]
    public async Task Run_ModelFailsOnce_BacksOffAndGoesOn()
    {
        await using var target = await FakeTarget.StartAsync();
        var failed = false;
        var journey = Replies.Journey();
        await using var server = await FakeChatServer.StartAsync(request =>
        {
            if (request.Turn == 2 && !failed)
            {
                failed = true;
                return Reply.Error(503, "{}");
            }
            return journey[request.Turn];
        });
        await using var sessions = SessionHarness.Of(server, target);

        Assert.Equal(SessionOutcome.Succeeded, (await sessions.RunAsync()).Outcome);
        Assert.Equal(new KeyValuePair<string, long>("model_backoff", 1), Assert.Single(sessions.Metrics().Recoveries));
    }
}
