using System.Text;
using ApeTest.Targets.Http;
using ApeTest.Tests.Shared;

namespace ApeTest.Targets.Tests.Lean;

/// <summary>Targets that break the protocol, stall or never end: a classified error each, and the next request works.</summary>
public sealed class HostileTargetTests
{
    private const string Head = "HTTP/1.1 200 OK\r\n";
    private const string Chunked = Head + "Transfer-Encoding: chunked\r\n\r\n";

    private static readonly TimeSpan Short = TimeSpan.FromSeconds(1);

    private static readonly (string Name, string Answer, string Error)[] Broken =
    [
        ("no status line", "garbage\r\n\r\n", TargetErrors.Protocol),
        ("no number", "HTTP/1.1 abc OK\r\n\r\n", TargetErrors.Protocol),
        ("no version", "ICY 200 OK\r\n\r\n", TargetErrors.Protocol),
        ("header without colon", Head + "Broken\r\nContent-Length: 0\r\n\r\n", TargetErrors.Protocol),
        ("empty header name", Head + ": x\r\nContent-Length: 0\r\n\r\n", TargetErrors.Protocol),
        ("length no number", Head + "Content-Length: abc\r\n\r\nhello", TargetErrors.Protocol),
        ("length negative", Head + "Content-Length: -5\r\n\r\nhello", TargetErrors.Protocol),
        ("length overflow", Head + "Content-Length: 99999999999999999999999\r\n\r\nhello", TargetErrors.Protocol),
        ("lengths differ", Head + "Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello!", TargetErrors.Protocol),
        ("chunk size no number", Chunked + "zz\r\nhello\r\n0\r\n\r\n", TargetErrors.Protocol),
        ("chunk size missing", Chunked + "\r\nhello\r\n0\r\n\r\n", TargetErrors.Protocol),
        ("chunk size overflow", Chunked + "FFFFFFFFFFFFFFFFF\r\nhello\r\n0\r\n\r\n", TargetErrors.Protocol),
        ("chunk size huge", Chunked + "7FFFFFFFFFFFFFF0\r\nhello", TargetErrors.Reset),
        ("chunk longer than said", Chunked + "3\r\nhello\r\n0\r\n\r\n", TargetErrors.Protocol),
        ("chunk cut", Chunked + "5\r\nhel", TargetErrors.Reset),
        ("last chunk missing", Chunked + "5\r\nhello\r\n", TargetErrors.Reset),
        ("body too short", Head + "Content-Length: 10\r\n\r\nhello", TargetErrors.Reset),
        ("head cut", Head + "Content-Le", TargetErrors.Reset),
        ("nothing", "", TargetErrors.Reset),
        ("100,000 headers", Head + string.Concat(Enumerable.Range(0, 100_000).Select(static i => $"X-{i}: y\r\n")) + "\r\n", TargetErrors.Protocol),
        ("long header", Head + "X: " + new string('y', 1_000_000) + "\r\n\r\n", TargetErrors.Protocol),
    ];

    public static TheoryData<string, string> Cases { get; } = new(
        Broken.SelectMany(static broken => new[] { (RawWay.Lean, broken.Name), (RawWay.Sockets, broken.Name) }));

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task SendAsync_BrokenAnswer_IsClassifiedAndNextRequestWorks(string way, string name)
    {
        var (_, answer, error) = Broken.Single(broken => broken.Name == name);
        await using var server = ScriptedServer.Once(async connection =>
        {
            await connection.ReadRequestAsync();
            await connection.SendAsync(answer);
        });
        using var agent = new RawWay(way, server.Url);

        var seen = await agent.SendAsync();
        var next = await agent.SendAsync();

        Assert.Equal(error, seen.ErrorType);
        Assert.False(string.IsNullOrWhiteSpace(seen.Message));
        Assert.Equal((200, null, "fine"), (next.Status, next.ErrorType, next.Body));
    }

