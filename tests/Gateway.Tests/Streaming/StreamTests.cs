using System.IO.Compression;
using System.Net;
using System.Net.Sockets;
using System.Text;
using ApeTest.Gateway.Tests.Forwarding;
using ApeTest.Tests.Shared;
using Microsoft.AspNetCore.Http;

namespace ApeTest.Gateway.Tests.Streaming;

/// <summary>What HTTP has besides a request and an answer: events, continuation, trailers, answers without a body, older clients.</summary>
public sealed class StreamTests : ForwardingTest
{
    [Fact]
    public async Task Forward_ServerSentEvents_ArriveOneByOne()
    {
        const int Events = 5;
        var seen = new SemaphoreSlim(0);
        await using var target = await TestService.TargetAsync(async context =>
        {
            context.Response.ContentType = "text/event-stream";
            for (var i = 0; i < Events; i++)
            {
                await context.Response.WriteAsync($"data: {i}\n\n", Cancellation);
                await context.Response.Body.FlushAsync(Cancellation);
                // The next one only once the client has this one.
                Assert.True(await seen.WaitAsync(TestTimeouts.Default, Cancellation));
            }
        });
        await using var gateway = await TestService.GatewayAsync(target.Url);

        using var response = await SendAsync(gateway, "/shop/events", headers: ("Accept", "text/event-stream"));
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(Cancellation));

