using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using ApeTest.Targets.Http;
using ApeTest.Targets.Policy;
using ApeTest.Tests.Shared;
using Microsoft.AspNetCore.Http;

namespace ApeTest.Gateway.Tests.Forwarding;

/// <summary>What the gateway forwards, and how.</summary>
public sealed class GatewayForwarderTests : ForwardingTest
{
    [Fact]
    public async Task Forward_Request_ReachesTargetAsAClientWouldSendIt()
    {
        var seen = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        var line = "";
        await using var target = await TestService.TargetAsync(async context =>
        {
            line = $"{context.Request.Method} {context.Request.Path}{context.Request.QueryString} {await new StreamReader(context.Request.Body).ReadToEndAsync(Cancellation)}";
            foreach (var header in context.Request.Headers)
            {
                seen[header.Key] = header.Value.ToString();
            }
        });
        await using var gateway = await TestService.GatewayAsync(target.Url);

        using var response = await SendAsync(
            gateway, "/shop/orders?a=b%20c", HttpMethod.Post, new StringContent("hello"),
            ("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"), ("baggage", "ape.run=r1"), ("Authorization", "Bearer own"), ("Cookie", "sid=1"),
            ("X-Ape-Operation", "createOrder"), ("X-Ape-Something", "new"));

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("POST /orders?a=b%20c hello", line);
        Assert.Equal(target.Url.Authority, seen["Host"]);
        Assert.Equal("4bf92f3577b34da6a3ce929d0e0e4736", seen["X-Trace-Id"]);
        Assert.StartsWith("00-4bf92f3577b34da6a3ce929d0e0e4736-", seen["traceparent"], StringComparison.Ordinal);
        Assert.EndsWith("-01", seen["traceparent"], StringComparison.Ordinal);
        Assert.Equal(("Bearer own", "sid=1"), (seen["Authorization"], seen["Cookie"]));
        Assert.DoesNotContain(seen.Keys, static name => name.StartsWith("X-Ape-", StringComparison.OrdinalIgnoreCase) || name.Equals("baggage", StringComparison.OrdinalIgnoreCase));
        Assert.Equal("4bf92f3577b34da6a3ce929d0e0e4736", response.Headers.GetValues("X-Trace-Id").Single());
    }

    [Theory]
    [InlineData(null)]
    [InlineData("nonsense")]
    [InlineData("00-00000000000000000000000000000000-00f067aa0ba902b7-01")]
    public async Task Forward_NoValidTrace_CreatesOne(string? traceparent)
    {
        var arrived = "";
        await using var target = await TestService.TargetAsync(context =>
        {
            arrived = context.Request.Headers.TraceParent.ToString();
            return Task.CompletedTask;
        });
        await using var gateway = await TestService.GatewayAsync(target.Url);

        using var response = await SendAsync(gateway, "/shop/", headers: traceparent is null ? [] : [("traceparent", traceparent)]);

        var id = response.Headers.GetValues("X-Trace-Id").Single();
        Assert.Matches("^[0-9a-f]{32}$", id);
        Assert.NotEqual(new string('0', 32), id);
        Assert.Equal(id, arrived[3..35]);
    }

    [Theory]
    [InlineData("/shop", "/")]
    [InlineData("/shop/", "/")]
    [InlineData("/shop?x=1", "/?x=1")]
    [InlineData("/shop/a%2Fb/c%20d", "/a%2Fb/c%20d")]
    [InlineData("/shop/a//b", "/a//b")]
    public async Task Forward_Path_StaysAsItIs(string path, string expected)
    {
        var raw = "";
        await using var target = await TestService.TargetAsync(context =>
        {
            raw = context.Features.Get<Microsoft.AspNetCore.Http.Features.IHttpRequestFeature>()!.RawTarget;
            return Task.CompletedTask;
        });
        await using var gateway = await TestService.GatewayAsync(target.Url);

        using var response = await SendAsync(gateway, path);

        Assert.Equal(expected, raw);
    }