    public static TheoryData<string, string> Ends { get; } = new(
        new[] { "reset before", "reset in body", "close after head", "silence", "slow head", "slow body", "endless header", "endless informational", "endless chunks", "endless extension", "endless trailers" }
            .SelectMany(static name => new[] { (RawWay.Lean, name), (RawWay.Sockets, name) }));

    [Theory]
    [MemberData(nameof(Ends))]
    public async Task SendAsync_AnswerThatStallsOrNeverEnds_IsClassifiedWithinItsTimeAndNextRequestWorks(string way, string name)
    {
        var piece = new string('x', 8000);
        await using var server = ScriptedServer.Once(async connection =>
        {
            await connection.ReadRequestAsync();
            switch (name)
            {
                case "reset before":
                    connection.Reset();
                    break;
                case "reset in body":
                    await connection.SendAsync(Head + "Content-Length: 500\r\n\r\nhello");
                    connection.Reset();
                    break;
                case "close after head":
                    await connection.SendAsync(Head + "Content-Length: 500\r\n\r\n");
                    break;
                case "silence":
                    await connection.ReadRequestAsync();
                    break;
                case "slow head":
                    await DripAsync(connection, Head + "X-A: ", "b");
                    break;
                case "slow body":
                    await DripAsync(connection, Head + "Content-Length: 100000\r\n\r\n", "b");
                    break;
                case "endless header":
                    await PourAsync(connection, Head + "X: ", piece);
                    break;
                case "endless informational":
                    await PourAsync(connection, "", string.Concat(Enumerable.Repeat("HTTP/1.1 100 Continue\r\n\r\n", 100)));
                    break;
                case "endless chunks":
                    await PourAsync(connection, Chunked, string.Concat(Enumerable.Repeat("5\r\nhello\r\n", 100)));
                    break;
                case "endless extension":
                    await PourAsync(connection, Chunked + "5;", piece);
                    break;
                case "endless trailers":
                    await PourAsync(connection, Chunked + "0\r\n", string.Concat(Enumerable.Repeat("X: y\r\n", 500)));
                    break;
            }
        });
        using var agent = new RawWay(way, server.Url);
        var before = GC.GetTotalMemory(forceFullCollection: false);

        // What ends by itself has all the time that a busy machine takes.
        var isEnded = name.StartsWith("reset", StringComparison.Ordinal) || name.StartsWith("close", StringComparison.Ordinal);
        var seen = await agent.SendAsync(timeout: isEnded ? null : Short);
        var next = await agent.SendAsync();

        Assert.Contains(seen.ErrorType, (string[])[TargetErrors.Reset, TargetErrors.Timeout, TargetErrors.Protocol]);
        if (isEnded)
        {
            Assert.Equal(TargetErrors.Reset, seen.ErrorType);
        }
        else if (name is "silence" or "slow body" or "slow head")
        {
            Assert.Equal((TargetErrors.Timeout, "no complete answer within 1 s"), (seen.ErrorType, seen.Message));
            Assert.True(seen.Target >= Short / 2, $"{seen.Target}");
        }
        Assert.Equal((200, null, "fine"), (next.Status, next.ErrorType, next.Body));
        // Generous: other tests allocate in the same process.
        Assert.True(GC.GetTotalMemory(forceFullCollection: true) - before < 200L << 20);
    }

    [Theory]
    [InlineData(RawWay.Lean)]
    [InlineData(RawWay.Sockets)]
    public async Task SendAsync_GigabyteBody_IsCountedInBoundedMemory(string way)
    {
        const long Length = 1L << 30;
        await using var server = ScriptedServer.Once(async connection =>
        {
            await connection.ReadRequestAsync();
            await connection.SendAsync(Head + $"Content-Length: {Length}\r\n\r\n");
            var piece = new byte[1 << 20];
            for (var i = 0; i < 1024; i++)
            {
                await connection.SendAsync(piece);
            }
            await connection.ReadRequestAsync();
            await connection.SendAsync(ScriptedConnection.Fine);
        });
        using var agent = new RawWay(way, server.Url);

        var seen = await agent.SendAsync(maxBody: 10_000);
        var next = await agent.SendAsync();

        Assert.Equal((200, null, 10_000, Length), (seen.Status, seen.ErrorType, seen.Body.Length, seen.BodyLength));
        Assert.True(seen.BytesReceived > Length);
        Assert.Equal(("fine", false), (next.Body, next.IsNewConnection));
    }

