using System.IO.Compression;
using System.Net;
using System.Text;
using ApeTest.Targets.Http;

namespace ApeTest.Targets.Tests.Lean;

/// <summary>Answers of every form, read by both ways alike.</summary>
public sealed class RawAnswerTests
{
    private const string Head = "HTTP/1.1 200 OK\r\n";

    private static readonly (string Answer, string Body)[] Framed =
        [
            (Head + "Content-Length: 5\r\n\r\nhello", "hello"),
            (Head + "Content-Length: 0\r\n\r\n", ""),
            (Head + "content-length:5\r\n\r\nhello", "hello"),
            (Head + "Content-Length: 5 \t\r\n\r\nhello", "hello"),
            (Head + "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n", "hello"),
            (Head + "Transfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n003\r\nllo\r\n0\r\n\r\n", "hello"),
            (Head + "Transfer-Encoding: Chunked\r\n\r\n2;a=b;c=\"d\"\r\nhe\r\n3\r\nllo\r\n0\r\nX-After: 1\r\nX-More: 2\r\n\r\n", "hello"),
            (Head + "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", ""),
            (Head + "Transfer-Encoding: chunked\r\n\r\nA\r\n0123456789\r\n0\r\n\r\n", "0123456789"),
            (Head + "Transfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\n5\r\nhello\r\n0\r\n\r\n", "hello"),
            ("HTTP/1.1 200 OK\nContent-Length: 5\n\nhello", "hello"),
            ("HTTP/1.1 200\r\nContent-Length: 5\r\n\r\nhello", "hello"),
            ("HTTP/1.1 200 \r\nContent-Length: 5\r\n\r\nhello", "hello"),
            ("HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\nhello", "hello"),
            ("HTTP/1.1 100 Continue\r\n\r\n" + Head + "Content-Length: 5\r\n\r\nhello", "hello"),
            ("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\nContent-Length: 99\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n" + Head + "Content-Length: 5\r\n\r\nhello", "hello"),
            (Head + "X-Folded: a\r\n b\r\nContent-Length: 5\r\n\r\nhello", "hello"),
        ];