    [Fact]
    public async Task Forward_BasePath_IsPutBeforeAndNotLeft()
    {
        var paths = new List<string>();
        await using var target = await TestService.TargetAsync(context =>
        {
            paths.Add(context.Request.Path);
            return Task.CompletedTask;
        });
        await using var gateway = await TestService.GatewayAsync(new Uri(target.Url, "/api/v1"));

        using var inside = await SendAsync(gateway, "/shop/orders");
        var outside = await RawAsync(gateway.Url, "GET /shop/%2e%2e/%2e%2e/admin HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n");

        Assert.Equal(["/api/v1/orders"], paths);
        Assert.DoesNotContain(" 200 ", outside.Split('\n')[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Forward_OriginHeader_MeansThePathOfThatOrigin()
    {
        var path = "";
        await using var target = await TestService.TargetAsync(context =>
        {
            path = context.Request.Path;
            return Task.CompletedTask;
        });
        await using var gateway = await TestService.GatewayAsync(new Uri(target.Url, "/api/v1"));

        using var response = await SendAsync(gateway, "/shop/other/place", headers: ("X-Ape-Origin", target.Url.GetLeftPart(UriPartial.Authority)));

        Assert.Equal((HttpStatusCode.OK, "/other/place"), (response.StatusCode, path));
    }

    [Fact]
    public async Task Forward_TargetDown_Is502WithItsErrorType()
    {
        var port = FreePort.Take();
        var log = new LogLines();
        await using var gateway = await TestService.GatewayAsync(new Uri($"http://127.0.0.1:{port}"), log: log);

        using var response = await SendAsync(gateway, "/shop/");

        Assert.Equal(HttpStatusCode.BadGateway, response.StatusCode);
        var (detail, error) = await ProblemAsync(response);
        Assert.Equal("connect", error);
        Assert.Contains($"target 'shop' at 127.0.0.1:{port}", detail, StringComparison.Ordinal);
        Assert.True(ApeHeaders.TryParseTiming(response.Headers.GetValues("X-Ape-Timing").Single(), out _));
        // A failing target is expected of a test tool: one line, no complaint.
        Assert.Equal("connect", (await log.NextAsync())["ErrorType"]);
        Assert.Empty(log.Complaints);
    }

    [Fact]
    public async Task Forward_NameThatDoesNotResolve_IsDns()
    {
        await using var gateway = await TestService.GatewayAsync(new Uri("http://no-such-host.invalid"));

        using var response = await SendAsync(gateway, "/shop/");

        Assert.Equal((HttpStatusCode.BadGateway, "dns"), (response.StatusCode, (await ProblemAsync(response)).Error));
    }

    [Fact]
    public async Task Forward_TargetHangs_Is504()
    {
        await using var target = await TestService.TargetAsync(static context => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted));
        await using var gateway = await TestService.GatewayAsync(target.Url, static options => options.Timeout = "200ms");

        using var response = await SendAsync(gateway, "/shop/");

        Assert.Equal((HttpStatusCode.GatewayTimeout, "timeout"), (response.StatusCode, (await ProblemAsync(response)).Error));
    }

    [Fact]
    public async Task Forward_TargetsOwn502_IsPassedWithoutOurMark()
    {
        await using var target = await TestService.TargetAsync(static context =>
        {
            context.Response.StatusCode = 502;
            context.Response.Headers["X-Ape-Error"] = "denied";
            context.Response.Headers["X-Ape-Timing"] = "gateway=9,target=9,retries=9,fault=planted";
            context.Response.Headers.Location = "http://elsewhere/";
            return context.Response.WriteAsync("own");
        });
        await using var gateway = await TestService.GatewayAsync(target.Url);

        using var response = await SendAsync(gateway, "/shop/");

        Assert.Equal((HttpStatusCode.BadGateway, "own"), (response.StatusCode, await response.Content.ReadAsStringAsync(Cancellation)));
        Assert.False(response.Headers.Contains("X-Ape-Error"));
        Assert.True(ApeHeaders.TryParseTiming(response.Headers.GetValues("X-Ape-Timing").Single(), out var timing));
        Assert.Equal((0, "none"), (timing.Retries, timing.Fault));
    }

    [Fact]
    public async Task Forward_Redirect_IsPassedBack()
    {
        await using var target = await TestService.TargetAsync(static context =>
        {
            context.Response.Redirect("/next");
            context.Response.Headers.SetCookie = "sid=1";
            return Task.CompletedTask;
        });
        await using var gateway = await TestService.GatewayAsync(target.Url);

        using var response = await SendAsync(gateway, "/shop/");

        Assert.Equal((HttpStatusCode.Redirect, "/next", "sid=1"), (response.StatusCode, response.Headers.Location!.OriginalString, response.Headers.GetValues("Set-Cookie").Single()));
    }

    [Fact]
    public async Task Forward_SlowTarget_TimingIsTheTargets()
    {
        var time = new FakeTimeProvider();
        await using var target = await TestService.TargetAsync(_ =>
        {
            time.Advance(TimeSpan.FromMilliseconds(25));
            return Task.CompletedTask;
        });
        await using var gateway = await TestService.GatewayAsync(target.Url, time: time);
        using var transport = new GatewayTransport(gateway.Url, null, TimeSpan.FromSeconds(5), time);

        var exchange = await transport.SendAsync(new TargetRequest { Method = HttpMethod.Get, Url = target.Url, Target = "shop" }, Cancellation);

        Assert.Equal((200, TimeSpan.Zero, TimeSpan.FromMilliseconds(25)), (exchange.Status, exchange.Timing.Gateway, exchange.Timing.Target));
    }

    [Fact]
    public async Task Forward_Response_StreamsWithoutBuffering()
    {
        var goOn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var target = await TestService.TargetAsync(async context =>
        {
            await context.Response.WriteAsync("first", Cancellation);
            await context.Response.Body.FlushAsync(Cancellation);
            await goOn.Task.Within(Cancellation);
            await context.Response.WriteAsync("second", Cancellation);
        });
        await using var gateway = await TestService.GatewayAsync(target.Url);

        using var response = await SendAsync(gateway, "/shop/");
        await using var stream = await response.Content.ReadAsStreamAsync(Cancellation);
        var buffer = new byte[5];
        await stream.ReadExactlyAsync(buffer, Cancellation);
        Assert.Equal("first"u8.ToArray(), buffer);
        goOn.SetResult();

        Assert.Equal("second", await new StreamReader(stream).ReadToEndAsync(Cancellation));
    }

    [Fact]
    public async Task Forward_Upload_StreamsWithoutBuffering()
    {
        var arrived = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var target = await TestService.TargetAsync(async context =>
        {
            var buffer = new byte[TwoPartContent.FirstLength / 2];
            await context.Request.Body.ReadExactlyAsync(buffer, Cancellation);
            arrived.SetResult();
            await context.Request.Body.ReadExactlyAsync(buffer, Cancellation);
            await context.Response.WriteAsync(await new StreamReader(context.Request.Body).ReadToEndAsync(Cancellation), Cancellation);
        });
        await using var gateway = await TestService.GatewayAsync(target.Url);

        using var response = await SendAsync(gateway, "/shop/", HttpMethod.Post, new TwoPartContent(arrived.Task));

        Assert.Equal("second", await response.Content.ReadAsStringAsync(Cancellation));
    }

    [Fact]
    public async Task Forward_BodyBreaks_ClientSeesTheBreak()
    {
        await using var target = await TestService.TargetAsync(static async context =>
        {
            context.Response.ContentLength = 100;
            await context.Response.WriteAsync("half");
            await context.Response.Body.FlushAsync();
            context.Abort();
        });
        var log = new LogLines();
        await using var gateway = await TestService.GatewayAsync(target.Url, log: log);
        using var transport = new GatewayTransport(gateway.Url, null, TimeSpan.FromSeconds(5), TimeProvider.System);

        var exchange = await transport.SendAsync(new TargetRequest { Method = HttpMethod.Get, Url = target.Url, Target = "shop" }, Cancellation);

        Assert.Equal(TargetErrors.Reset, exchange.ErrorType);
        Assert.Equal("reset", (await log.NextAsync())["ErrorType"]);
    }

    [Fact]
    public async Task Forward_BodyRestsBeyondTheTimeout_IsTheTargets()
    {
        await using var target = await TestService.TargetAsync(static async context =>
        {
            context.Response.ContentLength = 100;
            await context.Response.WriteAsync("half");
            await context.Response.Body.FlushAsync();
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted);
        });
        var log = new LogLines();
        await using var gateway = await TestService.GatewayAsync(target.Url, static options => options.Timeout = "2s", log: log);

        using var response = await SendAsync(gateway, "/shop/");
        await Assert.ThrowsAnyAsync<HttpRequestException>(() => response.Content.ReadAsStringAsync(Cancellation));

        Assert.Equal("timeout", (await log.NextAsync())["ErrorType"]);
    }

    [Fact]
    public async Task Forward_ConfiguredHeaders_OnlyWhereAbsent()
    {
        var seen = "";
        await using var target = await TestService.TargetAsync(context =>
        {
            seen = $"{context.Request.Headers["X-Tenant"]} {context.Request.Headers.Authorization}";
            return Task.CompletedTask;
        });
        await using var gateway = await TestService.GatewayAsync(
            target.Url, static options => options.Headers = new Dictionary<string, string> { ["X-Tenant"] = "configured", ["Authorization"] = "Basic configured" });

        using var response = await SendAsync(gateway, "/shop/", headers: ("Authorization", "Bearer own"));

        Assert.Equal("configured Bearer own", seen);
    }

    /// <summary>
    /// Sends its second part only once half of the first has arrived at the other end. The first is large: below a few KB the bytes wait in
    /// the HTTP client's write buffer, as they do in any client.
    /// </summary>
    private sealed class TwoPartContent(Task firstArrived) : HttpContent
    {
        public const int FirstLength = 128 * 1024;

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            await stream.WriteAsync(new byte[FirstLength]);
            await stream.FlushAsync();
            await firstArrived.WaitAsync(TestTimeouts.Default);
            await stream.WriteAsync("second"u8.ToArray());
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
