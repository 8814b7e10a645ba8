using System.Net;
using ApeTest.Scenarios.Model;
using ApeTest.Targets.Http;
using ApeTest.Targets.Lean;
using ApeTest.Targets.Raw;
using ApeTest.Tests.Shared;

namespace ApeTest.Targets.Tests.Lean;

/// <summary>What one request does leaves the agent's next one, and other agents, alone.</summary>
public sealed class LeanFairnessTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task SendAsync_EarlyAnswerAndReset_LeavesTheNextRequestAlone()
    {
        using var isReset = new ManualResetEventSlim();
        TargetLoop? loop = null;
        await using var early = new ScriptedServer(async connection =>
        {
            await connection.ReadFirstAsync();
            // The loop finds answer and reset at once.
            var isHeld = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            isReset.Reset();
            loop!.Post(_ =>
            {
                isHeld.SetResult();
                isReset.Wait(TestTimeouts.Default);
            }, null);
            await isHeld.Task;
            await connection.SendAsync("HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n");
            connection.Reset();
            isReset.Set();
        });
        await using var other = ScriptedServer.Always(ScriptedConnection.Fine);
        using var agent = new RawWay(RawWay.Lean, early.Url, options => options.Hosts.Add($"127.0.0.1:{other.Port}"));
        loop = agent.Loop;
        var upload = new RawRoute(agent.Policy, "shop", "upload", early.Url, "POST");
        var next = new RawRoute(agent.Policy, "shop", "next", other.Url, "GET");
        var large = new string('a', 8_000_000);

        var seen = await agent.OnLoop(async () =>
        {
            List<(int, string?)> seen = [];
            var (request, exchange) = (new RawRequest(), new RawExchange());
            for (var i = 0; i < 3; i++)
            {
                RawWay.Fill(request, next, "/");
                await agent.Transport.SendAsync(request, exchange, Cancellation);
                seen.Add((exchange.Status, exchange.ErrorType));
                RawWay.Fill(request, upload, "/", large);
                await agent.Transport.SendAsync(request, exchange, Cancellation);
                seen.Add((exchange.Status, exchange.ErrorType));
            }
            RawWay.Fill(request, next, "/");
            await agent.Transport.SendAsync(request, exchange, Cancellation);
            seen.Add((exchange.Status, exchange.ErrorType));
            return seen;
        });

        Assert.Equal([(200, null), (413, null), (200, null), (413, null), (200, null), (413, null), (200, null)], seen);
        Assert.Equal(1, other.Connections);
    }

    [Theory]
    [InlineData(ConnectionUse.Own)]
    [InlineData(ConnectionUse.Shared)]
    public async Task SendAsync_ErrorsThatComeAtOnce_LeaveTheLoopToOthers(ConnectionUse use)
    {
        const int Most = 100_000;
        using var agent = new RawWay(RawWay.Lean, new Uri("http://127.0.0.1:9"), options: new LeanOptions
        {
            Connections = use,
            MaxConnections = 1,
            // An address for documentation is none of this machine's.
            SourceAddresses = [IPAddress.Parse("192.0.2.1")],
        });
        var route = new RawRoute(agent.Policy, "shop", "step", agent.Server, "GET");
        var isOver = false;
        var greedy = agent.OnLoop(async () =>
        {
            var (request, exchange) = (new RawRequest(), new RawExchange());
            var count = 0;
            while (!isOver && count < Most)
            {
                RawWay.Fill(request, route, "/");
                await agent.Transport.SendAsync(request, exchange, Cancellation);
                Assert.Equal(TargetErrors.Connect, exchange.ErrorType);
                if (++count == 1)
                {
                    agent.Loop.Post(_ => isOver = true, null);
                }
            }
            return count;
        });

        Assert.InRange(await greedy, 1, 1000);
    }

    [Fact]
    public async Task SendAsync_SharedPoolInUse_TellsTheWaitApartFromTheTargetsTime()
    {
        var asked = new TaskCompletionSource();
        var answers = new TaskCompletionSource();
        await using var server = new ScriptedServer(async connection =>
        {
            while (await connection.ReadRequestAsync() is not null)
            {
                asked.TrySetResult();
                await answers.Task;
                await connection.SendAsync(ScriptedConnection.Fine);
            }
        });
        var time = new FakeTimeProvider();
        using var loops = new LoopGroup(1, time);
        var policy = Some.Policy(server.Url);
        using var transports = new LeanTransports(policy, time, new LeanOptions { Connections = ConnectionUse.Shared, MaxConnections = 1 });
        var route = new RawRoute(policy, "shop", "step", server.Url, "GET");
        var (first, second) = (new RawExchange(), new RawExchange());
        var isQueued = new TaskCompletionSource();
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        loops.Of(0).Post(_ => _ = RunAsync(), null);
        await asked.Task.Within(Cancellation);
        await isQueued.Task.Within(Cancellation);

        time.Advance(TimeSpan.FromSeconds(5));
        answers.SetResult();
        await done.Task.Within(Cancellation);

        Assert.Equal((200, TimeSpan.FromSeconds(5), TimeSpan.Zero), (first.Status, first.Target, first.Queued));
        Assert.Equal((200, TimeSpan.Zero, TimeSpan.Zero, TimeSpan.FromSeconds(5)), (second.Status, second.Target, second.Ttfb, second.Queued));
        Assert.Equal(second.Ended, second.Dispatched);

        async Task RunAsync()
        {
            var sent = new[] { SendAsync(0, first), SendAsync(1, second) };
            isQueued.SetResult();
            await Task.WhenAll(sent);
            done.SetResult();
        }

        async Task SendAsync(int slot, RawExchange exchange)
        {
            using var transport = transports.Create(loops.Of(0), slot);
            var request = new RawRequest();
            RawWay.Fill(request, route, "/");
            await transport.SendAsync(request, exchange, Cancellation);
        }
    }
}
