using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json;
using ApeTest.Targets.Http;
using ApeTest.Targets.Policy;
using ApeTest.Tests.Shared;
using Microsoft.AspNetCore.Http;

namespace ApeTest.Gateway.Tests.Forwarding;

/// <summary>What the gateway refuses.</summary>
public sealed class GatewaySafetyTests : ForwardingTest
{
    [Theory]
    [InlineData("http://evil.example", 403)]
    [InlineData("file:///etc/passwd", 400)]
    [InlineData("gopher://evil.example", 400)]
    [InlineData("http://u:p@evil.example", 400)]
    [InlineData("http://evil.example/path", 400)]
    [InlineData("nonsense", 400)]
    public async Task Forward_ForeignOrigin_IsRefused(string origin, int status)
    {
        await using var gateway = await TestService.GatewayAsync(new Uri("http://127.0.0.1:1"));

        using var response = await SendAsync(gateway, "/shop/x", headers: ("X-Ape-Origin", origin));

        Assert.Equal(status, (int)response.StatusCode);
        Assert.Equal("denied", (await ProblemAsync(response)).Error);
    }

    [Fact]
    public async Task Forward_UnknownTarget_Is403AndNamesTheKnown()
    {
        var log = new LogLines();
        await using var gateway = await TestService.GatewayAsync(new Uri("http://127.0.0.1:1"), log: log);

        using var response = await SendAsync(gateway, "/shopp/x/y?z=1");

        Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
        Assert.Equal(("target 'shopp' is not known; known: shop", "denied"), await ProblemAsync(response));
        Assert.Matches("^[0-9a-f]{32}$", response.Headers.GetValues("X-Trace-Id").Single());
        Assert.Equal("/x/y", (await log.NextAsync())["Path"]);
    }

    [Theory]
    [InlineData("X-HTTP-Method-Override", "DELETE")]
    [InlineData("x-http-method", "delete")]
    [InlineData("X-Method-Override", "PATCH, DELETE")]
    public async Task Forward_MethodOverride_IsJudgedToo(string header, string value)
    {
        var hits = 0;
        await using var target = await TestService.TargetAsync(_ =>
        {
            Interlocked.Increment(ref hits);
            return Task.CompletedTask;
        });
        await using var gateway = await TestService.GatewayAsync(target.Url, static options => options.Deny = ["DELETE /orders/**"]);

        using var denied = await SendAsync(gateway, "/shop/orders/1", HttpMethod.Post, headers: (header, value));
        using var other = await SendAsync(gateway, "/shop/orders/1", HttpMethod.Post, headers: (header, "PATCH"));

        Assert.Equal((HttpStatusCode.Forbidden, HttpStatusCode.OK, 1), (denied.StatusCode, other.StatusCode, hits));
    }

    [Fact]
    public async Task Forward_DenyRule_Is403AndNeverArrives()
    {
        var hits = 0;
        await using var target = await TestService.TargetAsync(_ =>
        {
            Interlocked.Increment(ref hits);
            return Task.CompletedTask;
        });
        await using var gateway = await TestService.GatewayAsync(target.Url, static options => options.Deny = ["POST /admin/**", "wipe"]);

        using var byPath = await SendAsync(gateway, "/shop/admin/users", HttpMethod.Post);
        using var byOperation = await SendAsync(gateway, "/shop/x", headers: ("X-Ape-Operation", "wipe"));
        using var allowed = await SendAsync(gateway, "/shop/admin/users");

        Assert.Equal((HttpStatusCode.Forbidden, HttpStatusCode.Forbidden, HttpStatusCode.OK), (byPath.StatusCode, byOperation.StatusCode, allowed.StatusCode));
        Assert.Equal(1, hits);
    }