    public static TheoryData<string, string, string> Bodies { get; } = new(
        Framed.SelectMany(static framed => new[] { (RawWay.Lean, framed.Answer, framed.Body), (RawWay.Sockets, framed.Answer, framed.Body) }));

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Bodies))]
    public async Task SendAsync_FramedBody_IsReadAndNextRequestWorks(string way, string answer, string body)
    {
        await using var server = ScriptedServer.Always(answer);
        using var agent = new RawWay(way, server.Url);

        var first = await agent.SendAsync();
        var second = await agent.SendAsync();

        Assert.Equal((200, null, body, (long)body.Length), (first.Status, first.ErrorType, first.Body, first.BodyLength));
        Assert.Equal((200, null, body), (second.Status, second.ErrorType, second.Body));
    }

    [Theory]
    [MemberData(nameof(Bodies))]
    public async Task SendAsync_AnswerSplitAtEveryByte_IsReadAlike(string way, string answer, string body)
    {
        var bytes = Encoding.Latin1.GetBytes(answer);
        await using var server = new ScriptedServer(async connection =>
        {
            while (await connection.ReadRequestAsync() is { } request)
            {
                var split = int.Parse(request.Split(' ')[1][1..], System.Globalization.CultureInfo.InvariantCulture);
                await connection.SendInTwoAsync(bytes, split);
            }
        });
        using var agent = new RawWay(way, server.Url);

        for (var split = 1; split < bytes.Length; split++)
        {
            var seen = await agent.SendAsync($"/{split}");

            Assert.Equal((split, 200, null, body), (split, seen.Status, seen.ErrorType, seen.Body));
        }
    }

    [Theory]
    [InlineData(RawWay.Lean)]
    [InlineData(RawWay.Sockets)]
    public async Task SendAsync_BytesOneByOne_IsRead(string way)
    {
        await using var server = new ScriptedServer(async connection =>
        {
            while (await connection.ReadRequestAsync() is not null)
            {
                foreach (var value in Encoding.ASCII.GetBytes(Head + "A: b\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"))
                {
                    await connection.SendAsync(new[] { value });
                }
            }
        });
        using var agent = new RawWay(way, server.Url);

        for (var i = 0; i < 3; i++)
        {
            var seen = await agent.SendAsync();

            Assert.Equal((200, null, "hello", "b"), (seen.Status, seen.ErrorType, seen.Body, seen.Header("a")));
        }
    }

    [Theory]
    [InlineData(RawWay.Lean, "HEAD", "HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n", 200)]
    [InlineData(RawWay.Sockets, "HEAD", "HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n", 200)]
    [InlineData(RawWay.Lean, "GET", "HTTP/1.1 204 No Content\r\n\r\n", 204)]
    [InlineData(RawWay.Sockets, "GET", "HTTP/1.1 204 No Content\r\n\r\n", 204)]
    [InlineData(RawWay.Lean, "GET", "HTTP/1.1 304 Not Modified\r\nContent-Length: 500\r\n\r\n", 304)]
    [InlineData(RawWay.Sockets, "GET", "HTTP/1.1 304 Not Modified\r\nContent-Length: 500\r\n\r\n", 304)]
    [InlineData(RawWay.Lean, "GET", "HTTP/1.1 503 Sorry\r\nContent-Length: 0\r\n\r\n", 503)]
    [InlineData(RawWay.Sockets, "GET", "HTTP/1.1 503 Sorry\r\nContent-Length: 0\r\n\r\n", 503)]
    public async Task SendAsync_AnswerWithoutBody_LeavesConnectionUsable(string way, string method, string answer, int status)
    {
        await using var server = ScriptedServer.Always(answer);
        using var agent = new RawWay(way, server.Url);

        var first = await agent.SendAsync(method: method);
        var second = await agent.SendAsync(method: method);

        Assert.Equal((status, null, "", 0L), (first.Status, first.ErrorType, first.Body, first.BodyLength));
        Assert.Equal((status, null, true, false), (second.Status, second.ErrorType, first.IsNewConnection, second.IsNewConnection));
        Assert.Equal(1, server.Connections);
    }

    [Theory]
    [InlineData(RawWay.Lean, "HTTP/1.1 200 OK\r\n\r\nhello")]
    [InlineData(RawWay.Sockets, "HTTP/1.1 200 OK\r\n\r\nhello")]
    [InlineData(RawWay.Lean, "HTTP/1.0 200 OK\r\nX: y\r\n\r\nhello")]
    [InlineData(RawWay.Sockets, "HTTP/1.0 200 OK\r\nX: y\r\n\r\nhello")]
    [InlineData(RawWay.Lean, "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 5\r\n\r\nhello")]
    [InlineData(RawWay.Sockets, "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 5\r\n\r\nhello")]
    public async Task SendAsync_BodyUntilClose_IsReadAndNextRequestTakesAnother(string way, string answer)
    {
        await using var server = new ScriptedServer(async connection =>
        {
            await connection.ReadRequestAsync();
            await connection.SendAsync(answer);
        });
        using var agent = new RawWay(way, server.Url);

        for (var i = 1; i <= 3; i++)
        {
            var seen = await agent.SendAsync();

            Assert.Equal((200, null, "hello", true), (seen.Status, seen.ErrorType, seen.Body, seen.IsNewConnection));
            Assert.Equal(i, server.Connections);
        }
    }

    [Theory]
    [InlineData(RawWay.Lean)]
    [InlineData(RawWay.Sockets)]
    public async Task SendAsync_AnnouncedClose_IsNotWaitedFor(string way)
    {
        // The server says that it will close, and does not.
        await using var server = ScriptedServer.Always("HTTP/1.1 200 OK\r\nConnection: foo, Close\r\nContent-Length: 5\r\n\r\nhello");
        using var agent = new RawWay(way, server.Url);

        Assert.Equal("hello", (await agent.SendAsync()).Body);
        Assert.Equal("hello", (await agent.SendAsync()).Body);
        Assert.Equal(2, server.Connections);
    }

    [Theory]
    [InlineData(RawWay.Lean)]
    [InlineData(RawWay.Sockets)]
    public async Task SendAsync_OldVersionThatKeeps_UsesConnectionAgain(string way)
    {
        await using var server = ScriptedServer.Always("HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 5\r\n\r\nhello");
        using var agent = new RawWay(way, server.Url);

        Assert.Equal("hello", (await agent.SendAsync()).Body);
        Assert.Equal("hello", (await agent.SendAsync()).Body);
        Assert.Equal(1, server.Connections);
    }

    [Theory]
    [InlineData(RawWay.Lean)]
    [InlineData(RawWay.Sockets)]
    public async Task SendAsync_GarbageAfterBody_DoesNotReachNextRequest(string way)
    {
        await using var server = ScriptedServer.Always("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhelloHTTP/1.1 500 Evil\r\nContent-Length: 4\r\n\r\nevil");
        using var agent = new RawWay(way, server.Url);

        for (var i = 0; i < 3; i++)
        {
            var seen = await agent.SendAsync();

            Assert.Equal((200, null, "hello"), (seen.Status, seen.ErrorType, seen.Body));
        }
    }

    [Theory]
    [InlineData(RawWay.Lean, "gzip")]
    [InlineData(RawWay.Sockets, "gzip")]
    [InlineData(RawWay.Lean, "deflate")]
    [InlineData(RawWay.Sockets, "deflate")]
    [InlineData(RawWay.Lean, "br")]
    [InlineData(RawWay.Sockets, "br")]
    public async Task SendAsync_PackedBody_IsUnpackedWithinItsBound(string way, string encoding)
    {
        var text = new string('x', 100_000);
        using var packed = new MemoryStream();
        await using (Stream stream = encoding == "gzip" ? new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true)
            : encoding == "br" ? new BrotliStream(packed, CompressionLevel.Fastest, leaveOpen: true)
            : new ZLibStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            await stream.WriteAsync(Encoding.ASCII.GetBytes(text), Cancellation);
        }
        var bytes = packed.ToArray();
        await using var server = ScriptedServer.Always($"HTTP/1.1 200 OK\r\nContent-Encoding: {encoding}\r\nContent-Length: {bytes.Length}\r\n\r\n{Encoding.Latin1.GetString(bytes)}");
        using var agent = new RawWay(way, server.Url);

        var whole = await agent.SendAsync();
        var part = await agent.SendAsync(maxBody: 1000);

        Assert.Equal((200, null, text, 100_000L), (whole.Status, whole.ErrorType, whole.Body, whole.BodyLength));
        Assert.Equal((200, null, 1000, 100_000L), (part.Status, part.ErrorType, part.Body.Length, part.BodyLength));
    }

    [Theory]
    [InlineData(RawWay.Lean)]
    [InlineData(RawWay.Sockets)]
    public async Task SendAsync_BrokenPackedBody_IsProtocolError(string way)
    {
        await using var server = ScriptedServer.Always("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 12\r\n\r\nnot a gzip..");
        using var agent = new RawWay(way, server.Url);

        var seen = await agent.SendAsync();

        Assert.Equal((200, TargetErrors.Protocol, "the compressed body is malformed"), (seen.Status, seen.ErrorType, seen.Message));
    }

    [Theory]
    [InlineData(RawWay.Lean)]
    [InlineData(RawWay.Sockets)]
    public async Task SendAsync_BodyOverTheBound_KeepsTheFirstBytesAndCountsAll(string way)
    {
        var body = new string('a', 1000) + new string('b', 300_000);
        await using var server = ScriptedServer.Always($"HTTP/1.1 200 OK\r\nContent-Length: {body.Length}\r\n\r\n{body}");
        using var agent = new RawWay(way, server.Url);

        var seen = await agent.SendAsync(maxBody: 1000);
        var none = await agent.SendAsync(maxBody: 0);
        var whole = await agent.SendAsync();

        Assert.Equal((new string('a', 1000), 301_000L), (seen.Body, seen.BodyLength));
        Assert.Equal(("", 301_000L), (none.Body, none.BodyLength));
        Assert.Equal((body, 301_000L, 1), (whole.Body, whole.BodyLength, server.Connections));
    }

    [Theory]
    [InlineData(RawWay.Lean)]
    [InlineData(RawWay.Sockets)]
    public async Task SendAsync_FoldedAndRepeatedHeaders_AreGivenAsTheyCame(string way)
    {
        await using var server = ScriptedServer.Always(
            "HTTP/1.1 200 OK\r\nSet-Cookie: a=1\r\nX-Folded: one\r\n\ttwo  \r\nSet-Cookie: b=2\r\nX-Empty:\r\nX-Space:  v  \r\nContent-Length: 0\r\n\r\n");
        using var agent = new RawWay(way, server.Url);

        var seen = await agent.SendAsync();

        Assert.Equal(["a=1", "b=2"], seen.Headers.Where(static header => header.Key == "Set-Cookie").Select(static header => header.Value));
        Assert.Equal(("", "v"), (seen.Header("x-empty"), seen.Header("x-space")));
        Assert.Equal(["one", "two"], seen.Header("x-folded")!.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
    }

    [Theory]
    [InlineData(RawWay.Lean)]
    [InlineData(RawWay.Sockets)]
    public async Task SendAsync_Request_ArrivesAsWritten(string way)
    {
        string? got = null;
        await using var server = new ScriptedServer(async connection =>
        {
            while (await connection.ReadRequestAsync() is { } request)
            {
                got = request;
                await connection.SendAsync(ScriptedConnection.Fine);
            }
        });
        using var agent = new RawWay(way, server.Url, options => options.Headers = new Dictionary<string, string> { ["X-Tenant"] = "t1", ["X-Given"] = "configured" });

        var seen = await agent.SendAsync("/a/b?c=%20d", "POST", "{\"a\":1}", "Content-Type: application/json\r\nX-Given: own\r\nX-Ape-Token: secret\r\nbaggage: ape.run=1\r\n");

        Assert.Equal("fine", seen.Body);
        Assert.StartsWith("POST /a/b?c=%20d HTTP/1.1\r\n", got, StringComparison.Ordinal);
        Assert.EndsWith("\r\n\r\n{\"a\":1}", got, StringComparison.Ordinal);
        var lines = got!.Split("\r\n");
        Assert.Contains($"Host: 127.0.0.1:{server.Port}", lines);
        Assert.Contains("traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", lines);
        Assert.Contains("X-Trace-Id: 0af7651916cd43dd8448eb211c80319c", lines);
        Assert.Contains("Content-Type: application/json", lines);
        Assert.Contains("Content-Length: 7", lines);
        Assert.Contains("X-Tenant: t1", lines);
        Assert.Contains("X-Given: own", lines);
        Assert.Contains("Accept-Encoding: gzip, deflate, br", lines);
        Assert.DoesNotContain(lines, static line => line.Contains("secret", StringComparison.Ordinal) || line.Contains("baggage", StringComparison.Ordinal) || line.Contains("configured", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(RawWay.Lean)]
    [InlineData(RawWay.Sockets)]
    public async Task SendAsync_PostWithoutBody_SaysItsLength(string way)
    {
        string? got = null;
        await using var server = new ScriptedServer(async connection =>
        {
            got = await connection.ReadRequestAsync();
            await connection.SendAsync(ScriptedConnection.Fine);
        });
        using var agent = new RawWay(way, server.Url);

        await agent.SendAsync(method: "POST", body: "");

        Assert.Contains("Content-Length: 0\r\n", got, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(RawWay.Lean)]
    [InlineData(RawWay.Sockets)]
    public async Task SendAsync_LargeBody_ArrivesWhole(string way)
    {
        var length = 0;
        await using var server = new ScriptedServer(async connection =>
        {
            length = (await connection.ReadRequestAsync())!.Length;
            await connection.SendAsync(ScriptedConnection.Fine);
        });
        using var agent = new RawWay(way, server.Url);

        var seen = await agent.SendAsync(method: "POST", body: new string('x', 3_000_000));

        Assert.Equal((200, null), (seen.Status, seen.ErrorType));
        Assert.InRange(length, 3_000_000, 3_001_000);
        Assert.InRange(seen.BytesSent, 3_000_000, 3_001_000);
    }

    [Theory]
    [InlineData(RawWay.Lean)]
    [InlineData(RawWay.Sockets)]
    public async Task SendAsync_Ipv6_IsReached(string way)
    {
        Assert.SkipUnless(System.Net.Sockets.Socket.OSSupportsIPv6, "This machine has no IPv6.");
        string? got = null;
        await using var server = new ScriptedServer(async connection =>
        {
            got = await connection.ReadRequestAsync();
            await connection.SendAsync(ScriptedConnection.Fine);
        }, IPAddress.IPv6Loopback);
        using var agent = new RawWay(way, server.Url);

        Assert.Equal("fine", (await agent.SendAsync()).Body);
        Assert.Contains($"Host: [::1]:{server.Port}\r\n", got, StringComparison.Ordinal);
    }
}
