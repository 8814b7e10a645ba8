using ApeTest.Scenarios.Model;
using ApeTest.Targets.Http;
using ApeTest.Targets.Lean;
using ApeTest.Targets.Raw;
using ApeTest.Tests.Shared;

namespace ApeTest.Targets.Tests.Lean;

/// <summary>The shared pool of a process, whose loops have parts of it.</summary>
public sealed class LeanPoolTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(2, 2)]
    [InlineData(3, 2)]
    [InlineData(5, 2)]
    [InlineData(7, 3)]
    public async Task SendAsync_SharedPoolOverLoops_MakesAsManyConnectionsAsItMay(int most, int loops)
    {
        var all = new TaskCompletionSource();
        await using var server = new ScriptedServer(async connection =>
        {
            if (connection.Number == most)
            {
                all.SetResult();
            }
            await connection.ReadRequestAsync();
            // Nobody is answered before all are there.
            await all.Task.Within(Cancellation);
            do
            {
                await connection.SendAsync(ScriptedConnection.Fine);
            }
            while (await connection.ReadRequestAsync() is not null);
        });
        var policy = Some.Policy(server.Url);
        using var group = new LoopGroup(loops, TimeProvider.System);
        using var transports = new LeanTransports(policy, TimeProvider.System, new LeanOptions { Connections = ConnectionUse.Shared, MaxConnections = most, Loops = loops });
        var route = new RawRoute(policy, "shop", "step", server.Url, "GET");

        var bodies = await Task.WhenAll(Enumerable.Range(0, 8 * loops).Select(slot => AskAsync(group.Of(slot), transports, route, slot)));

        Assert.All(bodies, static body => Assert.Equal("fine", body));
        Assert.Equal(most, server.Connections);
    }

    [Fact]
    public async Task SendAsync_SharedPoolOfSilentTarget_TimesOutThoseThatWaitAndServesOthersAfter()
    {
        var asked = new TaskCompletionSource();
        await using var server = ScriptedServer.Once(async connection =>
        {
            await connection.ReadRequestAsync();
            asked.SetResult();
            await connection.ReadRequestAsync();
        });
        var time = new FakeTimeProvider();
        var policy = Some.Policy(server.Url);
        using var group = new LoopGroup(1, time);
        using var transports = new LeanTransports(policy, time, new LeanOptions { Connections = ConnectionUse.Shared, MaxConnections = 1 });
        var route = new RawRoute(policy, "shop", "step", server.Url, "GET");
        var exchanges = Enumerable.Range(0, 5).Select(static _ => new RawExchange()).ToArray();
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        // All in one turn: when the target has the first, the others wait.
        group.Of(0).Post(async _ =>
        {
            await Task.WhenAll(exchanges.Select(SendAsync));
            done.SetResult();
        }, null);
        await asked.Task.Within(Cancellation);

        time.Advance(TimeSpan.FromSeconds(10));
        await done.Task.Within(Cancellation);

        Assert.All(exchanges, static exchange => Assert.Equal(TargetErrors.Timeout, exchange.ErrorType));
        Assert.Contains("no complete answer", exchanges[0].ErrorMessage, StringComparison.Ordinal);
        Assert.All(exchanges[1..], static exchange => Assert.Contains("`target.maxConnections`", exchange.ErrorMessage, StringComparison.Ordinal));
        Assert.Equal("fine", await AskAsync(group.Of(0), transports, route, 5));

        async Task SendAsync(RawExchange exchange, int slot)
        {
            using var transport = transports.Create(group.Of(0), slot);
            var request = new RawRequest { Timeout = TimeSpan.FromSeconds(5) };
            RawWay.Fill(request, route, "/");
            await transport.SendAsync(request, exchange, Cancellation);
        }
    }

    private static Task<string> AskAsync(TargetLoop loop, LeanTransports transports, RawRoute route, int slot)
    {
        var done = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        loop.Post(async _ =>
        {
            using var transport = transports.Create(loop, slot);
            var (request, exchange) = (new RawRequest { Timeout = TestTimeouts.Default }, new RawExchange());
            RawWay.Fill(request, route, $"/{slot}");
            await transport.SendAsync(request, exchange, Cancellation);
            done.SetResult(Seen.Of(exchange).Body);
        }, null);
        return done.Task.Within(Cancellation);
    }
}
