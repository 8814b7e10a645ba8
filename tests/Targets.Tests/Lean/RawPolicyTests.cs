using ApeTest.Targets.Auth;
using ApeTest.Targets.Http;
using ApeTest.Targets.Lean;
using ApeTest.Targets.Policy;
using ApeTest.Targets.Raw;

namespace ApeTest.Targets.Tests.Lean;

/// <summary>The policy holds for bytes as it holds for requests of any other kind, in the same words.</summary>
public sealed class RawPolicyTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static TheoryData<string, string, string, string> Refused { get; } = new()
    {
        { "GET", "/admin/users", "", "GET /admin/users is denied by a rule in `deny` of target 'shop'" },
        { "GET", "/ADMIN/a%2Fb", "", "GET /ADMIN/a%2Fb is denied by a rule in `deny` of target 'shop'" },
        { "GET", "/shop/..%2fadmin", "", "the path holds a hidden dot segment: write it without `.` and `..`" },
        { "GET", "/shop/..;/admin", "", "the path holds a hidden dot segment: write it without `.` and `..`" },
        { "TRACE", "/", "", "TRACE is not forwarded: its answer would show the target's credentials, or open a tunnel" },
        { "POST", "/admin", "X-HTTP-Method-Override: PUT\r\n", "POST /admin is denied by a rule in `deny` of target 'shop'" },
        { "POST", "/items", "x-http-method-OVERRIDE: GET, PURGE\r\n", "PURGE /items is denied by a rule in `deny` of target 'shop'" },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public async Task SendAsync_RefusedRequest_NeverLeavesAndSaysTheSameAsTheGeneralWay(string method, string target, string headers, string message)
    {
        await using var server = ScriptedServer.Always(ScriptedConnection.Fine);
        foreach (var way in new[] { RawWay.Lean, RawWay.Sockets })
        {
            using var agent = new RawWay(way, server.Url, options => options.Deny = ["* /admin/**", "PURGE /**"]);

            var seen = await agent.SendAsync(target, method, headers: headers);

            Assert.Equal((way, 0, TargetErrors.Denied, message), (way, seen.Status, seen.ErrorType, seen.Message));
            Assert.Equal(0, agent.Policy.Requests);
        }
        Assert.Equal(0, server.Connections);
    }

    [Fact]
    public async Task SendAsync_DotSegmentsInARenderedValue_AreRefusedWithoutRulesToo()
    {
        await using var server = ScriptedServer.Always(ScriptedConnection.Fine);
        using var agent = new RawWay(RawWay.Lean, server.Url);

        foreach (var target in new[] { "/orders/..", "/orders/../admin", "/orders/%2e%2e/admin", "/./x", "/orders/..\\admin" })
        {
            Assert.Equal((target, TargetErrors.Denied), (target, (await agent.SendAsync(target)).ErrorType));
        }
        foreach (var target in new[] { "/", "/orders/", "/orders/a%20b?c=../d", "/a.b", "/a//b" })
        {
            Assert.Equal((target, null), (target, (await agent.SendAsync(target)).ErrorType));
        }
    }

    [Fact]
    public async Task SendAsync_DestructiveOnAForeignTarget_IsDeniedUnlessAllowed()
    {
        foreach (var way in new[] { RawWay.Lean, RawWay.Sockets })
        {
            using var agent = new RawWay(way, new Uri("http://shop.example"), options => options.Allow = ["DELETE /carts/*"],
                new LeanOptions { Resolve = static (_, _) => throw new System.Net.Sockets.SocketException((int)System.Net.Sockets.SocketError.HostNotFound) });

            var refused = await agent.SendAsync("/orders/1", "DELETE", operation: "remove");
            var allowed = await agent.SendAsync("/carts/1", "DELETE", operation: "remove");

            Assert.Equal((TargetErrors.Denied, "DELETE /orders/1 is destructive and target 'shop' is not on this machine; to allow it, add \"remove\" to `allow` of the target"),
                (refused.ErrorType, refused.Message));
            Assert.Equal(TargetErrors.Dns, allowed.ErrorType);
        }
    }

    [Fact]
    public async Task SendAsync_HostNotAllowed_IsDenied()
    {
        await using var server = ScriptedServer.Always(ScriptedConnection.Fine);
        foreach (var way in new[] { RawWay.Lean, RawWay.Sockets })
        {
            using var agent = new RawWay(way, server.Url);

            var seen = await agent.SendAsync(server: new Uri("http://127.0.0.1:9"));

            Assert.Equal("host 127.0.0.1:9 is not on the allow-list of target 'shop'; to allow it, add \"127.0.0.1:9\" to `hosts`", seen.Message);
        }
    }

    [Fact]
    public async Task SendAsync_BudgetAndBodyLimit_HoldAlike()
    {
        await using var server = ScriptedServer.Always(ScriptedConnection.Fine);
        foreach (var way in new[] { RawWay.Lean, RawWay.Sockets })
        {
            using var agent = new RawWay(way, server.Url, limits: new LimitOptions { RequestBudget = 2, BodyBytes = 10 });

            Assert.Equal("the request body of 11 bytes is over the limit of 10 (`limits.bodyBytes`)", (await agent.SendAsync(method: "POST", body: "01234567890")).Message);
            Assert.Null((await agent.SendAsync()).ErrorType);
            Assert.Null((await agent.SendAsync()).ErrorType);
            Assert.Equal((TargetErrors.Budget, "the request budget of 2 (`limits.requestBudget`) is exhausted"),
                ((await agent.SendAsync()) is var seen ? seen.ErrorType : null, (await agent.SendAsync()).Message));
            Assert.Equal(2, agent.Policy.Requests);
        }
    }

    [Theory]
    [InlineData(false, "own")]
    [InlineData(true, "Bearer configured")]
    public async Task SendAsync_ConfiguredAuthorization_IsReplacedUnlessItOverrides(bool overrides, string expected)
    {
        foreach (var way in new[] { RawWay.Lean, RawWay.Sockets })
        {
            string? got = null;
            await using var server = new ScriptedServer(async connection =>
            {
                got = await connection.ReadRequestAsync();
                await connection.SendAsync(ScriptedConnection.Fine);
            });
            using var agent = new RawWay(way, server.Url, options => options.Auth = new() { Type = AuthType.Bearer, Token = "configured", Override = overrides });

            await agent.SendAsync(headers: "authorization: own\r\n");

            Assert.Equal(expected, Assert.Single(got!.Split("\r\n"), static line => line.StartsWith("authorization:", StringComparison.OrdinalIgnoreCase))[15..].Trim());
        }
    }

    [Fact]
    public void CanServe_TargetThatNeedsMore_SaysWhy()
    {
        var plain = Some.Policy(new Uri("http://127.0.0.1:5080"));
        Assert.Equal((OperatingSystem.IsLinux(), OperatingSystem.IsLinux() ? null : "this is not Linux"), (LeanTransports.CanServe(plain, "shop", out var none), none));

        Assert.False(LeanTransports.CanServe(Some.Policy(new Uri("https://127.0.0.1:5080")), "shop", out var tls));
        Assert.Equal("the target speaks TLS", tls);
        Assert.False(LeanTransports.CanServe(Some.Policy(new Uri("http://127.0.0.1:5080"), static options => options.Retry.Attempts = 2), "shop", out var retries));
        Assert.Equal("the target has retries or a circuit breaker", retries);
        Assert.False(LeanTransports.CanServe(plain, "other", out var unknown));
        Assert.Equal("target 'other' is not known", unknown);
    }

    [Fact]
    public async Task SendAsync_SteadyState_AllocatesNothing()
    {
        await using var server = ScriptedServer.Always(ScriptedConnection.Fine);
        using var agent = new RawWay(RawWay.Lean, server.Url, options => options.Headers = new Dictionary<string, string> { ["X-Tenant"] = "t1" });
        var route = new RawRoute(agent.Policy, "shop", "step", server.Url, "POST");

        var allocated = await agent.OnLoop(async () =>
        {
            var (request, exchange) = (new RawRequest(), new RawExchange());
            RawWay.Fill(request, route, "/orders/17", "{}", "Authorization: Bearer x\r\n");
            long before = 0;
            for (var i = 0; i < 600; i++)
            {
                if (i == 300)
                {
                    before = GC.GetAllocatedBytesForCurrentThread();
                }
                await agent.Transport.SendAsync(request, exchange, Cancellation);
            }
            return GC.GetAllocatedBytesForCurrentThread() - before;
        });

        Assert.InRange(allocated, 0, 2000);
    }
}
