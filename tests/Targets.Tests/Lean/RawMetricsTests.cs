using System.Diagnostics.Metrics;
using ApeTest.Targets.Policy;
using Microsoft.Extensions.DependencyInjection;

namespace ApeTest.Targets.Tests.Lean;

public sealed class RawMetricsTests
{
    [Theory]
    [InlineData(RawWay.Lean)]
    [InlineData(RawWay.Sockets)]
    public async Task SendAsync_Requests_AreCountedByTargetStatusAndError(string way)
    {
        using var services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        var factory = services.GetRequiredService<IMeterFactory>();
        var (answered, refused, timed) = (0L, 0L, 0);
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, l) =>
        {
            if (instrument.Meter.Scope == factory)
            {
                l.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<long>((_, value, tags, _) =>
        {
            var text = string.Join(' ', tags.ToArray().Select(static tag => $"{tag.Key}={tag.Value}"));
            Interlocked.Add(ref answered, text == "target=shop status_class=2xx error_type=" ? value : 0);
            Interlocked.Add(ref refused, text == "target=shop status_class=none error_type=denied" ? value : 0);
        });
        listener.SetMeasurementEventCallback<double>((instrument, _, _, _) => Interlocked.Add(ref timed, instrument.Name == "apetest.gateway.target" ? 1 : 0));
        listener.Start();
        await using var server = ScriptedServer.Always(ScriptedConnection.Fine);

        using (var agent = new RawWay(way, server.Url, metrics: new TargetMetrics(factory)))
        {
            for (var i = 0; i < 10; i++)
            {
                Assert.Null((await agent.SendAsync()).ErrorType);
            }
            await agent.SendAsync("/a/..%2fb");
        }

        Assert.Equal((10, 10), (answered, timed));
        Assert.Equal(1, refused);
    }
}
