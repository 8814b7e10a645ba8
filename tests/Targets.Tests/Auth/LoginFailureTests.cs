using System.Net;
using ApeTest.Targets.Auth;
using ApeTest.Targets.Http;
using ApeTest.Targets.Policy;
using ApeTest.Tests.Shared;
using Microsoft.AspNetCore.Http;

namespace ApeTest.Targets.Tests.Auth;

/// <summary>What requests get where the login that they need fails.</summary>
public sealed class LoginFailureTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(403, "{\"error\":\"s3cret-of-the-answer\"}", "answered 403", "a token at $.access_token")]
    [InlineData(200, "s3cret-of-the-answer", "a body that is not JSON", "a token at $.access_token")]
    [InlineData(200, "{\"token\":\"s3cret-of-the-answer\"}", "answered 200 without a token", "a token at $.access_token")]
    [InlineData(200, "{\"access_token\":{\"x\":\"s3cret-of-the-answer\"}}", "answered 200 without a token", "a token at $.access_token")]
    [InlineData(200, "{\"access_token\":\"\"}", "a token that is empty or cannot stand in a header", "a token at $.access_token")]
    [InlineData(200, "{\"access_token\":\"s3cret\\r\\nX-Forged: 1\"}", "a token that is empty or cannot stand in a header", "a token at $.access_token")]
    [InlineData(302, "", "answered 302 with a body that is not JSON", "a token at $.access_token")]
    public async Task SendAsync_LoginWithoutToken_IsALoginErrorThatTellsNoSecret(int status, string body, string what, string lookedFor)
    {
        await using var target = await LoginTarget.StartAsync();
        target.LoginAnswer = context =>
        {
            context.Response.StatusCode = status;
            return context.Response.WriteAsync(body);
        };
        using var transport = target.Transport(static login =>
        {
            login.Path = "/login?key=s3cret-in-query";
            login.Json = Some.Json("""{"password":"s3cret-in-body"}""");
            login.Headers["X-Client-Secret"] = "s3cret-in-header";
        });

        var exchange = await transport.SendAsync(target.Get(), Cancellation);

        Assert.Equal((0, TargetErrors.Login), (exchange.Status, exchange.ErrorType));
        Assert.Contains("the login of target 'shop' failed: POST /login ", exchange.ErrorMessage, StringComparison.Ordinal);
        Assert.Contains(what, exchange.ErrorMessage, StringComparison.Ordinal);
        Assert.Contains(lookedFor, exchange.ErrorMessage, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret", exchange.ErrorMessage, StringComparison.Ordinal);
        Assert.Empty(target.Calls);
    }

    [Theory]
    [InlineData("other=1")]
    [InlineData("sid=; Max-Age=0")]
    [InlineData("SID=x")]
    public async Task SendAsync_LoginWithoutCookie_IsALoginError(string cookie)
    {
        await using var target = await LoginTarget.StartAsync();
        target.LoginAnswer = context =>
        {
            context.Response.Headers.SetCookie = cookie;
            return Task.CompletedTask;
        };
        using var transport = target.Transport(static login => (login.Token, login.Cookie) = (null, "sid"));

        var exchange = await transport.SendAsync(target.Get(), Cancellation);

        Assert.Equal(TargetErrors.Login, exchange.ErrorType);
        Assert.Contains("looked for the cookie 'sid'", exchange.ErrorMessage, StringComparison.Ordinal);
    }

    [Fact]
    public async Task SendAsync_LoginUnreachable_IsALoginError()
    {
        var url = new Uri($"http://127.0.0.1:{FreePort.Take()}");
        using var transport = Some.Transport(url, static options => options.Auth = new AuthOptions { Type = AuthType.Login, Login = new LoginOptions { Path = "/login", Token = "$.t" } });

        var exchange = await transport.SendAsync(Some.Get(url), Cancellation);

        Assert.Equal(TargetErrors.Login, exchange.ErrorType);
        Assert.Contains("no connection", exchange.ErrorMessage, StringComparison.Ordinal);
    }

    [Fact]
    public async Task SendAsync_LoginHangs_IsALoginErrorAfterTheTargetsTimeLimit()
    {
        var time = new FakeTimeProvider();
        var entered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var target = await LoginTarget.StartAsync();
        target.LoginAnswer = context =>
        {
            entered.TrySetResult();
            return Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted);
        };
        using var transport = target.Transport(static login => login.PerSession = false, static options => options.Timeout = "2s", time);

        var first = transport.SendAsync(target.Get(), Cancellation).AsTask();
        await entered.Task.Within(Cancellation);
        time.Advance(TimeSpan.FromSeconds(2));
        await first.Within(Cancellation);

        // The first request's own limit may have been first; one that comes now gets the login's end.
        var exchange = await transport.SendAsync(target.Get(), Cancellation).AsTask().Within(Cancellation);
        Assert.Equal(TargetErrors.Login, exchange.ErrorType);
        Assert.Contains("no answer in time", exchange.ErrorMessage, StringComparison.Ordinal);
        target.LoginAnswer = null;
        time.Advance(LoginSlot.FailureMemory);
        Assert.Equal(200, (await transport.SendAsync(target.Get(), Cancellation).AsTask().Within(Cancellation)).Status);
    }

    [Fact]
    public async Task SendAsync_FailedLogin_IsRememberedBriefly()
    {
        var time = new FakeTimeProvider();
        await using var target = await LoginTarget.StartAsync();
        target.LoginAnswer = static context =>
        {
            context.Response.StatusCode = 500;
            return Task.CompletedTask;
        };
        using var transport = target.Transport(time: time);

        var exchanges = await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => transport.SendAsync(target.Get(), Cancellation).AsTask())).Within(Cancellation);
        Assert.All(exchanges, static exchange => Assert.Equal(TargetErrors.Login, exchange.ErrorType));
        Assert.Equal(1, target.Logins);
        target.LoginAnswer = null;
        Assert.Equal(TargetErrors.Login, (await transport.SendAsync(target.Get(), Cancellation)).ErrorType);

        time.Advance(LoginSlot.FailureMemory);

        Assert.Equal((200, 2), ((await transport.SendAsync(target.Get(), Cancellation)).Status, target.Logins));
    }

    [Fact]
    public async Task SendAsync_RenewalFails_IsALoginErrorNotThe401()
    {
        await using var target = await LoginTarget.StartAsync();
        using var transport = target.Transport();
        await transport.SendAsync(target.Get(), Cancellation);
        target.RevokeAll();
        target.LoginAnswer = static context =>
        {
            context.Response.StatusCode = 503;
            return Task.CompletedTask;
        };

        var exchange = await transport.SendAsync(target.Get(), Cancellation);

        Assert.Equal((0, TargetErrors.Login), (exchange.Status, exchange.ErrorType));
    }

    [Fact]
    public async Task SendAsync_LoginOverTheBudget_IsTheBudgetsRefusal()
    {
        await using var target = await LoginTarget.StartAsync();
        using var transport = target.Transport(limits: new LimitOptions { RequestBudget = 1 });

        var exchange = await transport.SendAsync(target.Get(), Cancellation);

        Assert.Equal((TargetErrors.Budget, 0), (exchange.ErrorType, target.Logins));
    }
}
