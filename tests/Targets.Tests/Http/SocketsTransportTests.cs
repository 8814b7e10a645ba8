using System.Diagnostics;
using System.IO.Compression;
using System.Text;
using ApeTest.Targets.Http;
using ApeTest.Tests.Shared;
using Microsoft.AspNetCore.Http;

namespace ApeTest.Targets.Tests.Http;

public sealed class SocketsTransportTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(200)]
    [InlineData(204)]
    [InlineData(302)]
    [InlineData(404)]
    [InlineData(503)]
    public async Task SendAsync_AnyStatus_IsNoError(int status)
    {
        await using var target = await TestTarget.StartAsync(context =>
        {
            context.Response.StatusCode = status;
            context.Response.Headers.Location = "/elsewhere";
            return Task.CompletedTask;
        });
        using var transport = Some.Transport(target.Url);

        var exchange = await transport.SendAsync(Some.Get(target.Url), Cancellation);

        Assert.Equal((status, null, "shop"), (exchange.Status, exchange.ErrorType, exchange.Target));
        Assert.Equal("/elsewhere", exchange.Header("location"));
    }

    [Fact]
    public async Task SendAsync_Request_ArrivesWithTraceAndHeadersAndWithoutOurs()
    {
        var seen = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        var body = "";
        await using var target = await TestTarget.StartAsync(async context =>
        {
            foreach (var header in context.Request.Headers)
            {
                seen[header.Key] = header.Value.ToString();
            }
            body = await new StreamReader(context.Request.Body).ReadToEndAsync(context.RequestAborted);
        });
        using var transport = Some.Transport(target.Url, options => options.Headers = new Dictionary<string, string> { ["X-Tenant"] = "t1", ["X-Given"] = "configured" });
        var trace = new ActivityContext(ActivityTraceId.CreateRandom(), ActivitySpanId.CreateRandom(), ActivityTraceFlags.Recorded);

        await transport.SendAsync(
            new TargetRequest
            {
                Method = HttpMethod.Post, Url = new Uri(target.Url, "/a?b=1"), Target = "shop", Body = "{\"a\":1}"u8.ToArray(), ContentType = "application/json",
                Headers = [new("X-Given", "own"), new("X-Ape-Token", "secret"), new("baggage", "ape.run=1")], Trace = trace,
            },
            Cancellation);

        Assert.Equal("{\"a\":1}", body);
        Assert.Equal("application/json", seen["Content-Type"]);
        Assert.Equal($"00-{trace.TraceId}-{trace.SpanId}-01", seen["traceparent"]);
        Assert.Equal(trace.TraceId.ToHexString(), seen["X-Trace-Id"]);
        Assert.Equal(("t1", "own"), (seen["X-Tenant"], seen["X-Given"]));
        Assert.DoesNotContain(seen.Keys, static name => name.StartsWith("X-Ape-", StringComparison.OrdinalIgnoreCase) || name == "baggage");
    }

    [Fact]
    public async Task SendAsync_ChunkedAndCompressed_IsRead()
    {
        await using var target = await TestTarget.StartAsync(async context =>
        {
            context.Response.Headers.ContentEncoding = "gzip";
            await using var gzip = new GZipStream(context.Response.Body, CompressionLevel.Fastest);
            for (var i = 0; i < 100; i++)
            {
                await gzip.WriteAsync(Encoding.ASCII.GetBytes(new string((char)('a' + (i % 26)), 1000)));
                await gzip.FlushAsync();
            }
        });
        using var transport = Some.Transport(target.Url);

        var exchange = await transport.SendAsync(Some.Get(target.Url), Cancellation);

        Assert.Equal((100_000, 100_000L), (exchange.Body.Length, exchange.BodyLength));
        Assert.Equal((byte)'v', exchange.Body.Span[^1]);
    }

    [Fact]
    public async Task SendAsync_BodyOverLimit_IsCutAndCounted()
    {
        await using var target = await TestTarget.StartAsync(static context => context.Response.Body.WriteAsync(new byte[3_000_000]).AsTask());
        using var transport = Some.Transport(target.Url);

        var exchange = await transport.SendAsync(Some.Get(target.Url) with { MaxBodyBytes = 1000 }, Cancellation);

        Assert.Equal((200, 1000, 3_000_000L, null), (exchange.Status, exchange.Body.Length, exchange.BodyLength, exchange.ErrorType));
    }

    [Fact]
    public async Task SendAsync_EndlessBody_EndsAtDrainBound()
    {
        await using var target = await TestTarget.StartAsync(static async context =>
        {
            while (!context.RequestAborted.IsCancellationRequested)
            {
                await context.Response.Body.WriteAsync(new byte[65536], context.RequestAborted);
            }
        });
        using var transport = Some.Transport(target.Url);

        var exchange = await transport.SendAsync(Some.Get(target.Url) with { MaxBodyBytes = 1000 }, Cancellation);

        Assert.Equal((200, 1000, null), (exchange.Status, exchange.Body.Length, exchange.ErrorType));
        Assert.InRange(exchange.BodyLength, 4_000_000, 6_000_000);
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nonly this", false, TargetErrors.Reset)]
    [InlineData("", true, TargetErrors.Reset)]
    [InlineData("", false, TargetErrors.Reset)]
    [InlineData("this is not HTTP at all\r\n\r\n", false, TargetErrors.Protocol)]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nabc\r\n", false, TargetErrors.Protocol)]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 5\r\n\r\nplain", false, TargetErrors.Protocol)]
    public async Task SendAsync_BrokenAnswer_IsClassified(string answer, bool reset, string expected)
    {
        await using var target = new RawTarget(answer, reset);
        using var transport = Some.Transport(target.Url);

        var exchange = await transport.SendAsync(Some.Get(target.Url), Cancellation);

        Assert.Equal(expected, exchange.ErrorType);
        Assert.NotEmpty(exchange.ErrorMessage!);
    }

    [Fact]
    public async Task SendAsync_Refused_IsConnect()
    {
        var target = new RawTarget("", false);
        await target.DisposeAsync();
        using var transport = Some.Transport(target.Url);

        Assert.Equal(TargetErrors.Connect, (await transport.SendAsync(Some.Get(target.Url), Cancellation)).ErrorType);
    }

    [Fact]
    public async Task SendAsync_UnknownName_IsDns()
    {
        var url = new Uri("http://no-such-host.invalid");
        using var transport = Some.Transport(url);

        Assert.Equal(TargetErrors.Dns, (await transport.SendAsync(Some.Get(url), Cancellation)).ErrorType);
    }

    [Fact]
    public async Task SendAsync_PlainServerOverTls_IsTls()
    {
        await using var target = new RawTarget("HTTP/1.1 400 Bad Request\r\n\r\n", false);
        var url = new UriBuilder(target.Url) { Scheme = "https" }.Uri;
        using var transport = Some.Transport(url);

        Assert.Equal(TargetErrors.Tls, (await transport.SendAsync(Some.Get(url), Cancellation)).ErrorType);
    }

    [Fact]
    public async Task SendAsync_NoAnswerInTime_IsTimeout()
    {
        var time = new FakeTimeProvider();
        var arrived = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var target = await TestTarget.StartAsync(async context =>
        {
            arrived.TrySetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted);
        });
        using var transport = Some.Transport(target.Url, static options => options.Timeout = "2s", time);

        var sending = transport.SendAsync(Some.Get(target.Url), Cancellation).AsTask();
        await arrived.Task.Within(Cancellation);
        time.Advance(TimeSpan.FromSeconds(2));
        var exchange = await sending.Within(Cancellation);

        Assert.Equal((0, TargetErrors.Timeout), (exchange.Status, exchange.ErrorType));
        Assert.Contains("2 s", exchange.ErrorMessage, StringComparison.Ordinal);
        Assert.Equal(TimeSpan.FromSeconds(2), exchange.Timing.Target);
    }

    [Fact]
    public async Task SendAsync_CallerCancels_Throws()
    {
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        await using var target = await TestTarget.StartAsync(async context =>
        {
            await cancel.CancelAsync();
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted);
        });
        using var transport = Some.Transport(target.Url);

        var exception = await Assert.ThrowsAsync<OperationCanceledException>(() => transport.SendAsync(Some.Get(target.Url), cancel.Token).AsTask());

        Assert.Equal(cancel.Token, exception.CancellationToken);
    }

    [Fact]
    public async Task SendAsync_Denied_NeverConnects()
    {
        var hit = false;
        await using var other = await TestTarget.StartAsync(_ =>
        {
            hit = true;
            return Task.CompletedTask;
        });
        using var transport = Some.Transport(new Uri("http://127.0.0.1:1"));

        var exchange = await transport.SendAsync(Some.Get(other.Url), Cancellation);

        Assert.Equal((0, TargetErrors.Denied), (exchange.Status, exchange.ErrorType));
        Assert.False(hit);
    }

    [Fact]
    public async Task SendAsync_ListedNameAtPrivateAddress_IsDeniedAfterResolution()
    {
        await using var target = await TestTarget.StartAsync(static _ => Task.CompletedTask);
        const string name = "cdn.example";
        var asked = false;
        await using var inside = await TestTarget.StartAsync(_ => { asked = true; return Task.CompletedTask; });
        using var transport = new SocketsTransport(Some.Policy(target.Url, options => options.Hosts = [name]), TimeProvider.System,
            static (_, _) => Task.FromResult(new[] { System.Net.IPAddress.Loopback }));

        var exchange = await transport.SendAsync(Some.Get(new Uri($"http://{name}:{inside.Url.Port}/")), Cancellation);

        Assert.False(asked);
        Assert.Equal(TargetErrors.Denied, exchange.ErrorType);
        Assert.Contains("resolves to the private address 127.0.0.1", exchange.ErrorMessage, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("X-A", "1\r\nX-Evil: 2")]
    [InlineData("X A", "1")]
    [InlineData("Transfer-Encoding", "chunked")]
    [InlineData("Content-Length", "5")]
    [InlineData("Host", "evil.com")]
    public async Task SendAsync_HeaderThatCouldSmuggle_IsDenied(string name, string value)
    {
        await using var target = await TestTarget.StartAsync(static _ => Task.CompletedTask);
        using var transport = Some.Transport(target.Url);

        var exchange = await transport.SendAsync(new TargetRequest { Method = HttpMethod.Post, Url = target.Url, Target = "shop", Headers = [new(name, value)] }, Cancellation);

        Assert.Equal(TargetErrors.Denied, exchange.ErrorType);
    }

    [Fact]
    public async Task SendAsync_SlowTarget_TimeIsTheTargets()
    {
        var time = new FakeTimeProvider();
        await using var target = await TestTarget.StartAsync(async context =>
        {
            time.Advance(TimeSpan.FromMilliseconds(25));
            await context.Response.WriteAsync("x");
        });
        using var transport = Some.Transport(target.Url, time: time);

        var exchange = await transport.SendAsync(Some.Get(target.Url), Cancellation);

        Assert.Equal((TimeSpan.Zero, TimeSpan.FromMilliseconds(25)), (exchange.Timing.Gateway, exchange.Timing.Target));
    }
}
