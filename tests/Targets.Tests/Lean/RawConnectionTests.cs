using System.Net;
using System.Net.Sockets;
using ApeTest.Scenarios.Model;
using ApeTest.Targets.Http;
using ApeTest.Targets.Lean;
using ApeTest.Targets.Raw;
using ApeTest.Tests.Shared;

namespace ApeTest.Targets.Tests.Lean;

public sealed class RawConnectionTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(RawWay.Lean)]
    [InlineData(RawWay.Sockets)]
    public async Task SendAsync_ServerClosedWhileIdle_TakesAnotherConnection(string way)
    {
        var closed = new SemaphoreSlim(0);
        await using var server = new ScriptedServer(async connection =>
        {
            await connection.ReadRequestAsync();
            await connection.SendAsync(ScriptedConnection.Fine);
            connection.Close();
            closed.Release();
        });
        using var agent = new RawWay(way, server.Url);

        for (var i = 1; i <= 5; i++)
        {
            var seen = await agent.SendAsync();

            Assert.Equal((200, null, true), (seen.Status, seen.ErrorType, seen.IsNewConnection));
            Assert.True(await closed.WaitAsync(TestTimeouts.Default, Cancellation));
        }
        Assert.Equal(5, server.Connections);
    }

    [Theory]
    [InlineData(RawWay.Lean)]
    [InlineData(RawWay.Sockets)]
    public async Task SendAsync_ServerClosesOnceItHasTheSecondRequest_IsResetAndNotSentAgain(string way)
    {
        var requests = 0;
        await using var server = new ScriptedServer(async connection =>
        {
            while (await connection.ReadRequestAsync() is not null)
            {
                Interlocked.Increment(ref requests);
                if (connection.Requests == 2)
                {
                    return;
                }
                await connection.SendAsync(ScriptedConnection.Fine);
            }
        });
        using var agent = new RawWay(way, server.Url);

        Assert.Equal("fine", (await agent.SendAsync()).Body);
        var seen = await agent.SendAsync();

        var message = way == RawWay.Lean
            ? "the server had closed the kept connection, or closed it unanswered; the request was not sent again"
            : "the connection ended before an answer began";
        Assert.Equal((0, TargetErrors.Reset, message), (seen.Status, seen.ErrorType, seen.Message));
        Assert.Equal(2, requests);
    }

    [Theory]
    [InlineData(RawWay.Lean)]
    [InlineData(RawWay.Sockets)]
    public async Task SendAsync_NobodyListens_IsConnectError(string way)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        var port = ((IPEndPoint)socket.LocalEndPoint!).Port;
        using var agent = new RawWay(way, new Uri($"http://127.0.0.1:{port}"));

        var seen = await agent.SendAsync();

        Assert.Equal((0, TargetErrors.Connect, $"no connection: Connection refused (127.0.0.1:{port})"), (seen.Status, seen.ErrorType, seen.Message));
        Assert.Equal(TargetErrors.Connect, (await agent.SendAsync()).ErrorType);
    }

    [Theory]
    [InlineData(RawWay.Lean)]
    [InlineData(RawWay.Sockets)]
    public async Task SendAsync_NameThatDoesNotResolve_IsDnsError(string way)
    {
        using var agent = new RawWay(way, new Uri("http://nowhere.invalid:81"),
            options: new LeanOptions { Resolve = static (_, _) => throw new SocketException((int)SocketError.HostNotFound) });

        var seen = await agent.SendAsync();

        Assert.Equal((0, TargetErrors.Dns, "the host name does not resolve"), (seen.Status, seen.ErrorType, seen.Message));
    }

    [Theory]
    [InlineData(RawWay.Lean)]
    [InlineData(RawWay.Sockets)]
    public async Task SendAsync_FurtherHostThatResolvesToThisMachine_IsDeniedUnasked(string way)
    {
        await using var server = ScriptedServer.Always(ScriptedConnection.Fine);
        using var agent = new RawWay(way, server.Url, change: options => options.Hosts = ["other.example"],
            options: new LeanOptions { Resolve = static (_, _) => Task.FromResult<IPAddress[]>([IPAddress.Parse("127.0.0.9")]) });

        var seen = await agent.SendAsync(server: new Uri($"http://other.example:{server.Port}"));

        Assert.Equal((0, TargetErrors.Denied), (seen.Status, seen.ErrorType));
        Assert.Equal($"host other.example of target 'shop' resolves to the private address 127.0.0.9; to allow it, add \"127.0.0.9:{server.Port}\" to `hosts`", seen.Message);
        Assert.Equal(0, server.Connections);
    }

    [Fact]
    public async Task SendAsync_SeveralAddresses_TakesTheFirstThatAnswers()
    {
        await using var server = ScriptedServer.Always(ScriptedConnection.Fine);
        var asked = 0;
        using var agent = new RawWay(RawWay.Lean, new Uri($"http://localhost:{server.Port}"), options: new LeanOptions
        {
            Resolve = (_, _) =>
            {
                asked++;
                return Task.FromResult<IPAddress[]>([IPAddress.Parse("127.0.0.77"), IPAddress.Loopback]);
            },
        });

        Assert.Equal("fine", (await agent.SendAsync()).Body);
        Assert.Equal("fine", (await agent.SendAsync()).Body);
        Assert.Equal(1, asked);
    }

    [Fact]
    public async Task SendAsync_OutdatedName_IsAskedForAgainAndTheConnectionReplaced()
    {
        await using var server = ScriptedServer.Always(ScriptedConnection.Fine);
        var asked = 0;
        using var agent = new RawWay(RawWay.Lean, new Uri($"http://localhost:{server.Port}"), options: new LeanOptions
        {
            DnsTtl = TimeSpan.Zero,
            Resolve = (_, _) =>
            {
                Interlocked.Increment(ref asked);
                return Task.FromResult<IPAddress[]>([IPAddress.Loopback]);
            },
        });

        for (var i = 1; i <= 3; i++)
        {
            var seen = await agent.SendAsync();

            Assert.Equal(("fine", true), (seen.Body, seen.IsNewConnection));
            Assert.Equal((i, i), (asked, server.Connections));
        }
    }

    [Fact]
    public async Task SendAsync_SourceAddresses_AreTakenInTurn()
    {
        List<string> from = [];
        await using var server = new ScriptedServer(async connection =>
        {
            lock (from)
            {
                from.Add(connection.From.Address.ToString());
            }
            await connection.ReadRequestAsync();
            await connection.SendAsync("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
        });
        using var agent = new RawWay(RawWay.Lean, server.Url,
            options: new LeanOptions { SourceAddresses = [IPAddress.Parse("127.0.0.2"), IPAddress.Parse("127.0.0.3")] });

        for (var i = 0; i < 4; i++)
        {
            Assert.Null((await agent.SendAsync()).ErrorType);
        }

        Assert.Equal((2, 2), (from.Count(static address => address == "127.0.0.2"), from.Count(static address => address == "127.0.0.3")));
    }

    [Theory]
    [InlineData(RawWay.Lean, ConnectionUse.Own, 1)]
    [InlineData(RawWay.Lean, ConnectionUse.Session, 2)]
    [InlineData(RawWay.Lean, ConnectionUse.Shared, 1)]
    [InlineData(RawWay.Sockets, ConnectionUse.Own, 1)]
    [InlineData(RawWay.Sockets, ConnectionUse.Session, 2)]
    [InlineData(RawWay.Sockets, ConnectionUse.Shared, 1)]
    public async Task EndSession_ByUse_KeepsOrClosesTheConnection(string way, ConnectionUse use, int connections)
    {
        await using var server = ScriptedServer.Always(ScriptedConnection.Fine);
        using var agent = new RawWay(way, server.Url, options: new LeanOptions { Connections = use });

        await agent.SendAsync();
        await agent.SendAsync();
        await agent.OnLoop(() =>
        {
            agent.Transport.EndSession();
            return Task.FromResult(true);
        });
        await agent.SendAsync();

        Assert.Equal(connections, server.Connections);
    }

    [Fact]
    public async Task SendAsync_SharedPoolInUse_WaitsInOrder()
    {
        List<string> order = [];
        await using var server = new ScriptedServer(async connection =>
        {
            while (await connection.ReadRequestAsync() is { } request)
            {
                lock (order)
                {
                    order.Add(request.Split(' ')[1]);
                }
                await connection.SendAsync(ScriptedConnection.Fine);
            }
        });
        using var agent = new RawWay(RawWay.Lean, server.Url, options: new LeanOptions { Connections = ConnectionUse.Shared, MaxConnections = 1 });
        var route = new RawRoute(agent.Policy, "shop", "step", server.Url, "GET");

        var bodies = await agent.OnLoop(async () =>
        {
            var agents = Enumerable.Range(0, 20).Select(async i =>
            {
                using var transport = agent.Transports.Create(agent.Loop, i);
                var (request, exchange) = (new RawRequest(), new RawExchange());
                RawWay.Fill(request, route, $"/{i}");
                await transport.SendAsync(request, exchange, Cancellation);
                return Seen.Of(exchange).Body;
            });
            return await Task.WhenAll(agents);
        });

        Assert.All(bodies, static body => Assert.Equal("fine", body));
        Assert.Equal(Enumerable.Range(0, 20).Select(static i => $"/{i}"), order);
        Assert.Equal(1, server.Connections);
    }

    [Theory]
    [InlineData(RawWay.Lean)]
    [InlineData(RawWay.Sockets)]
    public async Task SendAsync_Cancelled_ThrowsAndNextRequestWorks(string way)
    {
        var asked = new TaskCompletionSource();
        await using var server = ScriptedServer.Once(async connection =>
        {
            await connection.ReadRequestAsync();
            asked.SetResult();
            await connection.ReadRequestAsync();
        });
        using var agent = new RawWay(way, server.Url);
        using var source = new CancellationTokenSource();

        var sending = agent.SendAsync(cancellationToken: source.Token);
        await asked.Task.Within(Cancellation);
        await source.CancelAsync();

        var thrown = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sending);
        Assert.Equal(source.Token, thrown.CancellationToken);
        Assert.Equal("fine", (await agent.SendAsync()).Body);
    }
}