    [Theory]
    [InlineData(RawWay.Lean)]
    [InlineData(RawWay.Sockets)]
    public async Task SendAsync_BodyLongerThanSaid_EndsWhereItSaysAndTheConnectionIsDropped(string way)
    {
        await using var server = ScriptedServer.Once(async connection =>
        {
            await connection.ReadRequestAsync();
            await connection.SendAsync(Head + "Content-Length: 3\r\n\r\nhello");
            await connection.ReadRequestAsync();
        });
        using var agent = new RawWay(way, server.Url);

        Assert.Equal("hel", (await agent.SendAsync()).Body);
        Assert.Equal("fine", (await agent.SendAsync()).Body);
    }

    [Theory]
    [InlineData(RawWay.Lean)]
    [InlineData(RawWay.Sockets)]
    public async Task SendAsync_TargetClosesWhileALargeBodyIsSent_IsReset(string way)
    {
        await using var server = ScriptedServer.Once(async connection =>
        {
            // A reset before the first byte may come before the connecting is done.
            await connection.ReadFirstAsync();
            connection.Reset();
        });
        using var agent = new RawWay(way, server.Url);

        var seen = await agent.SendAsync(method: "POST", body: new string('x', 8_000_000));
        var next = await agent.SendAsync();

        Assert.Equal((0, TargetErrors.Reset), (seen.Status, seen.ErrorType));
        Assert.Equal("fine", next.Body);
    }

    [Theory]
    [InlineData(RawWay.Lean)]
    [InlineData(RawWay.Sockets)]
    public async Task SendAsync_AnsweredBeforeTheBodyIsSent_IsThatAnswer(string way)
    {
        await using var server = ScriptedServer.Once(async connection =>
        {
            await connection.SendAsync("HTTP/1.1 413 Too Large\r\nContent-Length: 4\r\nConnection: close\r\n\r\nmuch");
            connection.Finish();
            while (await connection.ReadRequestAsync() is not null)
            {
            }
        });
        using var agent = new RawWay(way, server.Url);

        var seen = await agent.SendAsync(method: "POST", body: new string('x', 8_000_000));
        var next = await agent.SendAsync();

        Assert.Equal((413, null, "much"), (seen.Status, seen.ErrorType, seen.Body));
        Assert.Equal("fine", next.Body);
    }

    [Theory]
    [InlineData(RawWay.Lean)]
    [InlineData(RawWay.Sockets)]
    public async Task SendAsync_TargetThatReadsNothing_TimesOut(string way)
    {
        var release = new TaskCompletionSource();
        await using var server = ScriptedServer.Once(async _ => await release.Task);
        using var agent = new RawWay(way, server.Url);

        var seen = await agent.SendAsync(method: "POST", body: new string('x', 9_000_000), timeout: Short);
        release.SetResult();

        Assert.Equal((0, TargetErrors.Timeout), (seen.Status, seen.ErrorType));
        Assert.Equal("fine", (await agent.SendAsync()).Body);
    }

    private static async Task DripAsync(ScriptedConnection connection, string first, string drop)
    {
        await connection.SendAsync(first);
        while (true)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, Cancellation);
            await connection.SendAsync(drop);
        }
    }

    private static async Task PourAsync(ScriptedConnection connection, string first, string piece)
    {
        await connection.SendAsync(first);
        var bytes = Encoding.ASCII.GetBytes(piece);
        while (true)
        {
            await connection.SendAsync(bytes);
        }
    }
}
