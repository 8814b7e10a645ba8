using System.Diagnostics.Metrics;
using ApeTest.Targets.Http;
using ApeTest.Targets.Policy;
using Microsoft.Extensions.DependencyInjection;

namespace ApeTest.Targets.Tests.Policy;

public sealed class TargetMetricsTests
{
    [Fact]
    public void Complete_Exchange_RecordsEveryInstrument()
    {
        using var services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        var factory = services.GetRequiredService<IMeterFactory>();
        var seen = new List<string>();
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, l) =>
        {
            if (instrument.Meter.Scope == factory)
            {
                l.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => seen.Add(Line(instrument, value, tags)));
        listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => seen.Add(Line(instrument, value, tags)));
        listener.Start();
        var policy = Some.Policy(new Uri("http://127.0.0.1:1"), metrics: new TargetMetrics(factory));

        policy.Complete(new TargetExchange { Headers = [], Target = "shop", Status = 503, Timing = new TargetTiming(TimeSpan.FromMilliseconds(1), TimeSpan.FromMilliseconds(25), default, 2, "latency"), RetryReasons = ["connect", "5xx"] });
        policy.Complete(new TargetExchange { Headers = [], Target = "shop", ErrorType = TargetErrors.Connect });

        Assert.Equal(
            [
                "apetest.gateway.requests {request} 1 target=shop status_class=5xx error_type=",
                "apetest.gateway.own s 0.001 target=shop",
                "apetest.gateway.target s 0.025 target=shop",
                "apetest.gateway.retries {retry} 1 target=shop reason=connect",
                "apetest.gateway.retries {retry} 1 target=shop reason=5xx",
                "apetest.gateway.faults {fault} 1 target=shop reason=latency",
                "apetest.gateway.requests {request} 1 target=shop status_class=none error_type=connect",
                "apetest.gateway.own s 0 target=shop",
            ],
            seen);
    }

    private static string Line<T>(Instrument instrument, T value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var text = FormattableString.Invariant($"{instrument.Name} {instrument.Unit} {value}");
        foreach (var tag in tags)
        {
            text += $" {tag.Key}={tag.Value}";
        }
        return text;
    }
}