        Assert.Equal("text/event-stream", response.Content.Headers.ContentType!.MediaType);
        for (var i = 0; i < Events; i++)
        {
            Assert.Equal($"data: {i}", await reader.ReadLineAsync(Cancellation).AsTask().Within(Cancellation));
            Assert.Equal("", await reader.ReadLineAsync(Cancellation).AsTask().Within(Cancellation));
            seen.Release();
        }
        Assert.Null(await reader.ReadLineAsync(Cancellation));
    }

    [Fact]
    public async Task Forward_EventStreamThatRests_IsCutAfterTheTimeout()
    {
        var gone = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var target = await TestService.TargetAsync(async context =>
        {
            context.Response.ContentType = "text/event-stream";
            await context.Response.WriteAsync("data: 1\n\n", Cancellation);
            await context.Response.Body.FlushAsync(Cancellation);
            context.RequestAborted.Register(gone.SetResult);
            await gone.Task;
        });
        var log = new LogLines();
        await using var gateway = await TestService.GatewayAsync(target.Url, static options => options.Timeout = "2s", log: log);

        using var response = await SendAsync(gateway, "/shop/events");
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(Cancellation));
        Assert.Equal("data: 1", await reader.ReadLineAsync(Cancellation));
        await Assert.ThrowsAnyAsync<IOException>(() => reader.ReadToEndAsync(Cancellation).Within(Cancellation));

        await gone.Task.Within(Cancellation);
        Assert.Equal("timeout", (await log.NextAsync())["ErrorType"]);
    }

    [Fact]
    public async Task Forward_ClientLeavesAStream_TargetLearnsOfIt()
    {
        var gone = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var target = await TestService.TargetAsync(async context =>
        {
            await context.Response.WriteAsync("data: 1\n\n", Cancellation);
            await context.Response.Body.FlushAsync(Cancellation);
            context.RequestAborted.Register(gone.SetResult);
            await gone.Task;
        });
        var log = new LogLines();
        await using var gateway = await TestService.GatewayAsync(target.Url, log: log);

        using (var response = await SendAsync(gateway, "/shop/events"))
        {
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        }

        await gone.Task.Within(Cancellation);
        Assert.Equal("client_gone", (await log.NextAsync())["ErrorType"]);
        Assert.Empty(log.Complaints);
    }

    [Fact]
    public async Task Forward_Expect_ClientIsToldToContinue()
    {
        await using var target = await TestService.TargetAsync(static async context =>
            await context.Response.WriteAsync(await new StreamReader(context.Request.Body).ReadToEndAsync(Cancellation)));
        await using var gateway = await TestService.GatewayAsync(target.Url);
        using var client = new TcpClient();
        await client.ConnectAsync(gateway.Url.Host, gateway.Url.Port, Cancellation);
        using var reader = new StreamReader(client.GetStream());

        await client.GetStream().WriteAsync("POST /shop/ HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n"u8.ToArray(), Cancellation);
        Assert.Equal("HTTP/1.1 100 Continue", await reader.ReadLineAsync(Cancellation).AsTask().Within(Cancellation));
        await client.GetStream().WriteAsync("hello"u8.ToArray(), Cancellation);

        var answer = await reader.ReadToEndAsync(Cancellation).Within(Cancellation);
        Assert.Contains("HTTP/1.1 200 OK", answer, StringComparison.Ordinal);
        Assert.Contains("hello", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Forward_ExpectThatThePolicyRefuses_IsAnsweredWithoutTheBody()
    {
        await using var gateway = await TestService.GatewayAsync(new Uri("http://127.0.0.1:1"), static options => options.Deny = ["POST /**"]);

        using var client = new TcpClient();
        await client.ConnectAsync(gateway.Url.Host, gateway.Url.Port, Cancellation);
        using var reader = new StreamReader(client.GetStream());

        await client.GetStream().WriteAsync("POST /shop/ HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n"u8.ToArray(), Cancellation);

        Assert.StartsWith("HTTP/1.1 403 ", await reader.ReadLineAsync(Cancellation).AsTask().Within(Cancellation), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Forward_Trailers_DoNotBreakTheAnswer()
    {
        await using var target = new RawAnswer("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-Checksum\r\n\r\n5\r\nhello\r\n0\r\nX-Checksum: 1\r\nX-Ape-Error: denied\r\n\r\n");
        await using var gateway = await TestService.GatewayAsync(target.Url);

        using var response = await SendAsync(gateway, "/shop/");

        Assert.Equal("hello", await response.Content.ReadAsStringAsync(Cancellation));
        Assert.False(response.TrailingHeaders.Contains("X-Ape-Error"));
    }

    [Fact]
    public async Task Forward_Head_HasLengthAndNoBody()
    {
        await using var target = await TestService.TargetAsync(static context =>
        {
            context.Response.ContentLength = 1234;
            context.Response.Headers.ETag = "\"v1\"";
            return Task.CompletedTask;
        });
        await using var gateway = await TestService.GatewayAsync(target.Url);

        using var response = await SendAsync(gateway, "/shop/", HttpMethod.Head);

        Assert.Equal((HttpStatusCode.OK, 1234, "\"v1\""), (response.StatusCode, response.Content.Headers.ContentLength, response.Headers.ETag!.Tag));
        Assert.Empty(await response.Content.ReadAsByteArrayAsync(Cancellation));
    }

    [Fact]
    public async Task Forward_Compressed_PassesUntouched()
    {
        using var packed = new MemoryStream();
        await using (var gzip = new GZipStream(packed, CompressionLevel.Optimal, leaveOpen: true))
        {
            await gzip.WriteAsync(Encoding.UTF8.GetBytes(new string('x', 100_000)), Cancellation);
        }
        var accepted = "";
        await using var target = await TestService.TargetAsync(context =>
        {
            accepted = context.Request.Headers.AcceptEncoding.ToString();
            context.Response.Headers.ContentEncoding = "gzip";
            return context.Response.Body.WriteAsync(packed.ToArray(), Cancellation).AsTask();
        });
        await using var gateway = await TestService.GatewayAsync(target.Url);

        using var response = await SendAsync(gateway, "/shop/", headers: ("Accept-Encoding", "gzip, br;q=0.1"));

        Assert.Equal("gzip, br;q=0.1", accepted);
        Assert.Equal(["gzip"], response.Content.Headers.ContentEncoding);
        Assert.Equal(packed.ToArray(), await response.Content.ReadAsByteArrayAsync(Cancellation));
    }

    [Theory]
    [InlineData(204)]
    [InlineData(304)]
    public async Task Forward_AnswerWithoutBody_KeepsItsHeaders(int status)
    {
        var condition = "";
        await using var target = await TestService.TargetAsync(context =>
        {
            condition = context.Request.Headers.IfNoneMatch.ToString();
            context.Response.StatusCode = status;
            context.Response.Headers.ETag = "\"v1\"";
            return Task.CompletedTask;
        });
        await using var gateway = await TestService.GatewayAsync(target.Url);

        using var response = await SendAsync(gateway, "/shop/", headers: ("If-None-Match", "\"v1\""));

        Assert.Equal((status, "\"v1\"", "\"v1\""), ((int)response.StatusCode, condition, response.Headers.ETag!.Tag));
    }

    [Fact]
    public async Task Forward_Http10Client_GetsAnAnswerThatItCanRead()
    {
        await using var target = await TestService.TargetAsync(static async context =>
        {
            await context.Response.WriteAsync("one ", Cancellation);
            await context.Response.Body.FlushAsync(Cancellation);
            await context.Response.WriteAsync("two", Cancellation);
        });
        await using var gateway = await TestService.GatewayAsync(target.Url);

        var answer = await RawAsync(gateway.Url, "GET /shop/ HTTP/1.0\r\nHost: localhost\r\n\r\n");

        Assert.Contains(" 200 OK", answer.Split('\n')[0], StringComparison.Ordinal);
        Assert.DoesNotContain("chunked", answer, StringComparison.OrdinalIgnoreCase);
        Assert.EndsWith("\r\n\r\none two", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Forward_HeaderBeyondAscii_PassesBothWaysAsItCame()
    {
        var seen = "";
        await using var target = await TestService.TargetAsync(context =>
        {
            seen = context.Request.Headers["X-Name"].ToString();
            context.Response.Headers["Content-Disposition"] = "attachment; filename=\"\u00c3\u00bc.txt\"";
            return Task.CompletedTask;
        });
        await using var gateway = await TestService.GatewayAsync(target.Url);

        var answer = await RawAsync(gateway.Url, "GET /shop/ HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nX-Name: \u00c3\u00bc\r\n\r\n");

        Assert.Equal("\u00c3\u00bc", seen);
        // Read as UTF-8, which those bytes are.
        Assert.Contains("filename=\"ü.txt\"", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Forward_ManyCookiesOfTheTarget_StayApart()
    {
        await using var target = await TestService.TargetAsync(static context =>
        {
            context.Response.Headers.SetCookie = new(["a=1; Path=/", "b=2; Expires=Wed, 21 Oct 2099 07:28:00 GMT"]);
            return Task.CompletedTask;
        });
        await using var gateway = await TestService.GatewayAsync(target.Url);

        using var response = await SendAsync(gateway, "/shop/");

        Assert.Equal(["a=1; Path=/", "b=2; Expires=Wed, 21 Oct 2099 07:28:00 GMT"], response.Headers.GetValues("Set-Cookie"));
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello!")]
    [InlineData("HTTP/1.1 abc OK\r\n\r\n")]
    [InlineData("SSH-2.0-OpenSSH_9\r\n")]
    [InlineData("")]
    public async Task Forward_AnswerThatIsNotHttp_Is502(string answer)
    {
        await using var target = new RawAnswer(answer);
        var log = new LogLines();
        await using var gateway = await TestService.GatewayAsync(target.Url, log: log);

        using var response = await SendAsync(gateway, "/shop/");

        Assert.Equal(HttpStatusCode.BadGateway, response.StatusCode);
        Assert.Contains((await ProblemAsync(response)).Error, (string[])["protocol", "reset"]);
        Assert.Empty(log.Complaints);
    }
}