    [Fact]
    public async Task Forward_BudgetExhausted_Is429()
    {
        await using var target = await TestService.TargetAsync(static _ => Task.CompletedTask);
        await using var gateway = await TestService.GatewayAsync(target.Url, limits: new LimitOptions { RequestBudget = 1 });

        using var first = await SendAsync(gateway, "/shop/");
        using var second = await SendAsync(gateway, "/shop/");

        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.TooManyRequests), (first.StatusCode, second.StatusCode));
        Assert.Equal("budget", (await ProblemAsync(second)).Error);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Forward_BodyOverLimit_Is413(bool chunked)
    {
        await using var target = await TestService.TargetAsync(static async context => await context.Request.Body.CopyToAsync(Stream.Null));
        await using var gateway = await TestService.GatewayAsync(target.Url, limits: new LimitOptions { BodyBytes = 1000 });
        HttpContent content = chunked ? new StreamContent(new UnseekableStream(new byte[1001])) : new ByteArrayContent(new byte[1001]);

        using var response = await SendAsync(gateway, "/shop/", HttpMethod.Post, content);

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, response.StatusCode);
        Assert.Equal(("the request body is over the limit of 1000 bytes (`limits.bodyBytes`)", "denied"), await ProblemAsync(response));
    }

    [Fact]
    public async Task Forward_WithToken_NeedsItAndStripsIt()
    {
        var seen = "none";
        await using var target = await TestService.TargetAsync(context =>
        {
            seen = context.Request.Headers["X-Ape-Token"].ToString();
            return Task.CompletedTask;
        });
        await using var gateway = await TestService.GatewayAsync(target.Url, token: "a-long-enough-service-token");
        using var without = new GatewayTransport(gateway.Url, null, TimeSpan.FromSeconds(5), TimeProvider.System);
        using var with = new GatewayTransport(gateway.Url, "a-long-enough-service-token", TimeSpan.FromSeconds(5), TimeProvider.System);
        var request = new TargetRequest { Method = HttpMethod.Get, Url = target.Url, Target = "shop" };

        var refused = await without.SendAsync(request, Cancellation);
        Assert.Equal((0, TargetErrors.Gateway, "none"), (refused.Status, refused.ErrorType, seen));
        var passed = await with.SendAsync(request, Cancellation);

        Assert.Equal((200, ""), (passed.Status, seen));
    }

    [Fact]
    public async Task Forward_DestructiveOnRemoteTarget_IsRefusedThroughTheTransport()
    {
        await using var gateway = await TestService.GatewayAsync(new Uri("http://api.example.invalid"));
        using var transport = new GatewayTransport(gateway.Url, null, TimeSpan.FromSeconds(5), TimeProvider.System);

        var exchange = await transport.SendAsync(
            new TargetRequest { Method = HttpMethod.Post, Url = new Uri("http://api.example.invalid/x"), Target = "shop", Operation = "wipe", Destructive = true }, Cancellation);

        Assert.Equal(TargetErrors.Denied, exchange.ErrorType);
        Assert.Contains("add \"wipe\" to `allow`", exchange.ErrorMessage, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("POST /shop/ HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 5\r\nContent-Length: 6\r\nConnection: close\r\n\r\nhello!")]
    [InlineData("POST /shop/ HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked, identity\r\nConnection: close\r\n\r\n0\r\n\r\n")]
    [InlineData("GET /shop/ HTTP/1.1\r\nHost: 127.0.0.1\r\nX-A : b\r\nConnection: close\r\n\r\n")]
    [InlineData("GET /shop/\u0001 HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")]
    [InlineData("GET /shop/ HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n")]
    public async Task Forward_HostileRequest_Is4xxAndNeverArrives(string request)
    {
        var hits = 0;
        await using var target = await TestService.TargetAsync(_ =>
        {
            Interlocked.Increment(ref hits);
            return Task.CompletedTask;
        });
        await using var gateway = await TestService.GatewayAsync(target.Url);

        var answer = await RawAsync(gateway.Url, request);

        Assert.Matches("^HTTP/1.1 4\\d\\d ", answer);
        Assert.Equal(0, hits);
        using var still = await SendAsync(gateway, "/shop/");
        Assert.Equal(HttpStatusCode.OK, still.StatusCode);
    }

    private sealed class UnseekableStream(byte[] bytes) : MemoryStream(bytes)
    {
        public override bool CanSeek => false;
    }
}
