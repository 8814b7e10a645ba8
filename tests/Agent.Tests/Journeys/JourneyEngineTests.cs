using System.Diagnostics.Metrics;
using ApeTest.Agent.Journeys;
using ApeTest.Agent.Tests.Fakes;
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
}
