using System.Diagnostics;
using System.Text;
using ApeTest.Targets.Auth;
using ApeTest.Targets.Http;
using ApeTest.Targets.Policy;
using ApeTest.Tests.Shared;
using Microsoft.AspNetCore.Http;

namespace ApeTest.Targets.Tests.Auth;

/// <summary>Login-derived auth: what the login call looks like, whom its credential is shown, and when it is made again.</summary>
public sealed class TargetLoginTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task SendAsync_FirstRequests_LogInOnceWithJson()
    {
        await using var target = await LoginTarget.StartAsync();
        using var transport = target.Transport(static login =>
        {
            login.Json = Some.Json("""{"user":"ann","password":"s3cret"}""");
            login.Headers["X-Client"] = "gateway";
        });

        var first = await transport.SendAsync(target.Get(), Cancellation);
        var second = await transport.SendAsync(target.Get(), Cancellation);

        Assert.Equal((200, 200), (first.Status, second.Status));
        Assert.Equal((0, 0), (first.Timing.Retries, second.Timing.Retries));
        var login = Assert.Single(target.LoginCalls);
        Assert.Equal(("POST /login", "application/json"), (login.Line, login.ContentType));
        Assert.Equal("ann", Some.Json(login.Body).GetProperty("user").GetString());
        Assert.Equal("gateway", login.Headers["X-Client"]);
        Assert.All(target.Calls, static call => Assert.Equal("Bearer token-1", call.Authorization));
    }

    [Fact]
    public async Task SendAsync_FormLogin_IsUrlEncoded()
    {
        await using var target = await LoginTarget.StartAsync();
        using var transport = target.Transport(static login =>
        {
            login.Path = "/login?tenant=t%201";
            login.Form = new Dictionary<string, string> { ["user"] = "ann b", ["password"] = "a&b=c+ü" };
        });

        await transport.SendAsync(target.Get(), Cancellation);

        var login = Assert.Single(target.LoginCalls);
        Assert.Equal(("POST /login?tenant=t%201", "application/x-www-form-urlencoded", "user=ann+b&password=a%26b%3Dc%2B%C3%BC"), (login.Line, login.ContentType, login.Body));
    }

    [Theory]
    [InlineData("$.data.items[0].jwt", "Authorization", null, "Bearer token-1")]
    [InlineData("$.access_token", "Authorization", "Token", "Token token-1")]
    [InlineData("$.access_token", "Authorization", "", "token-1")]
    [InlineData("$['access_token']", "X-Auth", null, "token-1")]
    [InlineData("$.access_token", "X-Auth", "Bearer", "Bearer token-1")]
    public async Task SendAsync_Token_IsShownInHeaderWithScheme(string path, string header, string? scheme, string expected)
    {
        await using var target = await LoginTarget.StartAsync();
        target.Header = header;
        using var transport = target.Transport(login => (login.Token, login.Header, login.Scheme) = (path, header, scheme));

        await transport.SendAsync(target.Get(), Cancellation);

        Assert.Equal(expected, Assert.Single(target.Calls, static call => call.Path == "/me" && call.Status != 0).Headers[header]);
    }

    [Theory]
    [InlineData(null, "sid=token-1")]
    [InlineData("a=1; b=2", "a=1; b=2; sid=token-1")]
    public async Task SendAsync_Cookie_IsMergedIntoTheRequestsOwn(string? own, string expected)
    {
        await using var target = await LoginTarget.StartAsync();
        using var transport = target.Transport(static login => (login.Token, login.Cookie) = (null, "sid"));

        var exchange = await transport.SendAsync(target.Get() with { Headers = own is null ? null : [new("Cookie", own)] }, Cancellation);

        Assert.Equal((200, expected), (exchange.Status, Assert.Single(target.Calls).Cookie));
    }

    [Theory]
    [InlineData("Authorization", "Bearer own", null)]
    [InlineData("Cookie", "a=1; sid=own", "sid")]
    [InlineData("X-Auth", "own", null)]
    public async Task SendAsync_OwnCredential_GoesAsItIsWithoutALogin(string header, string value, string? cookie)
    {
        await using var target = await LoginTarget.StartAsync();
        using var transport = target.Transport(login => (login.Token, login.Cookie, login.Header) = (cookie is null ? "$.access_token" : null, cookie, header == "Cookie" ? "Authorization" : header));

        var exchange = await transport.SendAsync(target.Get() with { Headers = [new(header, value)], HasAuthorization = header == "Authorization" }, Cancellation);

        Assert.Equal((401, 0, value), (exchange.Status, target.Logins, Assert.Single(target.Calls).Headers[header].ToString()));
    }

    [Theory]
    [InlineData(null, "Authorization", "Bearer own", "Bearer token-1")]
    [InlineData("sid", "Cookie", "sid=own; a=1", "a=1; sid=token-1")]
    public async Task SendAsync_Override_ReplacesOwnCredential(string? cookie, string header, string value, string expected)
    {
        await using var target = await LoginTarget.StartAsync();
        using var transport = target.Transport(
            login => (login.Token, login.Cookie) = (cookie is null ? "$.access_token" : null, cookie), static options => options.Auth.Override = true);

        var exchange = await transport.SendAsync(target.Get() with { Headers = [new(header, value)], HasAuthorization = header == "Authorization" }, Cancellation);

        Assert.Equal((200, expected), (exchange.Status, Assert.Single(target.Calls).Headers[header].ToString()));
    }

    [Fact]
    public async Task SendAsync_ConfiguredHeaderOfTheSameName_YieldsToTheLogin()
    {
        await using var target = await LoginTarget.StartAsync();
        using var transport = target.Transport(target: static options => options.Headers["authorization"] = "Bearer stale");

        await transport.SendAsync(target.Get(), Cancellation);

        Assert.Equal("Bearer token-1", Assert.Single(target.Calls).Authorization);
    }

    [Fact]
    public async Task SendAsync_RefusedCredential_IsRenewedOnceAndCounted()
    {
        await using var target = await LoginTarget.StartAsync();
        using var transport = target.Transport();
        await transport.SendAsync(target.Get(), Cancellation);
        target.RevokeAll();

        var renewed = await transport.SendAsync(target.Get() with { }, Cancellation);

        Assert.Equal((200, 1, "login", 2), (renewed.Status, renewed.Timing.Retries, renewed.RetryReason, target.Logins));
        Assert.Equal([200, 401, 200], target.Calls.Select(static call => call.Status));
    }

    [Fact]
    public async Task SendAsync_AlwaysRefused_AnswersThe401AndDoesNotHammerTheLogin()
    {
        var time = new FakeTimeProvider();
        await using var target = await LoginTarget.StartAsync();
        target.Before = _ =>
        {
            target.RevokeAll();
            return Task.CompletedTask;
        };
        using var transport = target.Transport(time: time);

        for (var i = 0; i < 5; i++)
        {
            Assert.Equal(401, (await transport.SendAsync(target.Get(), Cancellation)).Status);
        }
        Assert.Equal(2, target.Logins);
        time.Advance(LoginSlot.FailureMemory);
        Assert.Equal(401, (await transport.SendAsync(target.Get(), Cancellation)).Status);

        Assert.Equal(3, target.Logins);
    }

    [Fact]
    public async Task SendAsync_ManyRefusedAtOnce_CauseOneLogin()
    {
        const int Requests = 1000;
        await using var target = await LoginTarget.StartAsync();
        using var transport = target.Transport();
        await transport.SendAsync(target.Get(), Cancellation);
        target.RevokeAll();

        var exchanges = await Task.WhenAll(Enumerable.Range(0, Requests).Select(_ => transport.SendAsync(target.Get(), Cancellation).AsTask())).Within(Cancellation);

        Assert.All(exchanges, static exchange => Assert.Equal(200, exchange.Status));
        Assert.Equal(2, target.Logins);
    }

    [Fact]
    public async Task SendAsync_ManyAtOnceBeforeTheFirstLogin_ShareIt()
    {
        await using var target = await LoginTarget.StartAsync();
        using var transport = target.Transport();

        var exchanges = await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => transport.SendAsync(target.Get(), Cancellation).AsTask())).Within(Cancellation);

        Assert.All(exchanges, static exchange => Assert.Equal(200, exchange.Status));
        Assert.Equal(1, target.Logins);
    }

    [Fact]
    public async Task SendAsync_PerSession_SessionsNeverShare()
    {
        await using var target = await LoginTarget.StartAsync();
        using var transport = target.Transport(static login => login.PerSession = true);
        var sessions = Enumerable.Range(0, 20).Select(static i => $"0-{i}").ToArray();

        var exchanges = await Task.WhenAll(sessions.SelectMany(session => Enumerable.Range(0, 5).Select(async _ =>
            (Session: session, Token: Encoding.UTF8.GetString((await transport.SendAsync(target.Get(session: session), Cancellation)).Body.Span))))).Within(Cancellation);

        Assert.Equal(sessions.Length, target.Logins);
        Assert.All(exchanges.GroupBy(static exchange => exchange.Session), static session => Assert.Single(session.Select(static exchange => exchange.Token).Distinct()));
        Assert.Equal(sessions.Length, exchanges.Select(static exchange => exchange.Token).Distinct().Count());
        // The same session id of another run is another session; requests without one share theirs.
        await transport.SendAsync(target.Get() with { Identity = new ActionIdentity("run-2", "0-1", "0", 1) }, Cancellation);
        await transport.SendAsync(target.Get(), Cancellation);
        await transport.SendAsync(target.Get(), Cancellation);
        Assert.Equal(sessions.Length + 2, target.Logins);
    }

    [Theory]
    [InlineData(1000, 200, 1)]
    [InlineData(ReplayableContent.Limit * 2, 200, 1)]
    public async Task SendAsync_BodyOfARefusedRequest_IsSentAgain(int length, int status, int retries)
    {
        await using var target = await LoginTarget.StartAsync();
        using var transport = target.Transport();
        await transport.SendAsync(target.Get(), Cancellation);
        target.RevokeAll();
        var body = new string('b', length);

        // In process the body is in memory anyway: any length can be sent again.
        var exchange = await transport.SendAsync(
            new TargetRequest { Method = HttpMethod.Post, Url = new Uri(target.Url, "/orders"), Target = "shop", Body = Encoding.ASCII.GetBytes(body), ContentType = "text/plain" }, Cancellation);

        Assert.Equal((status, retries), (exchange.Status, exchange.Timing.Retries));
        Assert.Equal([body, body], target.Calls.Where(static call => call.Path == "/orders").Select(static call => call.Body));
    }

    [Fact]
    public async Task SendAsync_OneWaiterGivesUp_TheOthersGetTheLogin()
    {
        var entered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var target = await LoginTarget.StartAsync();
        target.BeforeLogin = async () =>
        {
            entered.SetResult();
            await release.Task;
        };
        using var transport = target.Transport();
        using var gone = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);

        // The one that gives up is the one that began the login.
        var first = transport.SendAsync(target.Get(), gone.Token).AsTask();
        await entered.Task.Within(Cancellation);
        var second = transport.SendAsync(target.Get(), Cancellation).AsTask();
        await gone.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        release.SetResult();
        var exchange = await second.Within(Cancellation);

        Assert.Equal((200, 1), (exchange.Status, target.Logins));
    }

    [Fact]
    public async Task SendAsync_Login_CarriesTheTraceAndTakesOfTheBudget()
    {
        await using var target = await LoginTarget.StartAsync();
        using var transport = target.Transport(limits: new LimitOptions { RequestBudget = 2 });
        var trace = new ActivityContext(ActivityTraceId.CreateRandom(), ActivitySpanId.CreateRandom(), ActivityTraceFlags.Recorded);

        var first = await transport.SendAsync(target.Get() with { Trace = trace }, Cancellation);
        var second = await transport.SendAsync(target.Get(), Cancellation);

        Assert.Equal((200, TargetErrors.Budget), (first.Status, second.ErrorType));
        var headers = Assert.Single(target.LoginCalls).Headers;
        Assert.Equal(trace.TraceId.ToHexString(), headers["X-Trace-Id"]);
        Assert.StartsWith($"00-{trace.TraceId.ToHexString()}-", headers.TraceParent.ToString(), StringComparison.Ordinal);
        Assert.NotEqual(target.Calls.First().Headers.TraceParent.ToString(), headers.TraceParent.ToString());
    }

    [Fact]
    public async Task SendAsync_FurtherHost_IsNotShownTheCredential()
    {
        await using var target = await LoginTarget.StartAsync();
        var seen = "";
        await using var other = await TestTarget.StartAsync(context =>
        {
            seen = string.Join('|', context.Request.Headers.Select(static header => $"{header.Key}={header.Value}"));
            return Task.CompletedTask;
        });
        using var transport = target.Transport(target: options =>
        {
            options.Hosts = [other.Url.Authority];
            options.Headers["X-Tenant"] = "t1";
        });
        await transport.SendAsync(target.Get(), Cancellation);

        var exchange = await transport.SendAsync(new TargetRequest { Method = HttpMethod.Get, Url = other.Url, Target = "shop" }, Cancellation);

        Assert.Equal(200, exchange.Status);
        Assert.Contains("X-Trace-Id=", seen, StringComparison.Ordinal);
        Assert.DoesNotContain("token-1", seen, StringComparison.Ordinal);
        Assert.DoesNotContain("t1", seen, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_MoreSessionsThanTheLimit_ForgetsTheLeastRecentlyUsed()
    {
        var slots = new LoginSlots(3, TimeProvider.System);
        var first = slots.Of(Session("a"));
        var second = slots.Of(Session("b"));
        slots.Of(Session("c"));
        Assert.Same(first, slots.Of(Session("a")));

        slots.Of(Session("d"));

        Assert.Equal(3, slots.Count);
        Assert.Same(first, slots.Of(Session("a")));
        Assert.NotSame(second, slots.Of(Session("b")));

        static ActionIdentity Session(string id) => new("run-1", id, "0", 1);
    }
}
