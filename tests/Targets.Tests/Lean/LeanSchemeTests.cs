using ApeTest.Targets.Http;
using ApeTest.Targets.Lean;
using ApeTest.Targets.Raw;
using ApeTest.Tests.Shared;

namespace ApeTest.Targets.Tests.Lean;

/// <summary>A redirect or an extracted URL may lead to https: nothing of that goes out in the clear.</summary>
public sealed class LeanSchemeTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task SendAsync_HttpsRouteWithoutGeneralWay_IsDeniedAndNothingIsSent()
    {
        await using var server = ScriptedServer.Always(ScriptedConnection.Fine);
        using var agent = new RawWay(RawWay.Lean, server.Url, options => options.Hosts.Add($"127.0.0.1:{server.Port}"));

        var seen = await agent.SendAsync("/landing", headers: "Authorization: Bearer secret\r\n", server: new Uri($"https://127.0.0.1:{server.Port}"));

        Assert.Equal((0, TargetErrors.Denied, "the lean transport does not speak https, and nothing was sent: write `target.transport: sockets`"),
            (seen.Status, seen.ErrorType, seen.Message));
        Assert.Equal(0, server.Connections);
        Assert.Equal("fine", (await agent.SendAsync()).Body);
    }

    [Fact]
    public async Task SendAsync_HttpsRoute_GoesTheGeneralWayOffTheLoopAndComesBackToIt()
    {
        await using var server = ScriptedServer.Always(ScriptedConnection.Fine);
        using var agent = new RawWay(RawWay.Lean, server.Url, options => options.Hosts.Add($"127.0.0.1:{server.Port}"));
        var general = new Recording(agent.Loop);
        using var transports = new LeanTransports(agent.Policy, TimeProvider.System, general: general);
        var route = new RawRoute(agent.Policy, "shop", "step", new Uri($"https://127.0.0.1:{server.Port}"), "GET");

        var (status, isOnLoop) = await agent.OnLoop(async () =>
        {
            using var transport = transports.Create(agent.Loop, 0);
            var (request, exchange) = (new RawRequest(), new RawExchange());
            RawWay.Fill(request, route, "/landing");
            await transport.SendAsync(request, exchange, Cancellation);
            return (exchange.Status, agent.Loop.IsCurrent);
        });

        Assert.Equal((204, true), (status, isOnLoop));
        Assert.Equal([$"https://127.0.0.1:{server.Port}/landing"], general.Sent);
        Assert.False(general.WasOnLoop);
        Assert.Equal(0, server.Connections);
    }

    private sealed class Recording(TargetLoop loop) : ITargetTransport
    {
        public List<string> Sent { get; } = [];

        public bool WasOnLoop { get; private set; }

        public ValueTask<TargetExchange> SendAsync(TargetRequest request, CancellationToken cancellationToken)
        {
            Sent.Add(request.Url.ToString());
            WasOnLoop |= loop.IsCurrent;
            return ValueTask.FromResult(new TargetExchange { Status = 204, Headers = [] });
        }
    }
}
