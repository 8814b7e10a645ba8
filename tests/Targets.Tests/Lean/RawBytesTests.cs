namespace ApeTest.Targets.Tests.Lean;

/// <summary>Bytes on the wire, as both ways count them: what left and what came, heads included, neither less nor a guess.</summary>
public sealed class RawBytesTests
{
    [Theory]
    [InlineData(RawWay.Lean)]
    [InlineData(RawWay.Sockets)]
    public async Task SendAsync_EachRequestOfAConnection_CountsItsOwnBytes(string way)
    {
        const string Answer = "HTTP/1.1 200 OK\r\nX-Long: 0123456789\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nfine\r\n0\r\n\r\n";
        List<int> sent = [];
        await using var server = new ScriptedServer(async connection =>
        {
            while (await connection.ReadRequestAsync() is { } request)
            {
                sent.Add(request.Length);
                await connection.SendAsync(Answer);
            }
        });
        using var agent = new RawWay(way, server.Url);

        var first = await agent.SendAsync("/first", headers: "X-Mine: 1\r\n");
        var second = await agent.SendAsync("/second", method: "POST", body: new string('x', 100_000));

        Assert.Equal([sent[0], sent[1]], [first.BytesSent, second.BytesSent]);
        Assert.Equal([Answer.Length, Answer.Length], [first.BytesReceived, second.BytesReceived]);
    }

    [Theory]
    [InlineData(RawWay.Lean)]
    [InlineData(RawWay.Sockets)]
    public async Task SendAsync_NothingLeft_CountsNoByte(string way)
    {
        await using var server = ScriptedServer.Always(ScriptedConnection.Fine);
        using var agent = new RawWay(way, server.Url, target => target.Deny = ["GET /secret"]);

        var denied = await agent.SendAsync("/secret");
        var refused = await agent.SendAsync(server: new Uri("http://10.255.255.1/"));

        Assert.Equal(("denied", 0L, 0L), (denied.ErrorType, denied.BytesSent, denied.BytesReceived));
        Assert.Equal(("denied", 0L, 0L), (refused.ErrorType, refused.BytesSent, refused.BytesReceived));
        Assert.Equal(0, server.Connections);
    }
}
