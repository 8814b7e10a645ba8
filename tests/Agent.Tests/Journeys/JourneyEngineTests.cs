using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using ApeTest.Agent.Journeys;
using ApeTest.Agent.Tests.Fakes;
using ApeTest.Targets.Policy;
using ApeTest.Targets.Raw;
using Microsoft.Extensions.DependencyInjection;

namespace ApeTest.Agent.Tests.Journeys;

public sealed class JourneyEngineTests
{
    [Theory]
    [InlineData("connections: shared, maxConnections: 1", 1)]
    [InlineData("connections: shared, maxConnections: 2", 2)]
    [InlineData("connections: shared, maxConnections: 3", 3)]
    [InlineData("connections: shared, maxConnections: 9", 3)]
    [InlineData("maxConnections: 1", 3)]
    public void ThreadOf_SharedPool_HasNoMoreLoopsThanConnections(string target, int threads)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Loops need Linux (epoll).");
        using var services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        using var engine = new JourneyEngine(
            JourneyPlans.Of("agents: 9\njourneys: [ { name: j, steps: [ { name: a, get: /a } ] } ]", target: $", {target}"), new AgentOptions { Loops = 3 },
            new AgentMetrics(services.GetRequiredService<IMeterFactory>()), TimeProvider.System);

        Assert.Equal(threads, Enumerable.Range(0, 9).Select(engine.ThreadOf).Distinct().Count());
    }

    [Theory]
    [InlineData("own", 2)]
    [InlineData("session", 4)]
    [InlineData("shared", 1)]
    public async Task TransportOf_Sockets_HasTheConnectionsThatAreAskedFor(string connections, int expected)
    {
        var seen = new ConcurrentDictionary<string, bool>();
        await using var shop = await JourneyShop.StartAsync();
        shop.Fault = context =>
        {
            seen.TryAdd(context.Connection.Id, true);
            return Task.FromResult(false);
        };
        using var services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        var plan = JourneyPlans.Of("agents: 9\njourneys: [ { name: j, steps: [ { name: a, get: /a } ] } ]", target: $", connections: {connections}, transport: sockets", url: shop.Url);
        using var engine = new JourneyEngine(plan, new AgentOptions(), new AgentMetrics(services.GetRequiredService<IMeterFactory>()), TimeProvider.System);
        using var general = Assert.IsAssignableFrom<IDisposable>(engine.General);
        var route = new RawRoute(new TargetPolicy(plan.Scenario.Target), plan.Scenario.Target.Name, "a", shop.Url, "GET");

        for (var slot = 0; slot < 2; slot++)
        {
            using var transport = engine.TransportOf(slot);
            for (var session = 0; session < 2; session++)
            {
                for (var i = 0; i < 3; i++)
                {
                    var request = new RawRequest { Route = route };
                    request.Target.Write("/items"u8);
                    var exchange = new RawExchange();
                    await transport.SendAsync(request, exchange, TestContext.Current.CancellationToken);
                    Assert.Equal((200, null), (exchange.Status, exchange.ErrorType));
                }
                transport.EndSession();
            }
        }

        Assert.Equal(expected, seen.Count);
    }
}
